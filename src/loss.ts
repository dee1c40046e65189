/** A model's loss on examples, and its gradient in their inputs. @module */

import type { Examples } from "./data/batch.ts";
import type { Head } from "./heads.ts";
import { exp, log, softplusForward } from "./kernels/elementwise.ts";
import { softmaxDirection } from "./kernels/heads.ts";
import { type Matrix, matrix } from "./matrix.ts";
import { checkExamples, gradientOf, scoresOf } from "./models/answers.ts";
import type { Differentiable } from "./models/classifier.ts";

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
 * @throws {InputError} if a label is not one of the model's classes, or an input is not finite
 * @throws {InputError} if a score is NaN, or the scores have another shape than the head's
 */
export function losses(model: Differentiable, examples: Examples): Float32Array {
  const { x, labels } = checkExamples("measure a loss", model, examples);
  const scores = scoresOf(model, x);
  const loss = matrix(x.rows, 1);
  model.head.loss({ loss, dScores: matrix(scores.rows, scores.cols) }, scores, labels);
  return loss.data;
}

/** The gradient of each example's loss in its own inputs, (B, D). @throws {InputError} as `losses`, or if it is not finite */
export function lossGradient(model: Differentiable, examples: Examples): Matrix {
  const { x, labels } = checkExamples("differentiate a loss", model, examples);
  return gradientOf(model, x, (dScores, scores, first) => {
    const loss = matrix(scores.rows, 1);
    model.head.loss({ loss, dScores }, scores, labels.subarray(first, first + scores.rows));
  }).gradient;
}

/**
 * A positive multiple, example by example, of `lossGradient`, (B, D), that does not vanish where a float32 probability
 * reaches 1. Whatever uses only its direction should use this.
 */
export function lossDirection(model: Differentiable, examples: Examples): Matrix {
  const { x, labels } = checkExamples("differentiate a loss", model, examples);
  return gradientOf(model, x, (dScores, scores, first) => {
    model.head.direction(dScores, scores, labels.subarray(first, first + scores.rows));
  }).gradient;
}

/** Writes the gradient of a function of the scores, (N, S), in them; `first` is their first row's place in the inputs. */
export type ScoreGradient = (dScores: Matrix, scores: Matrix, first: number) => void;

/**
 * The losses that an attack can raise, by name: the head's own; the cross-entropy of the classes' probabilities as shares
 * of their sum; the margin by which the most probable of the other classes exceeds the label, in log probabilities; that
 * margin over the distance of the greatest log probability from the third (the difference of logits ratio, Croce and Hein
 * 2020), which needs three classes: with two it is the margin.
 */
export const LOSSES: readonly LossName[] = ["own", "crossEntropy", "margin", "dlr"];

/** The name of a loss. */
export type LossName = "own" | "crossEntropy" | "margin" | "dlr";

/** One probability distribution over all classes, whose own loss is the cross-entropy. */
const single = ({ name }: Head) => name === "softmax" || name === "binary";

/**
 * Writes a positive multiple, row by row, of the gradient of the loss called `name` in the scores, for these labels. Neither
 * rounding nor underflow makes it vanish where the loss still rises.
 */
export function lossScoreGradient(
  { head }: Pick<Differentiable, "head">,
  name: LossName,
): (dScores: Matrix, scores: Matrix, labels: Int32Array) => void {
  if (name === "own" || name === "crossEntropy" && single(head)) {
    return (dScores, scores, labels) => head.direction(dScores, scores, labels);
  }
  const inLogs = name === "margin" ? marginDirection : name === "dlr" ? dlrDirection : softmaxDirection;
  if (head.name !== "sigmoid") return inLogs;
  return (dScores, scores, labels) => {
    // log p has the slope 1 − p = e^(−log(1 + eˢ))
    inLogs(dScores, logSigmoids(scores), labels);
    scaleBySlopes(dScores, scores);
  };
}

/**
 * Writes to `out`, (B), numbers that rise with the loss called `name` for these labels, and that rounding does not make equal
 * where it is near 0: the cross-entropy of one distribution as the log odds against the label, the others as they are.
 */
export function lossValues(
  { head }: Pick<Differentiable, "head">,
  name: LossName,
): (out: Float64Array, scores: Matrix, labels: Int32Array) => void {
  if (name === "own" && !single(head)) {
    return (out, scores, labels) => {
      const loss = matrix(scores.rows, 1);
      head.loss({ loss, dScores: matrix(scores.rows, scores.cols) }, scores, labels);
      out.set(loss.data);
    };
  }
  const inLogs = name === "margin" || name === "dlr" ? marginValues(name) : logOddsAgainst;
  return (out, scores, labels) => {
    if (scores.cols === 1) {
      labels.forEach((y, row) => out[row] = y === 1 ? -scores.data[row] : scores.data[row]);
    } else inLogs(out, head.name === "sigmoid" ? logSigmoids(scores) : scores, labels);
  };
}

/** log p = −log(1 + e⁻ˢ). */
function logSigmoids({ rows, cols, data }: Matrix): Matrix {
  const logs = matrix(rows, cols, data.map((score) => -score));
  softplusForward(logs, logs);
  for (let i = 0; i < logs.data.length; i++) logs.data[i] = -logs.data[i];
  return logs;
}

/** log Σ of all p but the label's, less log p of the label. */
function logOddsAgainst(out: Float64Array, scores: Matrix, labels: Int32Array): void {
  const { rows, cols, data } = scores;
  const others = matrix(rows, cols), sums = matrix(rows, 1);
  for (let row = 0; row < rows; row++) {
    const at = row * cols, label = labels[row];
    let max = -Infinity;
    for (let c = 0; c < cols; c++) if (c !== label) max = Math.max(max, data[at + c]);
    for (let c = 0; c < cols; c++) others.data[at + c] = c === label ? -Infinity : data[at + c] - max;
    out[row] = max - data[at + label];
  }
  exp(others, others);
  for (let i = 0; i < others.data.length; i++) sums.data[Math.floor(i / cols)] += others.data[i];
  log(sums, sums);
  for (let row = 0; row < rows; row++) out[row] += sums.data[row];
}

/** Places of the three greatest numbers of a row, those of the first two being two of them if there are no more. */
function topThree(data: Float32Array, at: number, cols: number): [number, number, number] {
  let a = 0, b = -1, c = b;
  for (let i = 1; i < cols; i++) {
    const value = data[at + i];
    if (value > data[at + a]) [a, b, c] = [i, a, b];
    else if (b < 0 || value > data[at + b]) [b, c] = [i, b];
    else if (c < 0 || value > data[at + c]) c = i;
  }
  return [a, b, c];
}

/** The best class beside the label. */
function bestOther(data: Float32Array, at: number, cols: number, label: number): number {
  let best = label === 0 ? 1 : 0;
  for (let c = best + 1; c < cols; c++) if (c !== label && data[at + c] > data[at + best]) best = c;
  return best;
}

function marginValues(name: "margin" | "dlr") {
  return (out: Float64Array, { rows, cols, data }: Matrix, labels: Int32Array): void => {
    for (let row = 0; row < rows; row++) {
      const at = row * cols;
      out[row] = data[at + bestOther(data, at, cols, labels[row])] - data[at + labels[row]];
      if (name === "margin" || cols < 3) continue;
      const [first, , third] = topThree(data, at, cols);
      const spread = data[at + first] - data[at + third];
      if (spread > 0) out[row] /= spread;
    }
  };
}

/** The gradient of the margin m over the spread s of the first and the third, times s: ∇m − m/s·∇s. */
function dlrDirection(dScores: Matrix, scores: Matrix, labels: Int32Array): void {
  marginDirection(dScores, scores, labels);
  const { rows, cols, data } = scores, { data: out } = dScores;
  if (cols < 3) return;
  for (let row = 0; row < rows; row++) {
    const at = row * cols;
    const [first, , third] = topThree(data, at, cols);
    const spread = data[at + first] - data[at + third];
    if (!(spread > 0)) continue;
    const m = data[at + bestOther(data, at, cols, labels[row])] - data[at + labels[row]];
    out[at + first] -= m / spread;
    out[at + third] += m / spread;
  }
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
    const best = bestOther(data, at, cols, label);
    for (let c = 0; c < cols; c++) out[at + c] = c === best ? 1 : c === label ? -1 : 0;
  }
}

/** Times 1 − p by class, over the greatest of it among the classes that count in the row. */
function scaleBySlopes(dScores: Matrix, scores: Matrix): void {
  const { rows, cols } = scores;
  const logs = matrix(rows, cols);
  softplusForward(logs, scores);
  relativeTo(dScores, logs);
  exp(logs, logs);
  const { data } = dScores;
  for (let i = 0; i < data.length; i++) data[i] *= logs.data[i];
}

/** `logs` as the least of its row less it, of those whose number in `dScores` is not 0; 0 for the others. */
function relativeTo({ data: d }: Matrix, { rows, cols, data }: Matrix): void {
  for (let row = 0; row < rows; row++) {
    const at = row * cols;
    let min = Infinity;
    for (let i = at; i < at + cols; i++) if (d[i] !== 0) min = Math.min(min, data[i]);
    for (let i = at; i < at + cols; i++) data[i] = d[i] === 0 ? 0 : min - data[i];
  }
}

/** Heads whose loss has the gradient p − [c = y] in its scores. */
const DIFFERENCES = new Set(["softmax", "sigmoid", "binary"]);

/**
 * Writes the gradient of the head's own loss in the scores, as plain float32 arithmetic has it, which takes it for
 * p − [c = y]: at the label it is 0 where p rounds to 1. A head whose gradient is no such difference gives the gradient of its
 * loss.
 */
export function roundedScoreGradient(
  { head, classes }: Pick<Differentiable, "head" | "classes">,
): (dScores: Matrix, scores: Matrix, labels: Int32Array) => void {
  if (!DIFFERENCES.has(head.name)) {
    return (dScores, scores, labels) => head.loss({ loss: matrix(scores.rows, 1), dScores }, scores, labels);
  }
  return (dScores, scores, labels) => {
    const { rows, cols } = scores, p = matrix(rows, classes);
    head.probabilities(p, scores);
    const { data } = dScores;
    for (let i = 0; i < rows * cols; i++) {
      const row = Math.floor(i / cols);
      // a lone score is that of the last class
      const c = classes - cols + i % cols;
      data[i] = p.data[row * classes + c] - Number(labels[row] === c);
    }
  };
}
