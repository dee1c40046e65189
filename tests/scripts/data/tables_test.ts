import { assert, assertEquals } from "@std/assert";
import { zipSync } from "fflate";
import "../../../src/runtime/inlined.ts";
import { npzTables } from "../../../scripts/data/archive.ts";
import { loadData } from "../../../scripts/data/folder.ts";
import { csvBatch, measure, npyBatch, softmaxLinear, train } from "../../../src/mod.ts";
import { readTables } from "../../../src/data/table.ts";
import { rng } from "../../../src/rng.ts";
import { type Files, npy, withFolder } from "./support.ts";

/** Examples of each of three classes, and inputs. */
const EACH = 30, INPUTS = 6;

/** Clouds of three classes, in turn, as a table of plain numbers. */
function clouds(seed: number): number[][] {
  const from = rng(seed);
  const noise = () => from.next() + from.next() + from.next() - 1.5;
  return Array.from(
    { length: 3 * EACH },
    (_, i) => Array.from({ length: INPUTS }, (_, j) => 2 * Number(j % 3 === i % 3) + noise()),
  );
}

/** The columns of `rows` changed by what `of` makes of each. */
function byColumn(rows: number[][], of: (column: number[]) => (value: number) => number): number[][] {
  const maps = rows[0].map((_, j) => of(rows.map((row) => row[j])));
  return rows.map((row) => row.map((value, j) => maps[j](value)));
}

const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** Tables as statisticians keep them: none of them images, each with values beyond 1 or below 0 but the second. */
const TABLES: Readonly<Record<string, (rows: number[][]) => number[][]>> = {
  "z-scored": (rows) =>
    byColumn(rows, (column) => {
      const center = mean(column), spread = Math.sqrt(mean(column.map((value) => (value - center) ** 2)));
      return (value) => (value - center) / spread;
    }),
  "min-max-scaled": (rows) =>
    byColumn(rows, (column) => {
      const [lo, hi] = [Math.min(...column), Math.max(...column)];
      return (value) => (value - lo) / (hi - lo);
    }),
  "answers 0 … 3": (rows) =>
    rows.map((row) => row.map((value) => Math.round(Math.min(Math.max(value + 1, 0), 3)))),
};

const labels = Array.from({ length: 3 * EACH }, (_, i) => i % 3);

for (const [name, make] of Object.entries(TABLES)) {
  Deno.test(`a table of ${name} is the same numbers as CSV, npy and npz, in the library and from files, and teaches as much`, async () => {
    const rows = make(clouds(1));
    const wanted = Float32Array.from(rows.flat());
    const csv = rows.map((row, i) => [labels[i], ...row].join()).join("\n");
    const heading = ["label", ...rows[0].map((_, j) => `x${j}`)].join();
    const x = npy([rows.length, INPUTS], Float64Array.from(rows.flat()), "<f8");
    const y = npy([rows.length], BigInt64Array.from(labels, BigInt), "<i8");
    const npz = zipSync({ "X_train.npy": x, "y_train.npy": y, "X_test.npy": x, "y_test.npy": y });
    const batches = [
      csvBatch(csv),
      csvBatch(`${heading}\n${csv}\n`),
      npyBatch(x, y),
      ...readTables(npzTables(npz)).batches,
    ];
    const folders: Files[] = [
      { "train.csv": csv, "test.csv": csv },
      { "x_train.npy": x, "y_train.npy": y, "x_test.npy": x, "y_test.npy": y },
      { "data.npz": npz },
    ];
    for (const files of folders) {
      await withFolder(files, async (folder) => {
        const { train, test, reading } = await loadData(folder);
        assertEquals(reading.scaling.kind, "none");
        batches.push(train, test);
      });
    }
    for (const each of batches) {
      assertEquals([each.x.data, [...each.labels], each.classes], [wanted, labels, 3]);
    }
    using model = await train(softmaxLinear({ inputs: INPUTS, classes: 3 }), batches[0], {
      epochs: 20,
      batchSize: 10,
    });
    // divided by 255, as it once was, it is 67 %
    assert(measure(model, batches[0]).errorRate < 0.1);
  });
}
