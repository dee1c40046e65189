/** Bytes, and the numbers that files hold in them. @module */

import { InputError } from "../errors.ts";
import { checkList, checkObject } from "../checks.ts";
import { shown } from "../wording.ts";

/** Numbers as files hold them; half precision is widened to float32, true and false are 1 and 0. */
export type NumericArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

/** A type of number, by NumPy's letter and size: `u` unsigned, `i` signed, `f` float, `b` true or false, `bf2` bfloat16. */
export type ElementType =
  | "u1"
  | "u2"
  | "u4"
  | "u8"
  | "i1"
  | "i2"
  | "i4"
  | "i8"
  | "f2"
  | "f4"
  | "f8"
  | "b1"
  | "bf2";

const ARRAYS: Readonly<Record<ElementType, new (buffer: ArrayBuffer) => NumericArray>> = {
  u1: Uint8Array,
  u2: Uint16Array,
  u4: Uint32Array,
  u8: BigUint64Array,
  i1: Int8Array,
  i2: Int16Array,
  i4: Int32Array,
  i8: BigInt64Array,
  f2: Uint16Array,
  f4: Float32Array,
  f8: Float64Array,
  b1: Uint8Array,
  bf2: Uint16Array,
};

/** Whether there is such a type. */
export function isElementType(name: string): name is ElementType {
  return Object.hasOwn(ARRAYS, name);
}

/** Bytes of one number of `type`. */
export function elementBytes(type: ElementType): number {
  return Number(type.at(-1));
}

/** The numbers of `type` in `bytes`, which are a whole number of them, copied. */
export function decode(type: ElementType, bytes: Uint8Array, { bigEndian = false } = {}): NumericArray {
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  const size = elementBytes(type);
  if (bigEndian && size > 1) {
    for (let at = 0; at < copy.length; at += size) copy.subarray(at, at + size).reverse();
  }
  const data = new ARRAYS[type](copy.buffer);
  if (type === "f2") return widened(data as Uint16Array, halfBits);
  if (type === "bf2") return widened(data as Uint16Array, (bits) => bits << 16);
  return data;
}

/** The float32 numbers whose bits `bitsOf` makes of each of `data`. */
function widened(data: Uint16Array, bitsOf: (bits: number) => number): Float32Array {
  const bits = new Uint32Array(data.length);
  for (let i = 0; i < data.length; i++) bits[i] = bitsOf(data[i]);
  return new Float32Array(bits.buffer);
}

/** The bits of the float32 number that equals the float16 number of bits `half`. */
function halfBits(half: number): number {
  const sign = (half & 0x8000) << 16, exponent = half >> 10 & 31, fraction = half & 1023;
  if (exponent === 31) return sign | 0x7f800000 | fraction << 13;
  if (exponent > 0) return sign | exponent + 112 << 23 | fraction << 13;
  if (fraction === 0) return sign;
  // a subnormal number, fraction · 2⁻²⁴, is a normal one in float32
  const shift = Math.clz32(fraction) - 21;
  return sign | 113 - shift << 23 | (fraction << shift & 1023) << 13;
}

/** `data` as float32, each number rounded to the nearest; shares its memory if it is float32 already. */
export function toFloat32(data: NumericArray): Float32Array {
  if (data instanceof Float32Array) return data;
  const floats = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) floats[i] = Number(data[i]);
  return floats;
}

/** How many numbers an array of `shape` holds. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** @throws {InputError} unless `array`, called `what`, has a shape and as many numbers; `action` begins the message */
export function checkArray(
  action: string,
  array: { shape: readonly number[]; data: NumericArray },
  what: string,
): void {
  checkObject(action, array, what);
  const { shape, data } = array;
  checkList(action, shape, `the shape of ${what}`);
  checkList(action, data, `the numbers of ${what}`);
  const odd = shape.find((n) => !Number.isSafeInteger(n) || n < 0);
  if (odd !== undefined || sizeOf(shape) !== data.length) {
    throw new InputError(
      "shape",
      action,
      `${what} of shape (${Array.from(shape, shown).join(", ")}) have ${data.length} numbers`,
    );
  }
}

/** A shape as a message shows it, `2 × 3 × 4`. */
export function shapeText(shape: readonly number[]): string {
  return (shape.length > 8 ? [...shape.slice(0, 8), "…"] : shape).join(" × ") || "1";
}

/**
 * `value` as bytes, sharing its memory: a `Uint8Array`, as Node's `Buffer` is, an `ArrayBuffer` or a `DataView`.
 *
 * @throws {InputError} if it is anything else; `action` begins the message
 */
export function bytesOf(action: string, value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (value instanceof DataView || value instanceof Uint8ClampedArray) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  const hint = value instanceof Promise ? "; await it first" : "";
  throw new InputError(
    "shape",
    action,
    `expected bytes, a Uint8Array or an ArrayBuffer, not ${shown(value)}${hint}`,
  );
}
