/** Readers of data: tables, arrays, images, archives. @module */

import fc from "fast-check";
import { gzipSync, zipSync } from "fflate";
import { encode as encodePng } from "fast-png";
import {
  csvBatch,
  type CsvOptions,
  idxBatch,
  npyBatch,
  readSafetensors,
  writeSafetensors,
} from "../../../src/mod.ts";
import { type ReadOptions, readTables } from "../../../src/data/table.ts";
import { readFitted } from "../../../src/data/reading.ts";
import { npzTables } from "../../data/archive.ts";
import { gunzip } from "../../data/gzip.ts";
import { imageOf } from "../../data/images.ts";
import { pairsOf } from "../../data/weights.ts";
import { joined, mutatedBytes, mutatedText } from "../bytes.ts";
import { mutatedJson } from "../json.ts";
import { type Subject, subject } from "../subject.ts";

const CSV = [
  "label,a,b\n0,1.5,2\n1,3,0.25\n",
  "a;b;species\r\n1;2;cat\r\n3;4;ant\r\n5;6;cat\r\n",
  '0\t1\t2\n1\t"3"\t4\n',
  "1|2|3\r4|5|6\r",
  ',x,y,class\n0,1,2,"a, b"\n1,3,,"c"\n',
  "\ufeff1,0,255\n2,255,0\n3,1,1\n",
];

/** A `.npy` file of `shape`. */
function npy(descr: string, shape: readonly number[], bytes: Uint8Array, more = "False"): Uint8Array {
  const head = `{'descr': '${descr}', 'fortran_order': ${more}, 'shape': (${shape.join(", ")},), }`;
  const text = head.padEnd(Math.ceil((10 + head.length + 1) / 64) * 64 - 11) + "\n";
  const size = new Uint8Array([
    0x93,
    0x4e,
    0x55,
    0x4d,
    0x50,
    0x59,
    1,
    0,
    text.length & 255,
    text.length >> 8,
  ]);
  return joined(size, new TextEncoder().encode(text), bytes);
}

const bytesFrom = (numbers: ArrayBufferView) =>
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);

const NPY = [
  npy("<f4", [2, 3], bytesFrom(Float32Array.of(0, 1, 2, 3, 4, 5))),
  npy("<f8", [2, 2], bytesFrom(Float64Array.of(0, 1, 2, 3)), "True"),
  npy(">i2", [2, 2], new Uint8Array(8)),
  npy("|u1", [2, 8, 8], new Uint8Array(128).fill(200)),
  npy("<i8", [2], bytesFrom(BigInt64Array.of(0n, 1n))),
  npy("|b1", [2], Uint8Array.of(0, 1)),
  npy("<f2", [2, 1], new Uint8Array(4)),
];

const LABELS = npy("<i8", [2], bytesFrom(BigInt64Array.of(0n, 1n)));

const NPZ = [
  zipSync({ "x_train.npy": NPY[0], "y_train.npy": LABELS, "x_test.npy": NPY[0], "y_test.npy": LABELS }),
  zipSync({ "data.npy": NPY[3], "target.npy": LABELS }, { level: 0 }),
];

const idx = (type: number, shape: readonly number[], bytes: number) =>
  joined(
    Uint8Array.of(0, 0, type, shape.length),
    ...shape.map((each) => Uint8Array.of(0, 0, 0, each)),
    new Uint8Array(bytes).fill(1),
  );

const IDX = [
  idx(8, [2, 3, 3], 18),
  idx(9, [2, 2], 4),
  idx(0x0b, [2, 2], 8),
  idx(0x0c, [2], 8),
  idx(0x0d, [2, 1], 8),
  idx(0x0e, [2, 1], 16),
];

const SAFETENSORS = [
  writeSafetensors({ x: { shape: [2, 3], data: new Float32Array(6) } }, { format: "np" }),
  writeSafetensors({
    a: { shape: [], data: Int32Array.of(3) },
    b: { shape: [0, 4], data: new Float32Array(0) },
  }),
];

const PNG = [
  encodePng({ width: 3, height: 2, data: new Uint8Array(6), channels: 1, depth: 8 }),
  encodePng({ width: 2, height: 2, data: new Uint8Array(12), channels: 3, depth: 8 }),
];

/** A grey JPEG of 8 × 8 pixels. */
const JPEG = Uint8Array.from(
  atob(
    "/9j/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/wAALCAAIAAgBAREA/8QAFAAB" +
      "AAAAAAAAAAAAAAAAAAAAB//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AQH//2Q==",
  ),
  (each) => each.charCodeAt(0),
);

const OPTIONS: readonly (CsvOptions & ReadOptions)[] = [
  {},
  { label: "last", index: 0, header: "no", separator: "comma", scale: "standard" },
  { label: 0, scale: "minmax", labelBase: 1, classes: 3, missing: "drop" },
  {
    label: "species",
    scale: "255",
    fitted: { scaling: { kind: "none" } as never, labels: { classes: 2 } as never },
  },
];

const FITTED = [
  {
    scaling: { kind: "standard", offset: [0, 1], divisor: [1, 2] },
    labels: { classes: 2, names: ["a", "b"] },
  },
  { scaling: { kind: "none" }, labels: { classes: 3 } },
];

const bytesAlone = { size: (bytes: Uint8Array) => bytes.length };

/** The readers of data. */
export const readers: readonly Subject[] = [
  subject({
    name: "csv",
    inputs: mutatedText(CSV),
    ...bytesAlone,
    run: (bytes: Uint8Array) => csvBatch(bytes as never),
  }),
  subject({
    name: "csvOptions",
    inputs: fc.tuple(fc.constantFrom(...CSV), mutatedJson(OPTIONS)),
    run: ([text, options]: [string, unknown]) => csvBatch(text, options as never),
  }),
  subject({
    name: "npy",
    inputs: fc.tuple(mutatedBytes(NPY), fc.option(mutatedBytes([LABELS]), { nil: LABELS })),
    size: ([x, labels]: [Uint8Array, Uint8Array]) => x.length + labels.length,
    run: ([x, labels]: [Uint8Array, Uint8Array]) => npyBatch(x, labels),
  }),
  subject({
    name: "npz",
    inputs: mutatedBytes(NPZ),
    ...bytesAlone,
    run: (bytes: Uint8Array) => readTables(npzTables(bytes)),
  }),
  subject({
    name: "idx",
    inputs: fc.tuple(mutatedBytes(IDX), mutatedBytes([idx(8, [2], 2)])),
    size: ([x, labels]: [Uint8Array, Uint8Array]) => x.length + labels.length,
    run: ([x, labels]: [Uint8Array, Uint8Array]) => idxBatch(x, labels),
  }),
  subject({
    name: "safetensors",
    inputs: mutatedBytes(SAFETENSORS),
    ...bytesAlone,
    run: (bytes: Uint8Array) => readSafetensors(bytes),
  }),
  subject({
    name: "gzip",
    inputs: mutatedBytes([gzipSync(new Uint8Array(300)), joined(gzipSync(NPY[0]), gzipSync(NPY[1]))]),
    ...bytesAlone,
    run: (bytes: Uint8Array<ArrayBuffer>) => gunzip(bytes),
  }),
  subject({
    name: "image",
    inputs: mutatedBytes([...PNG, JPEG]),
    ...bytesAlone,
    run: (bytes: Uint8Array) => imageOf(bytes),
  }),
  subject({
    name: "fitted",
    inputs: fc.oneof(
      mutatedJson(FITTED).map((value) => JSON.stringify(value) ?? ""),
      mutatedText(FITTED.map((each) => JSON.stringify(each))).map((bytes) => new TextDecoder().decode(bytes)),
    ),
    run: (text: string) => readFitted(text, 2),
  }),
  subject({
    name: "pairs",
    inputs: mutatedText(["W=fc.weight,b=fc.bias"]).map((bytes) => new TextDecoder().decode(bytes)),
    run: (text: string) => pairsOf(text),
  }),
];
