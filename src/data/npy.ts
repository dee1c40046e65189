/** NumPy's `.npy` files. @module */

import { InputError } from "../errors.ts";
import { matrix } from "../matrix.ts";
import { type Batch, batch } from "./batch.ts";
import { unitFloats } from "./idx.ts";

/** An array as NumPy saved it. */
export interface Npy {
  /** Length of each dimension; none for a single number. */
  readonly shape: number[];
  /** The numbers, the last dimension running fastest. */
  readonly data: Uint8Array | Int32Array | BigInt64Array | Float32Array | Float64Array;
}

const ARRAYS = new Map<string, new (buffer: ArrayBuffer) => Npy["data"]>([
  ["|u1", Uint8Array],
  ["<i4", Int32Array],
  ["<i8", BigInt64Array],
  ["<f4", Float32Array],
  ["<f8", Float64Array],
]);

/**
 * The array in the `.npy` file `bytes`, copied out of it. Versions 1 to 3 of the format are read, in C order,
 * of the types `|u1`, `<i4`, `<i8`, `<f4` and `<f8`.
 *
 * see: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 *
 * @example
 * ```ts
 * import { readNpy } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const text = "\x93NUMPY\x01\0\x3a\0{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }\n\x05\x07";
 * assertEquals(readNpy(Uint8Array.from(text, (c) => c.charCodeAt(0))), { shape: [2], data: new Uint8Array([5, 7]) });
 * ```
 *
 * @throws {InputError} if `bytes` are not exactly such a file
 */
export function readNpy(bytes: Uint8Array): Npy {
  const { text, from } = header(bytes);
  const type = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1] ??
    fail("its header does not name one type for all numbers");
  const array = ARRAYS.get(type) ??
    fail(`its type is ${type.slice(0, 40)}, expected ${[...ARRAYS.keys()].join(", ")}`);
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1] ?? fail("its header names no order");
  if (order === "True") fail("it is in Fortran order, expected C order");
  const sizes = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(text)?.[1] ?? fail("its header names no shape");

  const shape = (sizes.match(/\d+/g) ?? []).map(Number);
  const itemBytes = Number(type[2]);
  const length = from + itemBytes * shape.reduce((product, n) => product * n, 1);
  if (length !== bytes.length) {
    fail(`expected ${length} bytes for ${shape.join(" × ") || "1"} of ${type}, got ${bytes.length}`);
  }
  const copy = new Uint8Array(length - from);
  copy.set(bytes.subarray(from));
  return { shape, data: new array(copy.buffer) };
}

/**
 * A batch of the `.npy` files `x`, (B, …), and `labels`, (B) or (B, 1). Each example becomes a row, (B, D).
 * Floats are taken as they are, rounded to float32; an unsigned byte v becomes the float32 nearest v / 255.
 *
 * @example
 * ```ts
 * import { npyBatch } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * function npy(shape: string, ...numbers: number[]): Uint8Array {
 *   const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape}), }\n`;
 *   return new Uint8Array([...[..."\x93NUMPY\x01\0", header.length, 0, ...header].map(code), ...numbers]);
 * }
 * const code = (c: string | number) => typeof c === "number" ? c : c.charCodeAt(0);
 * assertEquals(npyBatch(npy("2, 1, 1", 0, 255), npy("2,", 1, 0)).x.data, new Float32Array([0, 1]));
 * ```
 *
 * @throws {InputError} if either is not a `.npy` file that `readNpy` reads
 * @throws {InputError} if `x` has another type or no dimensions, a number is not finite, or the files do not
 *     belong together
 * @throws {InputError} if a label is not a whole number below `classes`
 */
export function npyBatch(
  x: Uint8Array,
  labels: Uint8Array,
  { classes }: {
    /** Number of classes; default one more than the largest label. */
    classes?: number;
  } = {},
): Batch {
  const inputs = readNpy(x);
  const { shape, data } = readNpy(labels);
  const [rows, ...rest] = inputs.shape;
  if (rest.length === 0) {
    throw new InputError(
      "shape",
      "make a batch",
      `the inputs have shape (${inputs.shape.join(", ")}), expected (B, …)`,
    );
  }
  if (shape.length === 0 || shape.slice(1).some((n) => n !== 1)) {
    throw new InputError(
      "shape",
      "make a batch",
      `the labels have shape (${shape.join(", ")}), expected (B)`,
    );
  }
  const cols = rest.reduce((product, n) => product * n, 1);
  return batch({ x: matrix(rows, cols, floats(inputs.data)), labels: Array.from(data, Number), classes });
}

function floats(data: Npy["data"]): Float32Array {
  if (data instanceof Float32Array) return data;
  if (data instanceof Float64Array) return Float32Array.from(data);
  if (data instanceof Uint8Array) return unitFloats(data);
  throw new InputError(
    "shape",
    "make a batch",
    "the inputs are wide integers, expected unsigned bytes or floats",
  );
}

function fail(problem: string): never {
  throw new InputError("format", "read NPY", `${problem}`);
}

function header(bytes: Uint8Array): { text: string; from: number } {
  const latin = (from: number, to: number) => new TextDecoder("latin1").decode(bytes.subarray(from, to));
  if (bytes.length < 12) fail(`expected at least 12 bytes, got ${bytes.length}`);
  if (bytes[0] !== 0x93 || latin(1, 6) !== "NUMPY") fail("it does not begin with \\x93NUMPY");
  const version = bytes[6];
  if (version < 1 || version > 3) fail(`its version is ${version}, expected 1, 2 or 3`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const from = version === 1 ? 10 + view.getUint16(8, true) : 12 + view.getUint32(8, true);
  if (from > bytes.length) fail(`expected ${from} bytes of header, got ${bytes.length}`);
  return { text: latin(version === 1 ? 10 : 12, from), from };
}
