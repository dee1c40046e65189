/** A model's predictions of inputs. @module */

import { checkFinite, type Matrix, matrix, rowsOf } from "./matrix.ts";
import { scoresOf } from "./models/answers.ts";
import { checkInputs, checkModel, type Classifier } from "./models/classifier.ts";

/** The predicted class of each example, (B), and its probability. */
export interface Predictions {
  /** The most probable class; the first, if several are. */
  readonly predicted: Int32Array;
  /** The probability of that class, under the model's own head. */
  readonly confidence: Float32Array;
  /** The probability of every class, (B, C). */
  readonly probabilities: Matrix;
}

/**
 * What `model` says of the inputs `x`, (B, D).
 *
 * @throws {InputError} if the inputs are not finite, or not the model's in number
 * @throws {InputError} if a score is NaN, or the scores have another shape than the head's
 */
export function predict(model: Classifier, x: Matrix): Predictions {
  return predictRows(model, x, 0, x?.rows);
}

/** The same of the rows `from` to `to` (exclusive) of `x`. */
export function predictRows(model: Classifier, x: Matrix, from: number, to: number): Predictions {
  checkModel("classify", model);
  checkInputs("classify", model, x);
  const part = rowsOf(x, from, to), place = (row: number) => from + row;
  checkFinite("classify", part, place);
  return predictions(model, scoresOf(model, part, place));
}

/** What `model` says of inputs to which it gives these `scores`, (B, S). */
export function predictions(
  { head, classes }: Pick<Classifier, "head" | "classes">,
  scores: Matrix,
): Predictions {
  const { rows } = scores;
  const p = matrix(rows, classes);
  head.probabilities(p, scores);
  // compared by scores where there is one a class: probabilities tie where they round to 0 or 1
  const { data, cols } = scores.cols === classes ? scores : p;
  const predicted = argmax(data, rows, cols);
  const confidence = new Float32Array(rows);
  for (let i = 0; i < rows; i++) confidence[i] = p.data[i * cols + predicted[i]];
  return { predicted, confidence, probabilities: p };
}

/** The predicted class of each example, (B), from its scores, (B, S). */
export function predictedClasses(
  { head, classes }: Pick<Classifier, "head" | "classes">,
  scores: Matrix,
): Int32Array {
  const { rows, cols, data } = scores;
  return cols === classes ? argmax(data, rows, cols) : predictions({ head, classes }, scores).predicted;
}

/** The place of the first greatest number of each row. */
function argmax(data: Float32Array, rows: number, cols: number): Int32Array {
  const out = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    let best = 0;
    for (let c = 1; c < cols; c++) if (data[i * cols + c] > data[i * cols + best]) best = c;
    out[i] = best;
  }
  return out;
}
