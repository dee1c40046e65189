/** How far a model's answers to some inputs are from its answers to others. @module */

import type { Head } from "./heads.ts";
import { log, softplusForward } from "./kernels/elementwise.ts";
import { exponentialForward, sigmoidForward, softmaxForward } from "./kernels/heads.ts";
import { type Matrix, matrix } from "./matrix.ts";

/** Where a divergence and its gradients go. */
export interface DivergenceOutputs {
  /** The divergence of each example, (B, 1), in nats. */
  readonly loss: Matrix;
  /** `scale` times its gradient in the scores, (B, S). */
  readonly dScores: Matrix;
  /** `scale` times its gradient in the other scores, (B, S). */
  readonly dOthers: Matrix;
  /** Factor of the gradients; default 1. */
  readonly scale?: number;
  /** Matrices to work in, by name; default new ones. */
  readonly room?: (name: string, rows: number, cols: number) => Matrix;
}

/** A probability of 1 is taken at 1 less this where log(1 − p) counts, as the head's own loss takes it. */
const MIN_PROBABILITY = 1e-6;

/**
 * Writes the Kullback–Leibler divergence KL(p ‖ q), example by example, of the probabilities p that `scores` (B, S) mean and
 * q that `others` (B, S) mean, and its gradients in both. For heads of independent probabilities it is the sum over classes of
 * the divergences of one from the other: p log(p/q) + (1 − p) log((1 − p)/(1 − q)).
 *
 * @example
 * ```ts
 * import { heads, matrix } from "@gibbon/gibbon";
 * import { divergence } from "./divergence.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const [loss, dScores, dOthers] = [matrix(1, 1), matrix(1, 2), matrix(1, 2)];
 * divergence(heads.softmax, { loss, dScores, dOthers }, matrix(1, 2), matrix(1, 2, [0, Math.LN2]));
 * // p = (1/2, 1/2), q = (1/3, 2/3), and the gradient in the others is q − p
 * assertAlmostEquals(loss.data[0], Math.log(9 / 8) / 2, 1e-6);
 * assertAlmostEquals(dOthers.data[1], 2 / 3 - 1 / 2, 1e-6);
 * ```
 */
export function divergence(
  head: Pick<Head, "name">,
  outputs: DivergenceOutputs,
  scores: Matrix,
  others: Matrix,
): void {
  if (head.name === "softmax") ofDistributions(outputs, scores, others);
  else ofIndependent(outputs, scores, others, head.name === "exponential");
}

const fresh = (_: string, rows: number, cols: number) => matrix(rows, cols);

function ofDistributions(
  { loss, dScores, dOthers, scale = 1, room = fresh }: DivergenceOutputs,
  scores: Matrix,
  others: Matrix,
): void {
  const { rows, cols } = scores;
  const [p, q] = [room("p", rows, cols), room("q", rows, cols)];
  const [a, b] = [room("log p", rows, 1), room("log q", rows, 1)];
  softmaxForward(p, scores);
  softmaxForward(q, others);
  // log p of a class is its score less the best one, plus log p of the best, which is no less than 1 / C
  const best = (m: Float32Array, row: number) => {
    let c = row * cols;
    for (let i = c + 1; i < (row + 1) * cols; i++) if (m[i] > m[c]) c = i;
    return c;
  };
  for (let row = 0; row < rows; row++) {
    a.data[row] = p.data[best(scores.data, row)];
    b.data[row] = q.data[best(others.data, row)];
  }
  log(a, a);
  log(b, b);
  for (let row = 0; row < rows; row++) {
    const shift = a.data[row] - b.data[row] - scores.data[best(scores.data, row)] +
      others.data[best(others.data, row)];
    let sum = 0;
    for (let i = row * cols; i < (row + 1) * cols; i++) {
      sum += p.data[i] * (scores.data[i] - others.data[i] + shift);
    }
    loss.data[row] = sum;
    for (let i = row * cols; i < (row + 1) * cols; i++) {
      dScores.data[i] = scale * p.data[i] * (scores.data[i] - others.data[i] + shift - sum);
      dOthers.data[i] = scale * (q.data[i] - p.data[i]);
    }
  }
}

/** The same of probabilities that are sigmoids of scores, or whose logarithms the scores are. */
function ofIndependent(
  { loss, dScores, dOthers, scale = 1, room = fresh }: DivergenceOutputs,
  scores: Matrix,
  others: Matrix,
  logarithms: boolean,
): void {
  const { rows, cols } = scores;
  const [p, q, a, b] = ["p", "q", "log(1 - p)", "log(1 - q)"].map((name) => room(name, rows, cols));
  for (const [out, rest, from] of [[p, a, scores], [q, b, others]]) {
    if (logarithms) {
      exponentialForward(out, from);
      for (let i = 0; i < rest.data.length; i++) {
        rest.data[i] = 1 - Math.min(out.data[i], 1 - MIN_PROBABILITY);
      }
      log(rest, rest);
    } else {
      sigmoidForward(out, from);
      softplusForward(rest, from);
      for (let i = 0; i < rest.data.length; i++) rest.data[i] = -rest.data[i];
    }
  }
  loss.data.fill(0);
  for (let i = 0; i < p.data.length; i++) {
    const move = scores.data[i] - others.data[i], odds = a.data[i] - b.data[i];
    // log p is the score, or the score plus log(1 − p)
    const inLogs = logarithms ? move - odds : move;
    loss.data[Math.floor(i / cols)] += p.data[i] * inLogs + odds;
    dScores.data[i] = scale * p.data[i] * (logarithms ? 1 : 1 - p.data[i]) * inLogs;
    const difference = q.data[i] - p.data[i];
    dOthers.data[i] = scale *
      (logarithms ? difference / (1 - Math.min(q.data[i], 1 - MIN_PROBABILITY)) : difference);
  }
}
