/** The input and the output of an ONNX graph that a classifier has. @module */

import { InputError } from "../../errors.ts";
import { type Shape, sizeOf } from "../../ops/op.ts";
import { shown, suggestion } from "../../wording.ts";
import type { Builder } from "./builder.ts";
import { REAL, TYPE_NAMES } from "./constant.ts";
import type { ValueProto } from "./onnx_file.ts";

/** The input: its name, the shape of an example, and how many examples the file is written for, if so many. */
export function inputOf(
  inputs: readonly ValueProto[],
  asked: readonly number[] | undefined,
  action: string,
): { name: string; shape: Shape; batch: number | undefined } {
  const fail = (reason: string): never => {
    throw new InputError("format", action, reason);
  };
  if (inputs.length !== 1) {
    const names = inputs.map(({ name }) => shown(name ?? "")).slice(0, 5).join(", ");
    fail(
      `it has ${inputs.length} inputs (${names}), expected one of shape (batch, features); for skl2onnx, ` +
        "FloatTensorType([None, D])",
    );
  }
  const [{ name = "", type }] = inputs;
  const where = `input ${shown(name)}`, elementType = type?.tensor?.elementType ?? 0;
  if (!REAL.has(elementType)) {
    fail(
      `${where} is of type ${
        TYPE_NAMES[elementType] ?? "other than a tensor"
      }, and attacks need float or double`,
    );
  }
  const dims = type?.tensor?.shape?.dims;
  if (!dims || dims.length < 2) {
    return fail(
      `${where} has ${dims ? dims.length : "an unknown number of"} dimensions, expected a batch and features`,
    );
  }
  const sizes = dims.slice(1).map(({ value }) => value ?? 0);
  if (asked && (asked.length !== sizes.length || !asked.every((n, k) => sizes[k] <= 0 || n === sizes[k]))) {
    fail(
      `${where} has examples of shape (${sizes.map((n) => n > 0 ? n : "?").join(", ")}), not (${
        asked.join(", ")
      })`,
    );
  }
  const shape: Shape = asked ?? sizes;
  if (!shape.every((n) => Number.isSafeInteger(n) && n >= 1)) {
    fail(`${where} leaves its size open beside the batch; give the shape of an example as option input`);
  }
  if (!(sizeOf(shape) <= 2 ** 24)) fail(`${where} has more than ${2 ** 24} numbers`);
  const first = dims[0].value ?? 0;
  return { name, shape, batch: first > 0 ? first : undefined };
}

/** The output that gives scores: the one asked for, or the only one of real numbers. */
export function outputOf(
  outputs: readonly ValueProto[],
  asked: string | undefined,
  builder: Builder,
): string {
  const names = outputs.map(({ name }) => name ?? "");
  if (asked !== undefined) {
    if (names.includes(asked)) return asked;
    return builder.refuse(
      `it has no output ${shown(asked)}${
        suggestion(asked, names) || `; it has ${names.map(shown).join(", ")}`
      }`,
    );
  }
  const real = outputs.filter(({ type }) => type?.sequence || REAL.has(type?.tensor?.elementType ?? 0));
  if (real.length === 1) return real[0].name ?? "";
  const listed = names.map(shown).slice(0, 8).join(", ");
  return builder.refuse(
    real.length === 0
      ? `none of its outputs (${listed}) gives real numbers: it gives labels alone`
      : `several of its outputs (${listed}) give real numbers; name the one of scores as option output`,
  );
}
