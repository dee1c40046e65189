/** A model's loss on examples, and its gradient in their inputs. @module */

import { InputError } from "./errors.ts";
import type { Batch } from "./data/batch.ts";
import { type Matrix, matrix } from "./matrix.ts";
import { checkInputs, type Differentiable } from "./models/classifier.ts";

/** What of a batch a loss looks at. */
export type Examples = Pick<Batch, "x" | "labels">;

/**
 * The loss of each example, (B), as the model's head defines it, in nats.
 *
 * @example
 * ```ts
 * import { batch, losses, matrix, model, softmaxLinear } from "@gibbon/gibbon";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const fresh = model(softmaxLinear({ inputs: 1, classes: 2 }));
 * assertAlmostEquals(losses(fresh, batch({ x: matrix(1, 1), labels: [0] }))[0], 0.6931472, 1e-6);
 * ```
 *
 * @throws {InputError} if the examples have another number of inputs than the model, or not one label each
 * @throws {InputError} if a label is not one of the model's classes
 */
export function losses(model: Differentiable, { x, labels }: Examples): Float32Array {
  checkExamples("measure a loss", model, { x, labels });
  const scores = model.scores(x);
  const loss = matrix(x.rows, 1);
  model.head.loss({ loss, dScores: matrix(scores.rows, scores.cols) }, scores, labels);
  return loss.data;
}

/** The gradient of each example's loss in its own inputs, (B, D). */
export function lossGradient(model: Differentiable, { x, labels }: Examples): Matrix {
  checkExamples("differentiate a loss", model, { x, labels });
  return model.inputGradient(x, (scores, first) => {
    const dScores = matrix(scores.rows, scores.cols);
    const loss = matrix(scores.rows, 1);
    model.head.loss({ loss, dScores }, scores, labels.subarray(first, first + scores.rows));
    return dScores;
  });
}

/**
 * A positive multiple, example by example, of `lossGradient`, (B, D), that does not vanish where a float32 probability
 * reaches 1. Whatever uses only its direction should use this.
 */
export function lossDirection(model: Differentiable, examples: Examples): Matrix {
  return model.inputGradient(examples.x, scoreDirection(model, examples));
}

/** That direction in the scores of the rows from `first` on; the other way if `sign` is −1. */
export function scoreDirection(
  model: Differentiable,
  { x, labels }: Examples,
  sign: 1 | -1 = 1,
): (scores: Matrix, first: number) => Matrix {
  checkExamples("differentiate a loss", model, { x, labels });
  return (scores, first) => {
    const dScores = matrix(scores.rows, scores.cols);
    model.head.direction(dScores, scores, labels.subarray(first, first + scores.rows));
    if (sign < 0) { for (let i = 0; i < dScores.data.length; i++) dScores.data[i] = -dScores.data[i]; }
    return dScores;
  };
}

/** Heads whose loss has the gradient p − [c = y] in its scores. */
const DIFFERENCES = new Set(["softmax", "sigmoid", "binary"]);

/**
 * The gradient of the loss in the scores of the rows from `first` on, as plain float32 arithmetic has it, which takes
 * it for p − [c = y]: at the label it is 0 where p rounds to 1. A head whose gradient is no such difference gives the
 * gradient of its loss.
 */
export function roundedDirection(
  model: Differentiable,
  { x, labels }: Examples,
  sign: 1 | -1 = 1,
): (scores: Matrix, first: number) => Matrix {
  checkExamples("differentiate a loss", model, { x, labels });
  const { head, classes } = model;
  return (scores, first) => {
    const { rows, cols } = scores;
    const own = labels.subarray(first, first + rows);
    const dScores = matrix(rows, cols);
    if (!DIFFERENCES.has(head.name)) {
      head.loss({ loss: matrix(rows, 1), dScores, scale: sign }, scores, own);
      return dScores;
    }
    const p = matrix(rows, classes);
    head.probabilities(p, scores);
    for (let i = 0; i < rows * cols; i++) {
      const row = Math.floor(i / cols);
      // a lone score is that of the last class
      const c = classes - cols + i % cols;
      dScores.data[i] = sign * (p.data[row * classes + c] - Number(own[row] === c));
    }
    return dScores;
  };
}

/** The predicted class of each example, (B), and its probability. */
export interface Predictions {
  /** The most probable class; the first, if several are. */
  readonly predicted: Int32Array;
  /** The probability of that class, under the model's own head. */
  readonly confidence: Float32Array;
  /** The probability of every class, (B, C). */
  readonly probabilities: Matrix;
}

/** What `model` says of the inputs `x`, (B, D). */
export function predict(model: Differentiable, x: Matrix): Predictions {
  checkInputs("classify", model, x);
  return predictions(model, model.scores(x));
}

/** What `model` says of inputs to which it gives these `scores`, (B, S). */
export function predictions({ head, classes }: Differentiable, scores: Matrix): Predictions {
  const { rows } = scores;
  const p = matrix(rows, classes);
  head.probabilities(p, scores);
  // compared by scores where there is one a class: probabilities tie where they round to 0 or 1
  const { data, cols } = scores.cols === classes ? scores : p;
  const predicted = new Int32Array(rows);
  const confidence = new Float32Array(rows);
  for (let i = 0; i < rows; i++) {
    let best = 0;
    for (let c = 1; c < cols; c++) if (data[i * cols + c] > data[i * cols + best]) best = c;
    predicted[i] = best;
    confidence[i] = p.data[i * cols + best];
  }
  return { predicted, confidence, probabilities: p };
}

/** What a label is matters here: kernels find their place in memory by it. */
function checkExamples(action: string, model: Differentiable, { x, labels }: Examples): void {
  checkInputs(action, model, x);
  if (labels.length !== x.rows) {
    throw new InputError("shape", `${action}`, `${x.rows} examples but ${labels.length} labels`);
  }
  const bad = labels.findIndex((label) => !(label >= 0 && label < model.classes));
  if (bad >= 0) {
    throw new InputError(
      "value",
      `${action}`,
      `label ${labels[bad]} of example ${bad} is not a class of the model, 0 … ${model.classes - 1}`,
    );
  }
}
