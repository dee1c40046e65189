/** NumPy's `.npy` files. @module */

import { InputError } from "../errors.ts";
import { oneOf, quoted } from "../wording.ts";
import {
  bytesOf,
  checkArray,
  decode,
  elementBytes,
  type ElementType,
  isElementType,
  type NumericArray,
  shapeText,
  sizeOf,
} from "./elements.ts";
import { imageOfShape } from "./image.ts";
import type { LabelColumn } from "./labels.ts";
import { type ReadBatch, readBatch, type ReadOptions, type Table } from "./table.ts";

/** An array as NumPy saved it. */
export interface Npy {
  /** Length of each dimension; none for a single number. */
  readonly shape: number[];
  /** The numbers in C order, the last dimension running fastest. */
  readonly data: NumericArray;
}

/** An array of texts as NumPy saved it. */
export interface NpyTexts {
  /** Length of each dimension. */
  readonly shape: number[];
  /** The texts, those of fixed length without the zeros that fill them. */
  readonly data: readonly string[];
}

/** Bytes that a header may have: it says three things. */
const MAX_HEADER_BYTES = 65_536;

/**
 * The array in the `.npy` file `bytes`, copied out of it. Versions 1 to 3 of the format are read, in C and Fortran order
 * and either byte order, of bool, every integer, and floats of 16, 32 and 64 bits (16 become float32).
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
export function readNpy(bytes: Uint8Array | ArrayBuffer): Npy {
  const file = bytesOf("read NPY", bytes);
  const { type, bigEndian, fortran, shape, from, length } = npyHeader(file);
  if (length !== file.length) {
    fail(`expected ${length} bytes for ${shapeText(shape)} of ${type}, got ${file.length}`);
  }
  const data = decode(type, file.subarray(from), { bigEndian });
  return { shape, data: fortran && shape.length > 1 ? inCOrder(data, shape) : data };
}

/**
 * The labels in the `.npy` file `bytes`: numbers as `readNpy` has them, or texts of fixed length, in NumPy's types `U`
 * and `S`.
 *
 * @throws {InputError} if `bytes` are not exactly such a file
 */
export function readNpyLabels(bytes: Uint8Array | ArrayBuffer): Npy | NpyTexts {
  const file = bytesOf("read NPY", bytes);
  const { descr, shape, from } = headerOf(file);
  const [, order, kind, digits] = /^([<>|=]?)([US])(\d{1,4})$/.exec(descr) ?? [];
  if (kind === undefined) return readNpy(bytes);
  const size = Number(digits), width = kind === "U" ? 4 * size : size;
  const count = sizeOf(shape), length = from + count * width;
  if (length !== file.length) {
    fail(`expected ${length} bytes for ${shapeText(shape)} of ${descr}, got ${file.length}`);
  }
  const view = new DataView(file.buffer, file.byteOffset + from);
  const codeAt = (at: number) => kind === "U" ? view.getUint32(4 * at, order !== ">") : view.getUint8(at);
  const data = Array.from({ length: count }, (_, i) => {
    const codes: number[] = [];
    for (let at = i * size; at < (i + 1) * size; at++) codes.push(codeAt(at));
    while (codes.at(-1) === 0) codes.pop();
    if (codes.some((code) => code > 0x10ffff)) fail(`text ${i} holds what is no character`);
    return String.fromCodePoint(...codes);
  });
  return { shape, data };
}

/** What a header says. */
interface Header {
  readonly type: ElementType;
  readonly bigEndian: boolean;
  readonly fortran: boolean;
  readonly shape: number[];
  /** Where the numbers begin, and how many bytes the file has. */
  readonly from: number;
  readonly length: number;
}

/**
 * What the header of an `.npy` file says, of which `bytes` are the beginning.
 *
 * @throws {InputError} if it is no such header
 */
export function npyHeader(bytes: Uint8Array): Header {
  const { descr, ...rest } = headerOf(bytes);
  const [, order, name] = /^([<>|=])([a-z]\d+)$/.exec(descr) ?? [];
  if (name === undefined || !isElementType(name)) {
    const what = /^[<>|=]?[US]/.test(descr)
      ? "texts, which only labels may be"
      : `expected ${oneOf(["bool", "integers", "floats of 16, 32 or 64 bits"])}`;
    fail(`its type is ${quoted(descr)}, ${what}`);
  }
  const length = rest.from + elementBytes(name) * sizeOf(rest.shape);
  return { ...rest, type: name, bigEndian: order === ">", length };
}

/** What a header says, its type as NumPy writes it. */
function headerOf(bytes: Uint8Array): Pick<Header, "fortran" | "shape" | "from"> & { descr: string } {
  const { text, from } = headerText(bytes);
  const descr = /["']descr["']\s*:\s*(["'])([^"']*)\1/.exec(text)?.[2] ??
    fail("its header does not name one type for all numbers");
  const fortran = /["']fortran_order["']\s*:\s*(True|False)/.exec(text)?.[1] ??
    fail("its header names no order");
  // Python 2 wrote long integers as 3L
  const sizes = /["']shape["']\s*:\s*\(([\d\sL,]*)\)/.exec(text)?.[1] ?? fail("its header names no shape");
  const shape = (sizes.match(/\d+/g) ?? []).map(Number);
  return { descr, fortran: fortran === "True", shape, from };
}

function headerText(bytes: Uint8Array): { text: string; from: number } {
  const latin = (from: number, to: number) => new TextDecoder("latin1").decode(bytes.subarray(from, to));
  if (bytes.length < 12) fail(`expected at least 12 bytes, got ${bytes.length}`);
  if (bytes[0] !== 0x93 || latin(1, 6) !== "NUMPY") fail("it does not begin with \\x93NUMPY");
  const version = bytes[6];
  if (version < 1 || version > 3) fail(`its version is ${version}, expected 1, 2 or 3`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = version === 1 ? 10 : 12;
  const headerBytes = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (headerBytes > MAX_HEADER_BYTES) fail(`a header of ${headerBytes} bytes passes ${MAX_HEADER_BYTES}`);
  const from = start + headerBytes;
  if (from > bytes.length) fail(`expected ${from} bytes of header, got ${bytes.length}`);
  return { text: latin(start, from), from };
}

/** The numbers of an array whose first dimension runs fastest, with the last running fastest. */
function inCOrder(data: NumericArray, shape: readonly number[]): NumericArray {
  const out = data.slice();
  const strides = shape.map((_, i) => sizeOf(shape.slice(0, i)));
  const at = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < out.length; to++) {
    out[to] = data[from] as never;
    for (let i = shape.length - 1; i >= 0; i--) {
      from += strides[i];
      if (++at[i] < shape[i]) break;
      from -= strides[i] * shape[i];
      at[i] = 0;
    }
  }
  return out;
}

/**
 * The table of the `.npy` arrays `x`, (B, …), and `labels`, (B), (B, 1), or one-hot (B, C).
 *
 * @throws {InputError} if they do not belong together
 */
export function npyTable(x: Npy, labels: Npy | NpyTexts): Table {
  checkArray("make a batch", x, "the inputs");
  if (!isTexts(labels)) checkArray("make a batch", labels, "the labels");
  const [rows, ...rest] = x.shape;
  if (rest.length === 0) {
    throw new InputError(
      "shape",
      "make a batch",
      `the inputs have shape (${x.shape.join(", ")}), expected (B, …)`,
    );
  }
  const image = rest.length > 1 && x.data instanceof Uint8Array;
  const pixels = imageOfShape(x.shape);
  return { x: { rows, cols: sizeOf(rest), data: x.data }, labels: labelsOf(labels), image, pixels };
}

function isTexts(labels: Npy | NpyTexts): labels is NpyTexts {
  return Array.isArray(labels?.data) && labels.data.every((text) => typeof text === "string");
}

function labelsOf(array: Npy | NpyTexts): LabelColumn {
  const { shape, data } = array;
  const [rows, ...rest] = shape;
  if (shape.length > 0 && rest.every((n) => n === 1)) {
    // an empty text is a missing one
    return isTexts(array) ? array.data.map((text) => text === "" ? undefined : text) : data;
  }
  const classes = rest[0];
  const wrong = () => {
    throw new InputError(
      "shape",
      "make a batch",
      `the labels have shape (${shape.join(", ")}), expected (B), or (B, C) with a single 1 in each row`,
    );
  };
  if (rest.length !== 1) wrong();
  const labels = new Int32Array(rows).fill(-1);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < classes; j++) {
      const value = Number(data[i * classes + j]);
      if (value === 0) continue;
      if (value !== 1 || labels[i] >= 0) wrong();
      labels[i] = j;
    }
    if (labels[i] < 0) wrong();
  }
  return labels;
}

/**
 * A batch of the `.npy` files `x`, (B, …), and `labels`, (B), (B, 1) or one-hot, numbers or names of classes. Each example becomes a row, (B, D),
 * rounded to float32. Bytes of images v become the float32 nearest v / 255 unless `scale` says otherwise; how the files
 * were read stands in `reading`.
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
 * @throws {InputError} if a number is missing or not finite, or the files do not belong together
 * @throws {InputError} if a label is not a class
 */
export function npyBatch(
  x: Uint8Array | ArrayBuffer,
  labels: Uint8Array | ArrayBuffer,
  options: ReadOptions = {},
): ReadBatch {
  return readBatch(npyTable(readNpy(x), readNpyLabels(labels)), options);
}

function fail(problem: string): never {
  throw new InputError("format", "read NPY", problem);
}
