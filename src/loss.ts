/** A model's loss on examples, and its gradient in their inputs. @module */

import { InputError } from "./errors.ts";
import type { Batch } from "./data/batch.ts";
import { exp, softplusForward } from "./kernels/elementwise.ts";
import { softmaxDirection } from "./kernels/heads.ts";
import { type Matrix, matrix } from "./matrix.ts";
import { checkInputs, type Classifier, type Differentiable } from "./models/classifier.ts";

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
export function lossDirection(model: Differentiable, { x, labels }: Examples): Matrix {
  checkExamples("differentiate a loss", model, { x, labels });
  return model.inputGradient(x, (scores, first) => {
    const dScores = matrix(scores.rows, scores.cols);
    model.head.direction(dScores, scores, labels.subarray(first, first + scores.rows));
    return dScores;
  });
}

/** Writes the gradient of a function of the scores, (N, S), in them; `first` is their first row's place in the inputs. */
export type ScoreGradient = (dScores: Matrix, scores: Matrix, first: number) => void;

/**
 * The losses that an attack can raise, by name: the head's own; the cross-entropy of the classes' probabilities as shares
 * of their sum; the margin by which the most probable of the other classes exceeds the label, in log probabilities.
 */
export const LOSSES: readonly LossName[] = ["own", "crossEntropy", "margin"];

/** The name of a loss. */
export type LossName = "own" | "crossEntropy" | "margin";

/**
 * Writes a positive multiple, row by row, of the gradient of the loss called `name` in the scores, for these labels. Neither
 * rounding nor underflow makes it vanish where the loss still rises.
 */
export function lossInScores(
  { head }: Pick<Differentiable, "head">,
  name: LossName,
): (dScores: Matrix, scores: Matrix, labels: Int32Array) => void {
  // one distribution: its own loss is the cross-entropy
  const single = head.name === "softmax" || head.name === "binary";
  if (name === "own" || name === "crossEntropy" && single) {
    return (dScores, scores, labels) => head.direction(dScores, scores, labels);
  }
  const inLogs = name === "margin" ? marginDirection : softmaxDirection;
  if (head.name !== "sigmoid") return inLogs;
  return (dScores, scores, labels) => {
    // log p = −log(1 + e⁻ˢ), whose slope is 1 − p = e^(−log(1 + eˢ))
    const logs = matrix(scores.rows, scores.cols, scores.data.map((score) => -score));
    softplusForward(logs, logs);
    for (let i = 0; i < logs.data.length; i++) logs.data[i] = -logs.data[i];
    inLogs(dScores, logs, labels);
    scaleBySlopes(dScores, scores);
  };
}

/** 1 at the most probable class beside the label, −1 at the label; with one score, ±1. */
function marginDirection(dScores: Matrix, scores: Matrix, labels: Int32Array): void {
  const { rows, cols, data } = scores, { data: out } = dScores;
  if (cols === 1) {
    for (let row = 0; row < rows; row++) out[row] = labels[row] === 1 ? -1 : 1;
    return;
  }
  for (let row = 0; row < rows; row++) {
    const at = row * cols, label = labels[row];
    let best = label === 0 ? 1 : 0;
    for (let c = best + 1; c < cols; c++) if (c !== label && data[at + c] > data[at + best]) best = c;
    for (let c = 0; c < cols; c++) out[at + c] = c === best ? 1 : c === label ? -1 : 0;
  }
}

/** Times 1 − p by class, over the greatest of it among the classes that count in the row. */
function scaleBySlopes(dScores: Matrix, scores: Matrix): void {
  const { rows, cols } = scores;
  const logs = matrix(rows, cols);
  softplusForward(logs, scores);
  const { data } = logs, { data: d } = dScores;
  for (let row = 0; row < rows; row++) {
    const at = row * cols;
    let least = Infinity;
    for (let i = at; i < at + cols; i++) if (d[i] !== 0) least = Math.min(least, data[i]);
    for (let i = at; i < at + cols; i++) data[i] = d[i] === 0 ? 0 : least - data[i];
  }
  exp(logs, logs);
  for (let i = 0; i < d.length; i++) d[i] *= data[i];
}

/** Heads whose loss has the gradient p − [c = y] in its scores. */
const DIFFERENCES = new Set(["softmax", "sigmoid", "binary"]);

/**
 * Writes the gradient of the head's own loss in the scores, as plain float32 arithmetic has it, which takes it for
 * p − [c = y]: at the label it is 0 where p rounds to 1. A head whose gradient is no such difference gives the gradient of its
 * loss.
 */
export function roundedInScores(
  { head, classes }: Pick<Differentiable, "head" | "classes">,
): (dScores: Matrix, scores: Matrix, labels: Int32Array) => void {
  if (!DIFFERENCES.has(head.name)) {
    return (dScores, scores, labels) => head.loss({ loss: matrix(scores.rows, 1), dScores }, scores, labels);
  }
  return (dScores, scores, labels) => {
    const { rows, cols } = scores, { data } = dScores;
    const p = matrix(rows, classes);
    head.probabilities(p, scores);
    for (let i = 0; i < rows * cols; i++) {
      const row = Math.floor(i / cols);
      // a lone score is that of the last class
      const c = classes - cols + i % cols;
      data[i] = p.data[row * classes + c] - Number(labels[row] === c);
    }
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
export function predict(model: Classifier, x: Matrix): Predictions {
  checkInputs("classify", model, x);
  return predictions(model, model.scores(x));
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
  const predicted = greatest(data, rows, cols);
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
  return cols === classes ? greatest(data, rows, cols) : predictions({ head, classes }, scores).predicted;
}

/** The place of the first greatest number of each row. */
function greatest(data: Float32Array, rows: number, cols: number): Int32Array {
  const out = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    let best = 0;
    for (let c = 1; c < cols; c++) if (data[i * cols + c] > data[i * cols + best]) best = c;
    out[i] = best;
  }
  return out;
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
