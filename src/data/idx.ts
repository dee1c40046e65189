/** IDX, the format of MNIST and its kin. @module */

import { InputError } from "../errors.ts";
import {
  bytesOf,
  checkArray,
  decode,
  elementBytes,
  type ElementType,
  type NumericArray,
  shapeText,
  sizeOf,
} from "./elements.ts";
import { imageOfShape } from "./image.ts";
import { type ReadBatch, readBatch, type ReadOptions, type Table } from "./table.ts";

/** An array with any number of dimensions. */
export interface Idx {
  /** Length of each dimension. */
  readonly shape: number[];
  /** The numbers, the last dimension running fastest. */
  readonly data: NumericArray;
}

/** Types by their code, all big-endian. */
const TYPES = new Map<number, ElementType>([
  [0x08, "u1"],
  [0x09, "i1"],
  [0x0b, "i2"],
  [0x0c, "i4"],
  [0x0d, "f4"],
  [0x0e, "f8"],
]);

/** Bytes of a header's first part: two zeros, the type, the number of dimensions. */
const MAGIC_BYTES = 4;

/**
 * The array in the IDX file `bytes`. Unsigned bytes share their memory, other numbers are copied.
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
export function readIdx(bytes: Uint8Array | ArrayBuffer): Idx {
  const file = bytesOf("read IDX", bytes);
  const { type, shape, from, length } = idxHeader(file);
  if (length !== file.length) {
    fail(`expected ${length} bytes for ${shapeText(shape)}, got ${file.length}`);
  }
  const data = file.subarray(from);
  return { shape, data: type === "u1" ? data : decode(type, data, { bigEndian: true }) };
}

/**
 * What the header of an IDX file says, of which `bytes` are the beginning: its shape, where its numbers begin, and how
 * many bytes the file has.
 *
 * @throws {InputError} if it is no such header
 */
export function idxHeader(
  bytes: Uint8Array,
): { type: ElementType; shape: number[]; from: number; length: number } {
  if (bytes.length < MAGIC_BYTES) fail(`expected at least ${MAGIC_BYTES} bytes, got ${bytes.length}`);
  const [zero, alsoZero, code, dimensions] = bytes;
  if (zero !== 0 || alsoZero !== 0) fail(`expected it to begin with bytes 0 0, got ${zero} ${alsoZero}`);
  const type = TYPES.get(code) ??
    fail(`expected a type of ${[...TYPES.keys()].map(hex).join(", ")}, got ${hex(code)}`);
  if (dimensions === 0) fail("it has no dimensions");
  const from = MAGIC_BYTES + 4 * dimensions;
  if (bytes.length < from) {
    fail(`expected ${from} bytes of header for ${dimensions} dimensions, got ${bytes.length}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, from);
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(MAGIC_BYTES + 4 * i));
  return { type, shape, from, length: from + elementBytes(type) * sizeOf(shape) };
}

/**
 * The table of the IDX arrays `images`, (B, …), and `labels`, (B).
 *
 * @throws {InputError} if the two are swapped
 */
export function idxTable(images: Idx, labels: Idx): Table {
  checkArray("make a batch", images, "the images");
  checkArray("make a batch", labels, "the labels");
  const { shape, data } = images;
  if (shape.length === 1) {
    throw new InputError("shape", "make a batch", `the images hold labels, ${shape[0]} numbers`);
  }
  if (labels.shape.length !== 1) {
    throw new InputError("shape", "make a batch", `the labels hold images, ${shapeText(labels.shape)}`);
  }
  const image = shape.length > 2 && data instanceof Uint8Array;
  const x = { rows: shape[0], cols: sizeOf(shape.slice(1)), data };
  return { x, labels: labels.data, image, pixels: imageOfShape(shape) };
}

/**
 * A batch of the IDX files `images`, (B, …), and `labels`, (B). Each image becomes a row, (B, D). Bytes of images v
 * become the float32 nearest v / 255 unless `scale` says otherwise; how the files were read stands in `reading`.
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
 * @throws {InputError} if a label is not a class
 */
export function idxBatch(
  images: Uint8Array | ArrayBuffer,
  labels: Uint8Array | ArrayBuffer,
  options: ReadOptions = {},
): ReadBatch {
  return readBatch(idxTable(readIdx(images), readIdx(labels)), options);
}

/** Each byte v as the float32 nearest v / 255. */
export function unitFloats(bytes: Uint8Array): Float32Array {
  const floats = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) floats[i] = bytes[i] / 255;
  return floats;
}

function fail(problem: string): never {
  throw new InputError("format", "read IDX", problem);
}

function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, "0")}`;
}
