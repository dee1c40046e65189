/** Steps away from an input that stay within their budget to the last bit. @module */

import { InputError } from "../errors.ts";
import { checkShape, type Matrix } from "../matrix.ts";
import { run } from "../runtime/variants.ts";

/** The least and the greatest value an input may take. */
export type Bounds = readonly [lo: number, hi: number];

const UNBOUNDED: Bounds = [-Infinity, Infinity];

/**
 * `out` (B, D) = clip(x + ε sign(g)), for x and g (B, D) and `epsilon` (D); where g is 0 or NaN, x stays.
 * |out − x| ≤ ε holds exactly, whatever rounding does. May write over `x` or `g`.
 */
export function signStep(
  out: Matrix,
  x: Matrix,
  { direction, epsilon, bounds = UNBOUNDED }: { direction: Matrix; epsilon: Float32Array; bounds?: Bounds },
): void {
  checkShape("step", "a direction", direction, x.rows, x.cols);
  checkShape("step", "a result", out, x.rows, x.cols);
  checkSizes(epsilon, x.cols);
  const [lo, hi] = bounds;
  run("signStep", { out, x, g: direction, epsilon, lo, hi, rows: x.rows, cols: x.cols });
}

/**
 * `x` (B, D) = x + ε sign(g), never farther than ε (D) from what it was, clipped to `least` … `greatest`, all (B, D).
 */
export function stepWithin(
  x: Matrix,
  { direction, epsilon, least, greatest }: {
    direction: Matrix;
    epsilon: Float32Array;
    least: Matrix;
    greatest: Matrix;
  },
): void {
  const { rows, cols } = x;
  checkShape("step", "a direction", direction, rows, cols);
  checkShape("step", "lower ends", least, rows, cols);
  checkShape("step", "upper ends", greatest, rows, cols);
  checkSizes(epsilon, cols);
  run("stepWithin", { x, g: direction, epsilon, least, greatest, rows, cols });
}

/** @throws {InputError} unless there is a size for each feature */
function checkSizes(epsilon: Float32Array, cols: number): void {
  if (epsilon.length === cols) return;
  throw new InputError("shape", "step", `expected ${cols} epsilons, one a feature, got ${epsilon.length}`);
}

/** `out` = clip(x + d), never farther than |d| from x. May write over either. */
export function addStep(
  out: Matrix,
  x: Matrix,
  { step, bounds = UNBOUNDED }: { step: Matrix; bounds?: Bounds },
): void {
  checkShape("step", "a step", step, x.rows, x.cols);
  checkShape("step", "a result", out, x.rows, x.cols);
  const [lo, hi] = bounds;
  run("addStep", { out, x, d: step, lo, hi, n: x.rows * x.cols });
}

/** How many numbers of `x` are farther than `size` ≥ 0 from `own`, or out of bounds, to the last bit; NaN is. */
export function countBeyond(
  x: Matrix,
  own: Matrix,
  { size, bounds = UNBOUNDED }: { size: number; bounds?: Bounds },
): number {
  checkShape("compare inputs", "the originals", own, x.rows, x.cols);
  const [lo, hi] = bounds;
  return run("countBeyond", { x, own, size, lo, hi, n: x.rows * x.cols });
}

/** `x` clipped to `least` … `greatest`, element by element; `own` where it is NaN. */
export function clampWithin(
  x: Matrix,
  own: Matrix,
  { least, greatest }: { least: Matrix; greatest: Matrix },
): void {
  for (const [name, m] of [["originals", own], ["lower ends", least], ["upper ends", greatest]] as const) {
    checkShape("clip inputs", `the ${name}`, m, x.rows, x.cols);
  }
  run("clampWithin", { x, own, least, greatest, n: x.rows * x.cols });
}

/** `out` = the step of Euclidean length ≤ ε along each row of `gradient`. May write over it. */
export function l2Direction(out: Matrix, gradient: Matrix, { epsilon }: { epsilon: number }): void {
  checkShape("find an L2 step", "a result", out, gradient.rows, gradient.cols);
  run("l2Direction", { d: out, g: gradient, epsilon, rows: gradient.rows, cols: gradient.cols });
}

/** `out` = ε at the first largest component of each row of `gradient`, with its sign. May write over it. */
export function l1Direction(out: Matrix, gradient: Matrix, { epsilon }: { epsilon: number }): void {
  checkShape("find an L1 step", "a result", out, gradient.rows, gradient.cols);
  run("l1Direction", { d: out, g: gradient, epsilon, rows: gradient.rows, cols: gradient.cols });
}
