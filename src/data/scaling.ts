/** How inputs are scaled before a model sees them. @module */

import { InputError } from "../errors.ts";
import { checkFinite, checkMatrix, type Matrix } from "../matrix.ts";
import { checkObject, isList } from "../checks.ts";
import { oneOf, shown } from "../wording.ts";

/**
 * A scaling of inputs: as they are, divided by 255, or for each input (x − offset) / divisor, with which `standard` makes
 * mean 0 and standard deviation 1, and `minmax` the range [0, 1].
 */
export interface Scaling {
  /** Which. */
  readonly kind: "none" | "255" | "standard" | "minmax";
  /** For `standard` and `minmax`: what is subtracted from each input, (D). */
  readonly offset?: readonly number[];
  /** For `standard` and `minmax`: what the rest is divided by, (D); 1 for an input that is always the same. */
  readonly divisor?: readonly number[];
}

const KINDS: readonly string[] = ["none", "255", "standard", "minmax"] satisfies Scaling["kind"][];

/** The scaling `kind` of the examples `x`, (B, D), found from all of them. */
export function fitScaling(kind: Scaling["kind"], { rows, cols, data }: Matrix): Scaling {
  if (kind === "none" || kind === "255") return { kind };
  const offset = new Float64Array(cols), divisor = new Float64Array(cols);
  const forEach = (use: (value: number, col: number) => void) => {
    for (let i = 0, at = 0; i < rows; i++) for (let j = 0; j < cols; j++) use(data[at++], j);
  };
  if (kind === "minmax") {
    offset.fill(Infinity);
    divisor.fill(-Infinity);
    forEach((value, j) => {
      offset[j] = Math.min(offset[j], value);
      divisor[j] = Math.max(divisor[j], value);
    });
    for (let j = 0; j < cols; j++) divisor[j] -= offset[j];
  } else {
    forEach((value, j) => offset[j] += value / rows);
    forEach((value, j) => divisor[j] += (value - offset[j]) * (value - offset[j]) / rows);
    for (let j = 0; j < cols; j++) divisor[j] = Math.sqrt(divisor[j]);
  }
  // the rounding of a mean leaves a deviation of about 1e-16 of it where all are the same
  const tolerance = (j: number) => 1e-12 * Math.abs(offset[j]);
  return { kind, offset: [...offset], divisor: Array.from(divisor, (d, j) => d > tolerance(j) ? d : 1) };
}

/**
 * `x`, (B, D), scaled, copied.
 *
 * @example
 * ```ts
 * import { matrix, scaled } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const x = scaled(matrix(1, 2, [3, 5]), { kind: "minmax", offset: [1, 5], divisor: [4, 1] });
 * assertEquals([...x.data], [0.5, 0]);
 * ```
 *
 * @throws {InputError} if an input is not finite, or `scaling` is none or of another number of inputs
 */
export function scaled(x: Matrix, scaling: Scaling): Matrix {
  checkMatrix("scale the inputs", x);
  checkObject("scale the inputs", scaling, "the scaling");
  checkFinite("scale the inputs", x);
  if (!KINDS.includes(scaling.kind)) {
    throw new InputError(
      "value",
      "scale the inputs",
      `its kind must be ${oneOf(KINDS)}, not ${shown(scaling.kind)}`,
    );
  }
  for (const list of [scaling.offset, scaling.divisor]) {
    if (list === undefined || isList(list) && Array.from(list).every(Number.isFinite)) continue;
    throw new InputError("value", "scale the inputs", `${shown(list)} must be a list of finite numbers`);
  }
  const out = { ...x, data: x.data.slice() };
  scaleInPlace(out, scaling);
  return out;
}

/** Scales `x` in place. */
export function scaleInPlace({ cols, data }: Matrix, { kind, offset, divisor }: Scaling): void {
  if (kind === "none") return;
  if (kind === "255") {
    for (let i = 0; i < data.length; i++) data[i] /= 255;
    return;
  }
  if (offset?.length !== cols || divisor?.length !== cols) {
    throw new InputError(
      "shape",
      "scale the inputs",
      `there are ${cols}, the scaling is of ${offset?.length ?? 0}`,
    );
  }
  for (let at = 0; at < data.length;) {
    for (let j = 0; j < cols; j++, at++) data[at] = (data[at] - offset[j]) / divisor[j];
  }
}
