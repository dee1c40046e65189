/** Options of constraints, checked, as lists of a number for each feature. @module */

import { checkList, isList } from "../checks.ts";
import { InputError } from "../errors.ts";
import type { Bounds } from "../kernels/attack.ts";
import { shown } from "../wording.ts";
import type { Constraint, ConstraintOptions, Distance, Epsilon } from "./constraint.ts";
import { float32Below } from "./float32.ts";

/** @throws {InputError} unless ε is a finite number ≥ 0, or one for each feature in L∞ */
export function sizeOf(
  inputs: number,
  epsilon: Epsilon,
  norm: Distance,
  action: string,
): number | Float64Array {
  const isList = typeof epsilon === "object" && epsilon !== null;
  if (isList) checkList(action, epsilon, "epsilon");
  const list = isList ? Array.from(epsilon) : undefined;
  if (list && norm !== "Linf") {
    throw new InputError("value", `${action} in ${norm} with an epsilon for each feature`, "give one number");
  }
  if (list && list.length !== inputs) {
    throw new InputError(
      "shape",
      action,
      `expected one epsilon or ${inputs} of them, one a feature, got ${list.length}; sizes to try in turn are given as epsilons`,
    );
  }
  for (const each of list ?? [epsilon as number]) checkEpsilon(each, action);
  return list ? Float64Array.from(list) : epsilon as number;
}

/** @throws {InputError} unless ε is a finite number ≥ 0 */
export function checkEpsilon(epsilon: number, action: string): void {
  if (typeof epsilon === "number" && epsilon >= 0 && epsilon < Infinity) return;
  throw new InputError("value", `${action} with epsilon ${shown(epsilon)}`, "must be a finite number ≥ 0");
}

export function limits(
  inputs: number,
  bounds: ConstraintOptions["bounds"],
  action: string,
): Pick<Constraint, "lo" | "hi" | "box"> {
  if (bounds !== undefined && !isList(bounds)) {
    throw new InputError(
      "shape",
      `${action} within bounds ${shown(bounds)}`,
      `expected one pair of bounds, or ${inputs} of them, one a feature`,
    );
  }
  const one = bounds === undefined || bounds.length === 2 && typeof bounds[0] !== "object";
  const pairs = (one ? [bounds ?? [-Infinity, Infinity]] : bounds) as readonly Bounds[];
  if (!one && pairs.length !== inputs) {
    throw new InputError(
      "shape",
      action,
      `expected one pair of bounds or ${inputs} of them, one a feature, got ${pairs.length}`,
    );
  }
  pairs.forEach((pair, i) => {
    const [lo, hi] = isList(pair) ? pair as Bounds : [pair, undefined];
    if (typeof lo === "number" && typeof hi === "number" && lo < hi) return;
    const where = one ? "" : ` of feature ${i}`;
    throw new InputError(
      "value",
      `${action} within bounds ${shown(lo)}, ${shown(hi)}${where}`,
      "the first must be less",
    );
  });
  const inward = ([lo, hi]: Bounds): Bounds => [-float32Below(-lo), float32Below(hi)];
  const [lo, hi] = [new Float32Array(inputs), new Float32Array(inputs)];
  if (one) {
    const box = inward(pairs[0]);
    return { lo: lo.fill(box[0]), hi: hi.fill(box[1]), box };
  }
  pairs.forEach((pair, i) => [lo[i], hi[i]] = inward(pair));
  return { lo, hi };
}

function checkPlaces(inputs: number, places: ArrayLike<number>, what: string, action: string): void {
  checkList(action, places, `${what}s`);
  const seen = new Set<number>();
  for (const place of Array.from(places)) {
    if (!(Number.isInteger(place) && place >= 0 && place < inputs)) {
      throw new InputError("value", `${action} with ${what} ${shown(place)}`, `must be in 0 … ${inputs - 1}`);
    }
    if (seen.has(place)) {
      throw new InputError("value", `${action} with ${what} ${place} twice`, "give the places of features");
    }
    seen.add(place);
  }
}

export function mask(
  inputs: number,
  fixed: ArrayLike<number> | undefined,
  action: string,
): Uint8Array | undefined {
  if (fixed === undefined) return undefined;
  checkPlaces(inputs, fixed, "fixed feature", action);
  if (fixed.length === 0) return undefined;
  const out = new Uint8Array(inputs);
  for (const place of Array.from(fixed)) out[place] = 1;
  return out;
}

export function groups(
  inputs: number,
  oneHot: readonly ArrayLike<number>[] | undefined,
  action: string,
): Int32Array[] {
  if (oneHot === undefined) return [];
  checkList(action, oneHot, "oneHot");
  const groups = Array.from(oneHot, (group) => {
    checkList(action, group, "one-hot features");
    return Array.from(group);
  });
  checkPlaces(inputs, groups.flat(), "one-hot feature", action);
  return groups.map((group) => Int32Array.from(group));
}

export function steps(
  inputs: number,
  grid: ConstraintOptions["grid"],
  oneHot: readonly Int32Array[],
  action: string,
): Float64Array | undefined {
  if (grid === undefined) return undefined;
  if (typeof grid !== "number") checkList(action, grid, "grid");
  if (typeof grid !== "number" && grid.length !== inputs) {
    throw new InputError(
      "shape",
      action,
      `expected one grid or ${inputs} of them, one a feature, got ${grid.length}`,
    );
  }
  const out = typeof grid === "number" ? new Float64Array(inputs).fill(grid) : Float64Array.from(grid);
  const bad = out.find((value) => !(Number.isSafeInteger(value) && value >= 0 && value <= 2 ** 24));
  if (bad !== undefined) {
    throw new InputError(
      "value",
      `${action} with a grid of ${bad} steps a unit`,
      "must be a whole number in 0 … 2²⁴",
    );
  }
  for (const group of oneHot) for (const i of group) out[i] = 0;
  return out.some((value) => value > 0) ? out : undefined;
}
