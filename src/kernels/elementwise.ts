/** Elementwise arithmetic, biases and column sums. @module */

import { checkShape, type Matrix } from "../matrix.ts";
import { run } from "../runtime/variants.ts";

/** `out` = eˣ. May write over `x`. */
export function exp(out: Matrix, x: Matrix): void {
  checkShape("exponentiate", "a result", out, x.rows, x.cols);
  run("exp", { out, x, n: x.rows * x.cols });
}

/** `out` = log x. May write over `x`. */
export function log(out: Matrix, x: Matrix): void {
  checkShape("take logarithms", "a result", out, x.rows, x.cols);
  run("log", { out, x, n: x.rows * x.cols });
}

/** `out` = log(1 + eˣ). May write over `x`. */
export function softplusForward(out: Matrix, x: Matrix): void {
  checkShape("take softplus", "a result", out, x.rows, x.cols);
  run("softplusForward", { out, x, n: x.rows * x.cols });
}

/** `dX` = dY · (1 − e⁻ʸ), where y = log(1 + eˣ). May write over `dY`. */
export function softplusBackward(dX: Matrix, dY: Matrix, { y }: { y: Matrix }): void {
  checkShape("differentiate softplus", "dY", dY, y.rows, y.cols);
  checkShape("differentiate softplus", "dX", dX, y.rows, y.cols);
  run("softplusBackward", { dX, dY, y, n: y.rows * y.cols });
}

/** `out` = a · b, element by element. May write over either. */
export function multiply(out: Matrix, [a, b]: readonly [Matrix, Matrix]): void {
  checkShape("multiply elementwise", "a result", out, a.rows, a.cols);
  checkShape("multiply elementwise", "a second factor", b, a.rows, a.cols);
  run("multiply", { out, a, b, n: a.rows * a.cols });
}

/** `out` = x where x > 0, else `slope` · x. May write over `x`. */
export function rectifierForward(out: Matrix, x: Matrix, { slope }: { slope: number }): void {
  checkShape("rectify", "a result", out, x.rows, x.cols);
  run("rectifierForward", { out, x, slope, n: x.rows * x.cols });
}

/** `dX` = dY where x > 0, else `slope` · dY. May write over `dY`. */
export function rectifierBackward(
  dX: Matrix,
  dY: Matrix,
  { x, slope }: { x: Matrix; slope: number },
): void {
  checkShape("differentiate a rectifier", "dY", dY, x.rows, x.cols);
  checkShape("differentiate a rectifier", "dX", dX, x.rows, x.cols);
  run("rectifierBackward", { dX, dY, x, slope, n: x.rows * x.cols });
}

/** How many numbers of `x` are not finite. */
export function countNotFinite(x: Matrix): number {
  return run("countNotFinite", { x, n: x.rows * x.cols });
}

/** `out` (rows, cols) += bias (1, cols), row by row. */
export function addBias(out: Matrix, bias: Matrix): void {
  checkShape("add a bias", "a bias", bias, 1, out.cols);
  run("addBias", { out, bias, rows: out.rows, cols: out.cols });
}

/** `out` (1, cols) = the sums of the columns of `x`, or += them. */
export function columnSums(
  out: Matrix,
  x: Matrix,
  { accumulate = false }: { accumulate?: boolean } = {},
): void {
  checkShape("sum columns", "a result", out, 1, x.cols);
  run("columnSums", { out, x, accumulate: accumulate ? 1 : 0, rows: x.rows, cols: x.cols });
}
