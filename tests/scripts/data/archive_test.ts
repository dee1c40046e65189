import { assert, assertEquals, assertThrows } from "@std/assert";
import { zipSync } from "fflate";
import "../../../src/runtime/inlined.ts";
import { npzTables } from "../../../scripts/data/archive.ts";
import { loadData } from "../../../scripts/data/folder.ts";
import { InputError } from "../../../src/errors.ts";
import { npy, withFolder } from "./support.ts";

const x = (...values: number[]) => npy([values.length, 1], Float64Array.from(values), "<f8");
const y = (...values: number[]) => npy([values.length], BigInt64Array.from(values, BigInt), "<i8");

/** An archive of `arrays` by name, stored or deflated. */
function npz(arrays: Record<string, Uint8Array>, level: 0 | 6 = 0): Uint8Array<ArrayBuffer> {
  const files = Object.fromEntries(Object.entries(arrays).map(([name, bytes]) => [`${name}.npy`, bytes]));
  return zipSync(files, { level }) as Uint8Array<ArrayBuffer>;
}

Deno.test("loadData() reads an archive stored and deflated, with the names of Keras, scikit-learn and MedMNIST", async () => {
  const parts = [x(1, 2), y(0, 2), x(3), y(1)];
  for (
    const names of [
      ["x_train", "y_train", "x_test", "y_test"],
      ["X_train", "y_train", "X_test", "y_test"],
      ["train_images", "train_labels", "test_images", "test_labels"],
    ]
  ) {
    for (const level of [0, 6] as const) {
      const archive = npz(
        { ...Object.fromEntries(names.map((name, i) => [name, parts[i]])), other: y(7) },
        level,
      );
      await withFolder({ "data.npz": archive }, async (folder) => {
        for (const path of [folder, `${folder}/data.npz`]) {
          const { train, test } = await loadData(path);
          assertEquals([...train.x.data, ...train.labels, ...test.x.data, ...test.labels], [
            1,
            2,
            0,
            2,
            3,
            1,
          ]);
          assertEquals([train.classes, test.classes], [3, 3]);
        }
      });
    }
  }
});

Deno.test("npzTables() takes inputs and labels of one part by each pair of names", () => {
  for (const [inputs, labels] of [["x", "y"], ["X", "y"], ["data", "target"], ["images", "labels"]]) {
    const [table, ...others] = npzTables(npz({ [inputs]: x(1, 2), [labels]: y(0, 1) }));
    assertEquals([...table.x.data, ...table.labels as BigInt64Array], [1, 2, 0n, 1n]);
    assertEquals([others.length, table.source?.format], [0, `npz, inputs ${inputs}, labels ${labels}`]);
  }
});

Deno.test("npzTables() says what an archive holds instead, which array is invalid, and that an archive is cut off", () => {
  const whole = npz({ x: x(1, 2), y: y(0, 1) }, 6);
  for (
    const [bytes, problem] of [
      [npz({ a: x(1), b: y(0) }), "it holds a, b, but not x_train, y_train, x_test and y_test, nor X and y"],
      [npz({ x: Uint8Array.of(1, 2, 3), y: y(0) }), "Cannot read x: expected at least 12 bytes, got 3"],
      [whole.subarray(0, -30), "it is not a whole zip archive"],
      [Uint8Array.of(0x50, 0x4b, 3, 4), "it is not a whole zip archive"],
    ] as const
  ) assertThrows(() => npzTables(bytes), InputError, problem);
});

Deno.test("npzTables() takes no memory for sizes that an archive only claims", () => {
  const bytes = npz({ x: x(1, 2), y: y(0, 1) }, 6);
  const view = new DataView(bytes.buffer);
  let claimed = 0;
  for (let at = 0; at + 4 < bytes.length; at++) {
    // the original size in an entry of the central directory
    if (view.getUint32(at, true) !== 0x02014b50) continue;
    view.setUint32(at + 24, 0x7fffffff, true);
    claimed++;
  }
  assert(claimed > 0);
  assertThrows(() => npzTables(bytes), InputError, "it says that x unpacks to 2147483647 bytes");
});
