/** safetensors files of the types that the library writes itself: writing, and strict reading. @module */

import { type ErrorCode, InputError } from "../errors.ts";
import { checkList, checkObject } from "../checks.ts";
import { oneOf, quoted, shown } from "../wording.ts";
import { bytesOf, shapeText, sizeOf } from "./elements.ts";
import { type Header, MAX_HEADER_BYTES, METADATA, readHeader, SIZE_BYTES } from "./safetensors_header.ts";

/** An array of numbers with any number of dimensions. */
export interface Tensor {
  /** Length of each dimension; none for a single number. */
  readonly shape: readonly number[];
  /** The numbers, the last dimension running fastest. */
  readonly data: Float32Array | Int32Array;
}

/** What a safetensors file holds. */
export interface Safetensors {
  /** The tensors by name. */
  readonly tensors: Record<string, Tensor>;
  /** Texts by name. */
  readonly metadata: Record<string, string>;
}

const WRITE = "write safetensors";

/** How numbers of a type are read. */
export interface TensorType {
  /** Bytes of a number. */
  readonly size: number;
  /** The numbers in these bytes, copied; `unfit` throws of one that cannot be taken. */
  read(bytes: Uint8Array, unfit: Unfit): Tensor["data"];
}

/** Throws of a number of a tensor, and why it cannot be taken. */
type Unfit = (value: number | bigint, i: number, why?: string) => never;

/** What `writeSafetensors` writes, by names of the format. */
export const OWN_TYPES: ReadonlyMap<string, TensorType> = new Map<string, TensorType>([
  ["F32", { size: 4, read: (bytes, unfit) => checkedFinite(new Float32Array(bytes.slice().buffer), unfit) }],
  ["I32", { size: 4, read: (bytes) => new Int32Array(bytes.slice().buffer) }],
]);

/** `data`, if all are finite; else `unfit` is told of the number before it became float32. */
export function checkedFinite(
  data: Float32Array,
  unfit: Unfit,
  before: ArrayLike<number> = data,
): Float32Array {
  const bad = firstNotFinite(data);
  if (bad >= 0) unfit(before[bad], bad, Number.isFinite(before[bad]) ? ", too large for float32" : "");
  return data;
}

/** The same as `readSafetensors`, of these types alone. */
export function readTensors(
  bytes: Uint8Array | ArrayBuffer,
  types: ReadonlyMap<string, TensorType>,
): Safetensors {
  const file = bytesOf("read safetensors", bytes);
  const { header, from } = readHeader(file);
  const metadata = metadataOf(header);
  const spans = Array.from(header, ([name, fields]) => ({ name, ...spanOf(name, fields, types) }))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);

  let end = 0;
  for (const { name, begin, end: next } of spans) {
    if (begin !== end) failAt(name, `begins at byte ${begin} where byte ${end} is due`);
    end = next;
  }
  if (end !== file.length - from) fail(`expected ${end} bytes of tensors, got ${file.length - from}`);

  const tensors = spans.map(({ name, shape, type, begin, end }): [string, Tensor] => {
    const unfit: Unfit = (value, i, why = "") => failAt(name, `holds ${value} at index ${i}${why}`, "value");
    return [name, { shape, data: type.read(file.subarray(from + begin, from + end), unfit) }];
  });
  return { tensors: Object.fromEntries(tensors), metadata };
}

/**
 * A safetensors file of `tensors` and `metadata`, the same bytes whatever order they are given in.
 *
 * @example
 * ```ts
 * import { writeSafetensors } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = writeSafetensors({ steps: { shape: [], data: new Int32Array([7]) } });
 * assertEquals(bytes.at(-4), 7);
 * ```
 *
 * @throws {InputError} if a shape does not fit its data, a type is another, or a name is reserved
 * @throws {InputError} if a number is not finite, or the names pass what a header may hold
 */
export function writeSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  checkObject(WRITE, tensors, "tensors");
  checkObject(WRITE, metadata, "metadata");
  const names = Object.keys(tensors).sort();
  const members: string[] = [];
  const texts = Object.keys(metadata).sort().map((name) => member(name, checkedText(name, metadata[name])));
  if (texts.length > 0) members.push(`"${METADATA}":{${texts.join()}}`);

  let end = 0;
  for (const name of names) {
    const dtype = checkedDtype(name, tensors[name]);
    const { shape, data } = tensors[name];
    members.push(member(name, { dtype, shape, data_offsets: [end, end += data.byteLength] }));
  }

  const json = new TextEncoder().encode(`{${members.join()}}`);
  // The first tensor then starts at a multiple of eight.
  const headerBytes = Math.ceil(json.length / 8) * 8;
  if (headerBytes > MAX_HEADER_BYTES) {
    refuse("value", `a header of ${headerBytes} bytes passes ${MAX_HEADER_BYTES}`);
  }
  const bytes = new Uint8Array(SIZE_BYTES + headerBytes + end).fill(
    0x20,
    SIZE_BYTES,
    SIZE_BYTES + headerBytes,
  );
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.set(json, SIZE_BYTES);
  let at = SIZE_BYTES + headerBytes;
  for (const name of names) {
    const { buffer, byteOffset, byteLength } = tensors[name].data;
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return bytes;
}

function fail(problem: string, code: ErrorCode = "format"): never {
  throw new InputError(code, "read safetensors", problem);
}

function failAt(name: string, problem: string, code?: ErrorCode): never {
  fail(`tensor ${quoted(name)} ${problem}`, code);
}

function refuse(code: ErrorCode, problem: string): never {
  throw new InputError(code, WRITE, problem);
}

function refuseAt(name: string, code: ErrorCode, problem: string): never {
  refuse(code, `tensor ${quoted(name)} ${problem}`);
}

/** The texts under the metadata's name, which is taken out of `header`. */
function metadataOf(header: Header): Record<string, string> {
  const texts = header.get(METADATA) ?? new Map();
  header.delete(METADATA);
  return Object.fromEntries(texts) as Record<string, string>;
}

function spanOf(
  name: string,
  fields: Map<string, string | number[]>,
  types: ReadonlyMap<string, TensorType>,
) {
  const dtype = fields.get("dtype");
  const shape = fields.get("shape");
  const offsets = fields.get("data_offsets");
  if (typeof dtype !== "string" || !Array.isArray(shape) || !Array.isArray(offsets) || offsets.length !== 2) {
    failAt(name, `needs a dtype, a shape and two data_offsets`);
  }
  if (fields.size > 3) failAt(name, `has fields beyond dtype, shape and data_offsets`);
  const type = types.get(dtype);
  if (type === undefined) {
    failAt(name, `is of type ${quoted(dtype)}, expected ${oneOf([...types.keys()])}`, "value");
  }
  const [begin, end] = offsets;
  const length = type.size * sizeOf(shape);
  // A product is rounded only past 2⁵³, where no range ends.
  if (length !== end - begin) {
    failAt(name, `of ${shapeText(shape)} needs ${length} bytes, but its offsets are ${begin} to ${end}`);
  }
  return { shape, type, begin, end };
}

function firstNotFinite(data: Float32Array | Int32Array): number {
  return data instanceof Float32Array ? data.findIndex((value) => !Number.isFinite(value)) : -1;
}

function member(name: string, value: unknown): string {
  return `${JSON.stringify(name)}:${JSON.stringify(value)}`;
}

function checkedText(name: string, text: unknown): string {
  if (typeof text !== "string" || name === "__proto__") {
    refuse("shape", `metadata ${quoted(name)} is not a text`);
  }
  return text;
}

function checkedDtype(name: string, tensor: Tensor): string {
  const { shape, data } = tensor ?? {};
  if (name === METADATA || name === "__proto__") {
    refuse("value", `the name ${name} is reserved`);
  }
  const dtype = data instanceof Float32Array ? "F32" : data instanceof Int32Array ? "I32" : undefined;
  if (dtype === undefined) {
    refuseAt(name, "shape", `is neither Float32Array nor Int32Array`);
  }
  checkList(WRITE, shape, `the shape of tensor ${quoted(name)}`);
  if (
    !shape.every((n) => Number.isSafeInteger(n) && n >= 0) || shape.reduce((a, b) => a * b, 1) !== data.length
  ) {
    refuseAt(name, "shape", `of shape (${shape.map(shown).join(", ")}) has ${data.length} numbers`);
  }
  const bad = firstNotFinite(data);
  if (bad >= 0) refuseAt(name, "value", `holds ${data[bad]} at index ${bad}`);
  return dtype;
}
