/** Named tensors as bytes, in Hugging Face's safetensors format, of every type of number that others write. @module */

import { decode, elementBytes, type ElementType, toFloat32 } from "./elements.ts";
import {
  checkedFinite,
  readTensors,
  type Safetensors,
  type Tensor,
  type TensorType,
} from "./safetensors_file.ts";

export { type Safetensors, type Tensor, writeSafetensors } from "./safetensors_file.ts";

/** The types by their names in the format. */
const ALL_TYPES: ReadonlyMap<string, TensorType> = new Map(
  ([
    ["F32", "f4"],
    ["I32", "i4"],
    ["F16", "f2"],
    ["BF16", "bf2"],
    ["F64", "f8"],
    ["I64", "i8"],
    ["U64", "u8"],
    ["U32", "u4"],
    ["I16", "i2"],
    ["U16", "u2"],
    ["I8", "i1"],
    ["U8", "u1"],
    ["BOOL", "b1"],
  ] as const).map(([name, type]): [string, TensorType] => [name, typeOf(type)]),
);

/**
 * The tensors and metadata in the safetensors file `bytes`, copied out of it.
 *
 * Floats of 16, 32 and 64 bits, bfloat16 too, become float32; integers and booleans become int32. Takes bytes of any
 * origin: whatever is not a whole, exact file of finite tensors of these types is refused, before memory for it is taken.
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
 * @throws {InputError} code `format` if `bytes` are not whole safetensors; code `value` if they are, but hold a type, a
 *   number or metadata that cannot be taken
 */
export function readSafetensors(bytes: Uint8Array | ArrayBuffer): Safetensors {
  return readTensors(bytes, ALL_TYPES);
}

/** Floats as float32, whole numbers as int32; none of them changed but by rounding. */
function typeOf(type: ElementType): TensorType {
  return {
    size: elementBytes(type),
    read(bytes, unfit): Tensor["data"] {
      const data = decode(type, bytes);
      if (data instanceof Float32Array || data instanceof Float64Array) {
        return checkedFinite(toFloat32(data), unfit, data);
      }
      if (data instanceof Int32Array) return data;
      const whole = new Int32Array(data.length);
      for (let i = 0; i < data.length; i++) {
        whole[i] = Number(data[i]);
        if (whole[i] !== Number(data[i])) unfit(data[i], i, ", too large for int32");
      }
      return whole;
    },
  };
}
