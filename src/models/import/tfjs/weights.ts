/** The weights of tfjs models: tensors one after another in the files of a manifest, perhaps quantised. @module */

import { InputError } from "../../../errors.ts";
import { sizeOf } from "../../../ops/op.ts";
import { shown } from "../../../wording.ts";
import { type Constant, pathProblem } from "../constant.ts";
import { asJson, type Json, member } from "../keras/layer.ts";

/** Numbers of more than this no tensor of a small model has. */
const MAX_SIZE = 2 ** 28;

/** Bytes of a number, and how it is read. */
const TYPES: Readonly<
  Record<string, { bytes: number; whole?: boolean; at(view: DataView, i: number): number }>
> = {
  float32: { bytes: 4, at: (view, i) => view.getFloat32(i, true) },
  float16: { bytes: 2, at: (view, i) => half(view.getUint16(i, true)) },
  int32: { bytes: 4, whole: true, at: (view, i) => view.getInt32(i, true) },
  uint16: { bytes: 2, whole: true, at: (view, i) => view.getUint16(i, true) },
  uint8: { bytes: 1, whole: true, at: (view, i) => view.getUint8(i) },
  bool: { bytes: 1, whole: true, at: (view, i) => view.getUint8(i) },
};

/** The number of a 16-bit pattern of IEEE 754. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The groups of a manifest, each with the names of its files and its tensors. */
function groupsIn(manifest: unknown, action: string): { paths: string[]; weights: unknown[] }[] {
  const fail = (reason: string): never => {
    throw new InputError("format", action, reason);
  };
  if (!Array.isArray(manifest)) return fail("it has no weightsManifest");
  return manifest.map((group) => {
    const { paths, weights } = asJson(group) ?? {};
    const named = Array.isArray(paths) && paths.every((path) => typeof path === "string");
    if (!named || !Array.isArray(weights)) {
      return fail("a group of its weightsManifest has no paths or weights");
    }
    const outside = paths.find((path) => pathProblem(path));
    if (outside !== undefined) fail(`weights are in file ${shown(outside)}: ${pathProblem(outside)}`);
    return { paths, weights };
  });
}

/** The names of the files that hold the weights, in a folder with the model. */
export function shardNames(manifest: unknown, action: string): string[] {
  return [...new Set(groupsIn(manifest, action).flatMap(({ paths }) => paths))];
}

/**
 * The tensors of a manifest by name, from the bytes of its files.
 *
 * @throws {InputError} code `format` if a file is missing, too short or too long, or a tensor is of no type known here
 */
export function readWeights(
  manifest: unknown,
  shards: Readonly<Record<string, Uint8Array>>,
  action: string,
): Map<string, Constant> {
  const out = new Map<string, Constant>();
  for (const { paths, weights } of groupsIn(manifest, action)) {
    const parts = paths.map((path) => {
      if (Object.hasOwn(shards, path) && shards[path] instanceof Uint8Array) return shards[path];
      throw new InputError("format", action, `weights are in file ${shown(path)}, which was not given`);
    });
    const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
    parts.reduce((at, part) => (bytes.set(part, at), at + part.length), 0);
    let at = 0;
    for (const each of weights) {
      const entry = asJson(each) ?? {}, { name } = entry;
      const refuse = (reason: string): never => {
        throw new InputError("format", action, `weight ${shown(name)}: ${reason}`);
      };
      if (typeof name !== "string" || out.has(name)) refuse("it has no name of its own");
      const { constant, length } = tensorAt(entry, bytes, at, refuse);
      out.set(name as string, constant);
      at += length;
    }
    if (at !== bytes.length) {
      throw new InputError(
        "format",
        action,
        `${paths.join(", ").slice(0, 80)}: ${bytes.length} bytes, expected ${at}`,
      );
    }
  }
  return out;
}

function tensorAt(entry: Json, bytes: Uint8Array, at: number, refuse: (reason: string) => never) {
  const { shape, dtype } = entry, quantization = asJson(member(entry, "quantization"));
  const sized = Array.isArray(shape) && shape.every((n) => Number.isSafeInteger(n) && n >= 0) &&
    sizeOf(shape) <= MAX_SIZE;
  if (!sized) return refuse(`shape ${shown(shape)} is none, or too large`);
  const stored = quantization ? quantization.dtype : dtype;
  const type = typeof stored === "string" && Object.hasOwn(TYPES, stored) ? TYPES[stored] : undefined;
  if (!type || !["float32", "int32", "bool"].includes(dtype as string)) {
    return refuse(`type ${shown(stored)} is not known here; there are ${Object.keys(TYPES).join(", ")}`);
  }
  const size = sizeOf(shape), length = type.bytes * size;
  if (at + length > bytes.length) refuse(`it ends at byte ${at + length} of files of ${bytes.length}`);
  const view = new DataView(bytes.buffer, at, length);
  const data = Float64Array.from({ length: size }, (_, i) => type.at(view, i * type.bytes));
  if (quantization && stored !== "float16") {
    const { scale, min } = quantization;
    if (typeof scale !== "number" || typeof min !== "number") refuse("it is quantised without scale and min");
    for (let i = 0; i < size; i++) data[i] = data[i] * (scale as number) + (min as number);
    if (dtype === "int32") data.forEach((value, i) => data[i] = Math.round(value));
  }
  const constant: Constant = { shape, data, whole: dtype !== "float32" };
  return { constant, length };
}
