/** Scores to probabilities, to losses with their gradients, and to directions of attack. @module */

import { InputError } from "../errors.ts";
import { checkShape, type Matrix } from "../matrix.ts";
import { run } from "../runtime/variants.ts";

/** Where a loss goes, and with what weight its gradient. */
export interface LossOutputs {
  /** Loss of each example, (B, 1). */
  loss: Matrix;
  /** `scale` times the gradient of each example's loss in its own scores, (B, S). */
  dScores: Matrix;
  /** Factor of the gradient; default 1. */
  scale?: number;
}

/** `out` = softmax of `scores` by row. May write over them. */
export function softmaxForward(out: Matrix, scores: Matrix): void {
  checkShape("take softmax", "a result", out, scores.rows, scores.cols);
  run("softmaxForward", { out, scores, rows: scores.rows, cols: scores.cols });
}

/** The cross-entropy of the softmax of `scores` (B, C) against `labels` (B). */
export function softmaxLoss(outputs: LossOutputs, scores: Matrix, labels: Int32Array | Matrix): void {
  loss("softmaxLoss", outputs, scores, labels);
}

/** `dScores` = the gradient of that cross-entropy over 1 − p of the label: it cannot vanish by rounding. */
export function softmaxDirection(dScores: Matrix, scores: Matrix, labels: Int32Array | Matrix): void {
  direction("softmaxDirection", dScores, scores, labels);
}

/** `out` = 1 / (1 + e⁻ˢ). May write over the scores. */
export function sigmoidForward(out: Matrix, scores: Matrix): void {
  checkShape("take sigmoids", "a result", out, scores.rows, scores.cols);
  run("sigmoidForward", { out, scores, n: scores.rows * scores.cols });
}

/** The binary cross-entropies of sigmoids of `scores` (B, C), summed over classes, against `labels` (B). */
export function sigmoidLoss(outputs: LossOutputs, scores: Matrix, labels: Int32Array | Matrix): void {
  loss("sigmoidLoss", outputs, scores, labels);
}

/** `dScores` = the gradient of that loss, each row over its largest magnitude. */
export function sigmoidDirection(dScores: Matrix, scores: Matrix, labels: Int32Array | Matrix): void {
  direction("sigmoidDirection", dScores, scores, labels);
}

/** `out` = eˢ for log probabilities s ≤ 0. May write over the scores. */
export function exponentialForward(out: Matrix, scores: Matrix): void {
  checkShape("take exponentials", "a result", out, scores.rows, scores.cols);
  run("exponentialForward", { out, scores, n: scores.rows * scores.cols });
}

/** The binary cross-entropies of eˢ, `scores` (B, C) ≤ 0, summed over classes, against `labels` (B). */
export function exponentialLoss(outputs: LossOutputs, scores: Matrix, labels: Int32Array | Matrix): void {
  loss("exponentialLoss", outputs, scores, labels);
}

function loss(
  kernel: "softmaxLoss" | "sigmoidLoss" | "exponentialLoss",
  { loss, dScores, scale = 1 }: LossOutputs,
  scores: Matrix,
  labels: Int32Array | Matrix,
): void {
  checkLabels(scores, labels);
  checkShape("measure a loss", "losses", loss, scores.rows, 1);
  checkShape("measure a loss", "dScores", dScores, scores.rows, scores.cols);
  run(kernel, { loss, dScores, scores, labels, scale, rows: scores.rows, cols: scores.cols });
}

function direction(
  kernel: "softmaxDirection" | "sigmoidDirection",
  dScores: Matrix,
  scores: Matrix,
  labels: Int32Array | Matrix,
): void {
  checkLabels(scores, labels);
  checkShape("find a direction", "dScores", dScores, scores.rows, scores.cols);
  run(kernel, { dScores, scores, labels, rows: scores.rows, cols: scores.cols });
}

function checkLabels(scores: Matrix, labels: Int32Array | Matrix): void {
  const count = "data" in labels ? labels.rows : labels.length;
  if (count !== scores.rows) {
    throw new InputError("shape", "measure a loss", `${scores.rows} rows of scores but ${count} labels`);
  }
}
