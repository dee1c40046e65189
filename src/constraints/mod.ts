/** Constraints on perturbations. @module */

import { InputError } from "../errors.ts";
import { checkObject } from "../checks.ts";
import { oneOf, shown } from "../wording.ts";
import { type Constraint, type ConstraintOptions, DISTANCES } from "./constraint.ts";
import { float32Below } from "./float32.ts";
import { groups, limits, mask, sizeOf, steps } from "./options.ts";
import { checkOriginal } from "./original.ts";
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
