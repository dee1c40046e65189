/** Named tensors as bytes, in Hugging Face's safetensors format. @module */

import { InputError } from "../errors.ts";
import { type Header, MOST_HEADER_BYTES, quote, readHeader, SIZE_BYTES } from "./safetensors_header.ts";

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

const METADATA = "__metadata__";
const DTYPES = new Map<string, Float32ArrayConstructor | Int32ArrayConstructor>([["F32", Float32Array], [
  "I32",
  Int32Array,
]]);

/**
 * The tensors and metadata in the safetensors file `bytes`, copied out of it.
 *
 * Takes bytes of any origin: whatever is not a whole, exact file of finite F32 and I32 tensors is refused,
 * before memory for it is taken.
 *
 * see: https://github.com/huggingface/safetensors#format
 *
 * @example
 * ```ts
 * import { readSafetensors, writeSafetensors } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = writeSafetensors({ w: { shape: [1, 2], data: new Float32Array([1, 2]) } }, { family: "softmax" });
 * assertEquals(readSafetensors(bytes).tensors.w.shape, [1, 2]);
 * assertEquals(readSafetensors(bytes).metadata.family, "softmax");
 * ```
 *
 * @throws {InputError} if `bytes` are not such a file
 */
export function readSafetensors(bytes: Uint8Array): Safetensors {
  const { header, from } = readHeader(bytes);
  const metadata = metadataOf(header);
  const spans = Array.from(header, ([name, fields]) => ({ name, ...spanOf(name, fields) }))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);

  let end = 0;
  for (const { name, begin, end: next } of spans) {
    if (begin !== end) fail(`tensor ${quote(name)} begins at byte ${begin} where byte ${end} is due`);
    end = next;
  }
  if (end !== bytes.length - from) fail(`expected ${end} bytes of tensors, got ${bytes.length - from}`);

  const tensors = spans.map(({ name, shape, array, begin, end }): [string, Tensor] => {
    const data = new array((end - begin) / array.BYTES_PER_ELEMENT);
    new Uint8Array(data.buffer).set(bytes.subarray(from + begin, from + end));
    const bad = firstNotFinite(data);
    if (bad >= 0) fail(`tensor ${quote(name)} holds ${data[bad]} at index ${bad}`);
    return [name, { shape, data }];
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
  const names = Object.keys(tensors).sort();
  const members: string[] = [];
  const texts = Object.keys(metadata).sort().map((name) => member(name, checkedText(name, metadata[name])));
  if (texts.length > 0) members.push(`"${METADATA}":{${texts.join()}}`);

  let end = 0;
  for (const name of names) {
    const { shape, data } = tensors[name];
    const dtype = checkedDtype(name, tensors[name]);
    members.push(member(name, { dtype, shape, data_offsets: [end, end += data.byteLength] }));
  }

  const json = new TextEncoder().encode(`{${members.join()}}`);
  // The first tensor then starts at a multiple of eight.
  const headerBytes = Math.ceil(json.length / 8) * 8;
  if (headerBytes > MOST_HEADER_BYTES) {
    throw new InputError(
      "value",
      "write safetensors",
      `a header of ${headerBytes} bytes passes ${MOST_HEADER_BYTES}`,
    );
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

function fail(problem: string): never {
  throw new InputError("format", "read safetensors", `${problem}`);
}

/** The texts under the metadata's name, which is taken out of `header`. */
function metadataOf(header: Header): Record<string, string> {
  const texts = Array.from(header.get(METADATA) ?? [], ([name, text]): [string, string] => {
    if (typeof text !== "string") fail(`metadata ${quote(name)} is not a text`);
    return [name, text];
  });
  header.delete(METADATA);
  return Object.fromEntries(texts);
}

function spanOf(name: string, fields: Map<string, string | number[]>) {
  const dtype = fields.get("dtype");
  const shape = fields.get("shape");
  const offsets = fields.get("data_offsets");
  if (typeof dtype !== "string" || !Array.isArray(shape) || !Array.isArray(offsets) || offsets.length !== 2) {
    fail(`tensor ${quote(name)} needs a dtype, a shape and two data_offsets`);
  }
  if (fields.size > 3) fail(`tensor ${quote(name)} has fields beyond dtype, shape and data_offsets`);
  const array = DTYPES.get(dtype) ?? fail(`tensor ${quote(name)} is ${quote(dtype)}, expected F32 or I32`);
  const [begin, end] = offsets;
  const length = shape.reduce((product, n) => product * n, array.BYTES_PER_ELEMENT);
  // A product is rounded only past 2⁵³, where no range ends.
  if (length !== end - begin) {
    const sizes = `${shape.slice(0, 8).join(" × ")}${shape.length > 8 ? " × …" : ""}` || "1";
    fail(`tensor ${quote(name)} of ${sizes} needs ${length} bytes, but its offsets are ${begin} to ${end}`);
  }
  return { shape, array, begin, end };
}

function firstNotFinite(data: Float32Array | Int32Array): number {
  return data instanceof Float32Array ? data.findIndex((value) => !Number.isFinite(value)) : -1;
}

function member(name: string, value: unknown): string {
  return `${JSON.stringify(name)}:${JSON.stringify(value)}`;
}

function checkedText(name: string, text: unknown): string {
  if (typeof text !== "string" || name === "__proto__") {
    throw new InputError("shape", "write safetensors", `metadata ${quote(name)} is not a text`);
  }
  return text;
}

function checkedDtype(name: string, { shape, data }: Tensor): string {
  if (name === METADATA || name === "__proto__") {
    throw new InputError("value", "write safetensors", `the name ${name} is reserved`);
  }
  const [dtype] = [...DTYPES].find(([, array]) => data instanceof array) ?? [];
  if (dtype === undefined) {
    throw new InputError(
      "shape",
      "write safetensors",
      `tensor ${quote(name)} is neither Float32Array nor Int32Array`,
    );
  }
  if (
    !shape.every((n) => Number.isSafeInteger(n) && n >= 0) || shape.reduce((a, b) => a * b, 1) !== data.length
  ) {
    throw new InputError(
      "shape",
      "write safetensors",
      `tensor ${quote(name)} of shape (${shape.join(", ")}) has ${data.length} numbers`,
    );
  }
  const bad = firstNotFinite(data);
  if (bad >= 0) {
    throw new InputError(
      "value",
      "write safetensors",
      `tensor ${quote(name)} holds ${data[bad]} at index ${bad}`,
    );
  }
  return dtype;
}
