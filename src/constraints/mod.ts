/** Constraints on perturbations. @module */

import { InputError } from "../errors.ts";
import type { Bounds } from "../kernels/attack.ts";
import type { Matrix } from "../matrix.ts";
import { checkList, checkObject, isList } from "../checks.ts";
import { oneOf, shown } from "../wording.ts";
import {
  type Constraint,
  type ConstraintOptions,
  type Distance,
  DISTANCES,
  type Epsilon,
  type Violation,
} from "./constraint.ts";
import { float32Below } from "./float32.ts";
import { region } from "./region.ts";
import { turning } from "./turning.ts";

/**
 * The constraint on perturbations of `inputs` features.
 *
 * @example
 * ```ts
 * import { constraint, matrix } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * // a price that may move by 2, and an age in whole years that may move by 1.5 of them
 * const allowed = constraint(2, { epsilon: [2, 1.5], grid: [0, 1], bounds: [[0, 100], [18, 99]] });
 * const x = matrix(1, 2, [99, 17]);
 * allowed.project(x, matrix(1, 2, [99.5, 20]));
 * assertEquals([...x.data], [99, 19]);
 * ```
 *
 * @throws {InputError} if a size is negative or not finite, or a list does not fit the features
 */
export function constraint(inputs: number, options: ConstraintOptions, action = "constrain"): Constraint {
  return constraintIn(inputs, options, action, turning);
}

/** The same without angles, which most programs do not use and need not load. */
export function normConstraint(inputs: number, options: ConstraintOptions, action: string): Constraint {
  return constraintIn(inputs, options, action);
}

function constraintIn(
  inputs: number,
  options: ConstraintOptions,
  action: string,
  turn?: typeof turning,
): Constraint {
  if (!(Number.isSafeInteger(inputs) && inputs >= 0 && inputs <= 2 ** 24)) {
    throw new InputError("value", `${action} ${shown(inputs)} inputs`, "must be a whole number in 0 … 2²⁴");
  }
  checkObject(action, options);
  const { norm = "Linf" } = options;
  const known = turn ? DISTANCES : DISTANCES.filter((each) => each !== "angle");
  if (!known.includes(norm)) {
    throw new InputError("value", `${action} in norm ${shown(norm)}`, `expected ${oneOf(known)}`);
  }
  const epsilon = sizeOf(inputs, options.epsilon, norm, action);
  const { lo, hi, box } = limits(inputs, options.bounds, action);
  const fixed = mask(inputs, options.fixed, action);
  const oneHot = groups(inputs, options.oneHot, action);
  const grid = steps(inputs, options.grid, oneHot, action);
  const sizes = new Float32Array(inputs);
  if (norm === "Linf") {
    if (typeof epsilon === "number") sizes.fill(float32Below(epsilon));
    else for (let i = 0; i < inputs; i++) sizes[i] = float32Below(epsilon[i]);
    if (fixed) { for (let i = 0; i < inputs; i++) if (fixed[i]) sizes[i] = 0; }
  }
  const around: Constraint["around"] = (original, room) =>
    region(self, original, room, norm === "angle" ? turn!(self, original) : undefined);
  const self: Constraint = {
    inputs,
    norm,
    epsilon,
    sizes,
    lo,
    hi,
    box,
    fixed,
    grid,
    oneHot,
    discrete: grid !== undefined || oneHot.length > 0,
    withEpsilon: (size) => constraintIn(inputs, { ...options, epsilon: size }, action, turn),
    around,
    project: (x, original) => around(original).project(x),
    check: (x, original) => around(original).check(x),
    checkOriginal: (x) => checkOriginal(self, x),
    toJSON: () =>
      JSON.parse(JSON.stringify({ norm, ...options }, (_, v) => ArrayBuffer.isView(v) ? plain(v) : v)),
  };
  return self;
}

const plain = (view: ArrayBufferView) => Array.from(view as unknown as ArrayLike<number>);

/** @throws {InputError} unless ε is a finite number ≥ 0, or one for each feature in L∞ */
function sizeOf(inputs: number, epsilon: Epsilon, norm: Distance, action: string): number | Float64Array {
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

function limits(
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

function mask(inputs: number, fixed: ArrayLike<number> | undefined, action: string): Uint8Array | undefined {
  if (fixed === undefined) return undefined;
  checkPlaces(inputs, fixed, "fixed feature", action);
  if (fixed.length === 0) return undefined;
  const out = new Uint8Array(inputs);
  for (const place of Array.from(fixed)) out[place] = 1;
  return out;
}

function groups(
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

function steps(
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

function checkOriginal(self: Constraint, x: Matrix): Violation | undefined {
  const { inputs, box, lo, hi, grid, oneHot } = self;
  const { data } = x;
  // a loop, for as many calls as there are inputs would take longer than the attack
  let bad = 0;
  if (box) {
    const [least, greatest] = box;
    if (least === -Infinity && greatest === Infinity) bad = data.length;
    while (bad < data.length && data[bad] >= least && data[bad] <= greatest) bad++;
  } else {
    while (bad < data.length && data[bad] >= lo[bad % inputs] && data[bad] <= hi[bad % inputs]) bad++;
  }
  const at = (i: number, problem: string) => ({ row: Math.floor(i / inputs), feature: i % inputs, problem });
  if (bad < data.length) {
    return at(bad, `is ${data[bad]}, out of the bounds ${lo[bad % inputs]}, ${hi[bad % inputs]}`);
  }
  if (grid) {
    bad = data.findIndex((value, i) => grid[i % inputs] > 0 && !onGrid(value, grid[i % inputs]));
    if (bad >= 0) return at(bad, `is ${data[bad]}, no whole number of steps of 1/${grid[bad % inputs]}`);
  }
  for (let row = 0; oneHot.length > 0 && row < x.rows; row++) {
    for (const group of oneHot) {
      const values = Array.from(group, (i) => data[row * inputs + i]);
      if (values.filter((v) => v === 1).length === 1 && values.every((v) => v === 0 || v === 1)) continue;
      return {
        row,
        feature: group[0],
        problem: `is of a group with ${shown(values)}, of which one must be 1`,
      };
    }
  }
}

/** Whether `value` is a whole number of steps of 1/`grid`, in float32. */
export function onGrid(value: number, grid: number): boolean {
  return Math.fround(Math.round(value * grid) / grid) === value;
}
