/** Predictions that give others their turn. @module */

import { type Predictions, predictRows } from "../predict.ts";
import { type Matrix, matrix } from "../matrix.ts";
import type { Differentiable } from "../models/classifier.ts";
import { rowsPerStep } from "./action.ts";

/**
 * What `predict` says of `x`, found run by run of rows, whose scores take `cost` multiply-adds each.
 *
 * @throws {InputError} if a score is NaN
 */
export function* predicting(model: Differentiable, x: Matrix, cost: number): Generator<number, Predictions> {
  const out = {
    predicted: new Int32Array(x.rows),
    confidence: new Float32Array(x.rows),
    probabilities: matrix(x.rows, model.classes),
  };
  const rows = rowsPerStep(cost);
  for (let first = 0; first < x.rows; first += rows) {
    if (first > 0) yield first / x.rows;
    const run = predictRows(model, x, first, Math.min(first + rows, x.rows));
    out.predicted.set(run.predicted, first);
    out.confidence.set(run.confidence, first);
    out.probabilities.data.set(run.probabilities.data, first * model.classes);
  }
  return out;
}
