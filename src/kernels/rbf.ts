/** Exponential-quadratic units. @module */

import { checkShape, type Matrix } from "../matrix.ts";
import "../runtime/additions.ts";
import { run } from "../runtime/variants.ts";

/** Centers and precisions of one unit a class, both (C, D). */
export interface RbfUnits {
  mu: Matrix;
  beta: Matrix;
}

/** `scores` (B, C) = −Σᵢ β (x − μ)², for `x` (B, D). */
export function rbfForward(scores: Matrix, x: Matrix, { mu, beta }: RbfUnits): void {
  checkUnits(scores, x, { mu, beta });
  run("rbfForward", { scores, x, mu, beta, rows: x.rows, classes: mu.rows, inputs: x.cols });
}

/** `dX` (B, D) = the gradient in the inputs, from `dScores` (B, C). */
export function rbfBackward(dX: Matrix, dScores: Matrix, { x, mu, beta }: RbfUnits & { x: Matrix }): void {
  checkUnits(dScores, x, { mu, beta });
  checkShape("differentiate RBF units", "dX", dX, x.rows, x.cols);
  run("rbfBackward", { dX, dScores, x, mu, beta, rows: x.rows, classes: mu.rows, inputs: x.cols });
}

/** `out.mu` and `out.beta` (C, D) = or += the gradients in centers and precisions, from `dScores` (B, C). */
export function rbfParameters(
  out: RbfUnits,
  dScores: Matrix,
  { x, mu, beta, accumulate = false }: RbfUnits & { x: Matrix; accumulate?: boolean },
): void {
  checkUnits(dScores, x, { mu, beta });
  checkShape("differentiate RBF units", "dMu", out.mu, mu.rows, mu.cols);
  checkShape("differentiate RBF units", "dBeta", out.beta, mu.rows, mu.cols);
  run("rbfParameters", {
    dMu: out.mu,
    dBeta: out.beta,
    dScores,
    x,
    mu,
    beta,
    accumulate: accumulate ? 1 : 0,
    rows: x.rows,
    classes: mu.rows,
    inputs: x.cols,
  });
}

/** `scores` (B, C) −= Σᵣ z², for the projections `z` (B, C·R). */
export function squaresForward(scores: Matrix, z: Matrix): void {
  const rank = z.cols / scores.cols;
  checkShape("subtract squares", "z", z, scores.rows, scores.cols * Math.ceil(rank));
  run("squaresForward", { scores, z, rows: scores.rows, classes: scores.cols, rank });
}

/** `dZ` (B, C·R) = −2 dScores z. May write over `z`. */
export function squaresBackward(dZ: Matrix, dScores: Matrix, { z }: { z: Matrix }): void {
  const rank = z.cols / dScores.cols;
  checkShape("differentiate squares", "z", z, dScores.rows, dScores.cols * Math.ceil(rank));
  checkShape("differentiate squares", "dZ", dZ, z.rows, z.cols);
  run("squaresBackward", { dZ, dScores, z, rows: dScores.rows, classes: dScores.cols, rank });
}

function checkUnits(scores: Matrix, x: Matrix, { mu, beta }: RbfUnits): void {
  checkShape("evaluate RBF units", "centers", mu, scores.cols, x.cols);
  checkShape("evaluate RBF units", "precisions", beta, scores.cols, x.cols);
  checkShape("evaluate RBF units", "scores", scores, x.rows, mu.rows);
}
