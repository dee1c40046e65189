/** IDX, the format of MNIST. @module */

import { InputError } from "../errors.ts";
import { matrix } from "../matrix.ts";
import { type Batch, batch } from "./batch.ts";

/** An array of unsigned bytes with any number of dimensions. */
export interface Idx {
  /** Length of each dimension. */
  readonly shape: number[];
  /** The numbers, the last dimension running fastest. */
  readonly data: Uint8Array;
}

const UNSIGNED_BYTE = 0x08;

/**
 * The array in the IDX file `bytes`, sharing their memory. Only unsigned bytes are read, the type of MNIST.
 *
 * see: http://yann.lecun.com/exdb/mnist/
 *
 * @example
 * ```ts
 * import { readIdx } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const { shape, data } = readIdx(new Uint8Array([0, 0, 8, 1, 0, 0, 0, 2, 5, 7]));
 * assertEquals([shape, data[1]], [[2], 7]);
 * ```
 *
 * @throws {InputError} if `bytes` are not exactly such a file
 */
export function readIdx(bytes: Uint8Array): Idx {
  if (bytes.length < 4) fail(`expected at least 4 bytes, got ${bytes.length}`);
  const [zero, alsoZero, type, dimensions] = bytes;
  if (zero !== 0 || alsoZero !== 0) fail(`expected it to begin with bytes 0 0, got ${zero} ${alsoZero}`);
  if (type !== UNSIGNED_BYTE) fail(`expected unsigned bytes, type 0x08, got type 0x${hex(type)}`);
  if (dimensions === 0) fail("it has no dimensions");

  const from = 4 + 4 * dimensions;
  if (bytes.length < from) {
    fail(`expected ${from} bytes of header for ${dimensions} dimensions, got ${bytes.length}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, from);
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const length = from + shape.reduce((product, n) => product * n, 1);
  if (length !== bytes.length) fail(`expected ${length} bytes for ${shape.join(" × ")}, got ${bytes.length}`);
  return { shape, data: bytes.subarray(from) };
}

/**
 * A batch of the IDX files `images`, (B, …), and `labels`, (B). Each image becomes a row, (B, D), and each byte
 * v the float32 nearest v / 255.
 *
 * @example
 * ```ts
 * import { idxBatch } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const images = new Uint8Array([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 255]);
 * const labels = new Uint8Array([0, 0, 8, 1, 0, 0, 0, 1, 7]);
 * assertEquals(idxBatch(images, labels).x.data, new Float32Array([0, 1]));
 * ```
 *
 * @throws {InputError} if either is not an IDX file
 * @throws {InputError} if the two are swapped, or differ in length
 * @throws {InputError} if a label is not below `classes`
 */
export function idxBatch(
  images: Uint8Array,
  labels: Uint8Array,
  { classes = 10 }: {
    /** Number of classes; default 10. */
    classes?: number;
  } = {},
): Batch {
  const { shape, data } = readIdx(images);
  const { shape: labelShape, data: labelData } = readIdx(labels);
  if (shape.length === 1) {
    throw new InputError("shape", "make a batch", `the images hold labels, ${shape[0]} numbers`);
  }
  if (labelShape.length !== 1) {
    throw new InputError("shape", "make a batch", `the labels hold images, ${labelShape.join(" × ")}`);
  }
  const cols = shape.slice(1).reduce((product, n) => product * n, 1);
  return batch({ x: matrix(shape[0], cols, unitFloats(data)), labels: labelData, classes });
}

/** Each byte v as the float32 nearest v / 255. */
export function unitFloats(bytes: Uint8Array): Float32Array {
  const floats = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) floats[i] = bytes[i] / 255;
  return floats;
}

function fail(problem: string): never {
  throw new InputError("format", "read IDX", `${problem}`);
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
