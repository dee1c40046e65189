/** Predictions that give others their turn. @module */

import { predict, type Predictions } from "../loss.ts";
import { type Matrix, matrix, rowsOf } from "../matrix.ts";
import type { Differentiable } from "../models/classifier.ts";
import { rowsAStep } from "./action.ts";
import { Problem } from "./problem.ts";

/**
 * What `predict` says of `x`, found run by run of rows, whose scores take `cost` multiply-adds each.
 *
 * @throws {Problem} if a probability is no number
 */
export function* predicting(model: Differentiable, x: Matrix, cost: number): Generator<number, Predictions> {
  const out = {
    predicted: new Int32Array(x.rows),
    confidence: new Float32Array(x.rows),
    probabilities: matrix(x.rows, model.classes),
  };
  const rows = rowsAStep(cost);
  for (let first = 0; first < x.rows; first += rows) {
    if (first > 0) yield first / x.rows;
    const run = predict(model, rowsOf(x, first, Math.min(first + rows, x.rows)));
    out.predicted.set(run.predicted, first);
    out.confidence.set(run.confidence, first);
    out.probabilities.data.set(run.probabilities.data, first * model.classes);
  }
  checkNumbers(out.confidence);
  return out;
}

/** @throws {Problem} if one of these probabilities is not a number: scores passed what float32 holds */
export function checkNumbers(confidence: Float32Array): void {
  const lost = confidence.findIndex((value) => !Number.isFinite(value));
  if (lost < 0) return;
  throw new Problem(422, `Cannot classify example ${lost}: its scores pass the range of float32`);
}
