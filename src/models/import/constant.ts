/** Tensors that an ONNX file holds, and arithmetic on them in double precision. @module */

import { stridesOf } from "../../ops/indices.ts";
import { type Shape, sizeOf } from "../../ops/op.ts";
import type { TensorProto } from "./onnx_file.ts";

/** A tensor whose numbers are known. */
export interface Constant {
  readonly shape: Shape;
  /** Numbers; NaN stands for the size of a batch in what was made of a shape. */
  readonly data: Float64Array;
  /** Whether its numbers are whole ones, for which division rounds. */
  readonly whole: boolean;
  /** Texts in place of numbers. */
  readonly texts?: readonly string[];
}

/** How the element types of ONNX that can be read lie in bytes. */
const TYPES: Readonly<
  Record<number, { name: string; bytes: number; whole?: boolean; at(view: DataView, i: number): number }>
> = {
  1: { name: "float", bytes: 4, at: (view, i) => view.getFloat32(i, true) },
  2: { name: "uint8", bytes: 1, whole: true, at: (view, i) => view.getUint8(i) },
  3: { name: "int8", bytes: 1, whole: true, at: (view, i) => view.getInt8(i) },
  4: { name: "uint16", bytes: 2, whole: true, at: (view, i) => view.getUint16(i, true) },
  5: { name: "int16", bytes: 2, whole: true, at: (view, i) => view.getInt16(i, true) },
  6: { name: "int32", bytes: 4, whole: true, at: (view, i) => view.getInt32(i, true) },
  7: { name: "int64", bytes: 8, whole: true, at: (view, i) => Number(view.getBigInt64(i, true)) },
  9: { name: "bool", bytes: 1, whole: true, at: (view, i) => view.getUint8(i) },
  11: { name: "double", bytes: 8, at: (view, i) => view.getFloat64(i, true) },
  12: { name: "uint32", bytes: 4, whole: true, at: (view, i) => view.getUint32(i, true) },
};

/** Element types of ONNX by number: those of real numbers that float32 arithmetic stands for. */
export const REAL = new Set([1, 11]);

/** The names of other element types, for messages. */
export const TYPE_NAMES: Readonly<Record<number, string>> = {
  ...Object.fromEntries(Object.entries(TYPES).map(([type, { name }]) => [type, name])),
  8: "string",
  10: "float16",
  13: "uint64",
  14: "complex64",
  15: "complex128",
  16: "bfloat16",
};

/** More numbers than this no tensor of a small model has. */
const MAX_SIZE = 2 ** 28;

/**
 * The tensor, its bytes from `external` where they are in another file.
 *
 * @throws what `refuse` makes of what is wrong with it
 */
export function readTensor(
  { dims, dataType = 0, ...of }: TensorProto,
  external: Readonly<Record<string, Uint8Array>>,
  refuse: (reason: string) => never,
): Constant {
  const size = sizeOf(dims);
  if (!dims.every((n) => Number.isSafeInteger(n) && n >= 0) || !(size <= MAX_SIZE)) {
    refuse(`shape (${dims.slice(0, 8).join(", ")}) is none, or too large`);
  }
  if (dataType === 8) {
    if (of.strings.length !== size) refuse(`it has ${of.strings.length} texts, and ${size} by its shape`);
    const texts = of.strings.map((bytes) => new TextDecoder().decode(bytes));
    return { shape: dims, data: new Float64Array(size), whole: false, texts };
  }
  const type = Object.hasOwn(TYPES, dataType) ? TYPES[dataType] : undefined;
  if (!type) {
    return refuse(
      `its element type is ${TYPE_NAMES[dataType] ?? dataType}, expected float, double or an integer type`,
    );
  }
  const whole = type.whole ?? false;
  const raw = of.location === 1 ? externalBytes(of.external, type.bytes * size, external, refuse) : of.raw;
  if (raw === undefined) {
    const lists = { 1: of.floats, 11: of.doubles, 7: of.int64s, 12: of.uint64s } as Record<
      number,
      ArrayLike<number>
    >;
    const list = lists[dataType] ?? of.int32s;
    if (list.length !== size) refuse(`it has ${list.length} numbers, and ${size} by its shape`);
    return { shape: dims, data: Float64Array.from(list), whole };
  }
  if (raw.length !== type.bytes * size) {
    refuse(`it has ${raw.length} bytes, and ${type.bytes * size} by its shape`);
  }
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength), data = new Float64Array(size);
  for (let i = 0; i < size; i++) data[i] = type.at(view, type.bytes * i);
  return { shape: dims, data, whole };
}

/** Why the name of a file with weights is not one beside the model; nothing if it is. */
export function pathProblem(location: string): string | undefined {
  const parts = location.split(/[/\\]/);
  if (
    /^[/\\]|^[a-z]:/i.test(location) || parts.includes("..") || parts.includes("") || location.includes("\0")
  ) {
    return "it leads out of the model's folder";
  }
}

function externalBytes(
  entries: TensorProto["external"],
  size: number,
  external: Readonly<Record<string, Uint8Array>>,
  refuse: (reason: string) => never,
): Uint8Array {
  const of = (key: string) => entries.find((entry) => entry.key === key)?.value;
  const location = of("location") ?? "", shown = JSON.stringify(location.slice(0, 80));
  const problem = pathProblem(location);
  if (problem) refuse(`its bytes are in file ${shown}: ${problem}`);
  const bytes = Object.hasOwn(external, location) ? external[location] : undefined;
  if (!bytes) {
    return refuse(
      `its bytes are in file ${shown}, which was not given; give the bytes of that file with the model`,
    );
  }
  const [offset, length] = [Number(of("offset") ?? 0), Number(of("length") ?? size)];
  const fits = [offset, length].every((n) => Number.isSafeInteger(n) && n >= 0) &&
    offset + length <= bytes.length;
  if (!fits) {
    refuse(`its bytes are ${length} from ${offset} on in file ${shown}, which has ${bytes.length}`);
  }
  return bytes.subarray(offset, offset + length);
}

/** A constant of these numbers. */
export function constant(shape: Shape, data: ArrayLike<number>, whole = false): Constant {
  return { shape, data: Float64Array.from(data), whole };
}

/** What both shapes repeat to by ONNX's rule, aligned at the last dimension; nothing if they do not. */
export function broadcastShape(a: Shape, b: Shape): number[] | undefined {
  const rank = Math.max(a.length, b.length);
  const [p, q] = [a, b].map((shape) => [...Array<number>(rank - shape.length).fill(1), ...shape]);
  const out = p.map((n, k) => n === 1 ? q[k] : n);
  return p.every((n, k) => n === q[k] || n === 1 || q[k] === 1) ? out : undefined;
}

/** The constant repeated to `shape`, to which it broadcasts. */
export function broadcast({ shape: from, data, ...rest }: Constant, shape: Shape): Constant {
  const size = [...Array<number>(shape.length - from.length).fill(1), ...from];
  const strides = stridesOf(size).map((stride, k) => size[k] === 1 ? 0 : stride);
  return {
    ...rest,
    shape,
    data: gather(shape, (at) => data[at.reduce((sum, c, k) => sum + c * strides[k], 0)]),
  };
}

/** Numbers of a shape by their coordinates. */
export function gather(shape: Shape, at: (coordinates: readonly number[]) => number): Float64Array {
  const out = new Float64Array(sizeOf(shape)), coordinates = shape.map(() => 0);
  for (let i = 0; i < out.length; i++) {
    out[i] = at(coordinates);
    for (let k = shape.length - 1; k >= 0 && ++coordinates[k] === shape[k]; k--) coordinates[k] = 0;
  }
  return out;
}

/** The constant with its dimensions in another order. */
export function transposed({ shape, data, ...rest }: Constant, order: readonly number[]): Constant {
  const strides = stridesOf(shape), to = order.map((k) => shape[k]);
  return {
    ...rest,
    shape: to,
    data: gather(to, (at) => data[at.reduce((sum, c, k) => sum + c * strides[order[k]], 0)]),
  };
}

/** Entries `indices` of dimension `axis`. */
export function taken(
  { shape, data, texts, ...rest }: Constant,
  axis: number,
  indices: readonly number[],
): Constant {
  const strides = stridesOf(shape), to = shape.with(axis, indices.length);
  const places = gather(
    to,
    (at) => at.reduce((sum, c, k) => sum + (k === axis ? indices[c] : c) * strides[k], 0),
  );
  return {
    ...rest,
    shape: to,
    data: places.map((place) => data[place]),
    ...(texts && { texts: Array.from(places, (place) => texts[place]) }),
  };
}
