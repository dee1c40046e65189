/** Heads: what a model's scores mean. @module */

import {
  exponentialForward,
  exponentialLoss,
  type LossOutputs,
  sigmoidDirection,
  sigmoidForward,
  sigmoidLoss,
  softmaxDirection,
  softmaxForward,
  softmaxLoss,
} from "./kernels/heads.ts";
import { type Matrix, matrix } from "./matrix.ts";
import { Resident } from "./runtime/heap.ts";

/** True classes of the examples, (B), or the same as whole numbers in a matrix (B, 1). */
export type Labels = Int32Array | Matrix;

/** What a model's scores mean: probabilities, the loss it is trained with, and which way that loss rises. */
export interface Head {
  /** Registry key. */
  readonly name: string;
  /** Number of scores for so many classes. */
  width(classes: number): number;
  /** Writes the probability of each class, (B, C), from `scores`, (B, S). */
  probabilities(out: Matrix, scores: Matrix): void;
  /** Writes each example's loss and its gradient in the scores. */
  loss(outputs: LossOutputs, scores: Matrix, labels: Labels): void;
  /**
   * Writes a positive multiple, row by row, of that gradient which neither rounding nor underflow can make
   * vanish: what an attack follows. A float32 probability that reaches 1 leaves the plain gradient 0.
   */
  direction(dScores: Matrix, scores: Matrix, labels: Labels): void;
  /** Writes the gradient in the scores of log p of each example's `labels` class. */
  logProbability(dScores: Matrix, scores: Matrix, labels: Labels): void;
}

/** One probability distribution over all classes; cross-entropy. */
export const softmax: Head = {
  name: "softmax",
  width: (classes) => classes,
  probabilities: softmaxForward,
  loss: softmaxLoss,
  direction: softmaxDirection,
  // the loss is −log p
  logProbability: (dScores, scores, labels) =>
    softmaxLoss({ loss: column(scores), dScores, scale: -1 }, scores, labels),
};

/** An independent probability for each class; the sum over classes of binary cross-entropies. */
export const sigmoid: Head = {
  name: "sigmoid",
  width: (classes) => classes,
  probabilities: sigmoidForward,
  loss: sigmoidLoss,
  direction: sigmoidDirection,
  logProbability(dScores, scores, labels) {
    sigmoidForward(dScores, scores);
    keepOwn(dScores, labels, (p) => 1 - p);
  },
};

/**
 * An independent probability eˢ for each class, the score s ≤ 0 being its logarithm; binary cross-entropies.
 * The loss of a wrong class with p = 1 is taken at p = 1 − 10⁻⁶.
 */
export const exponential: Head = {
  name: "exponential",
  width: (classes) => classes,
  probabilities: exponentialForward,
  loss: exponentialLoss,
  // its row holds −1 at the label, so it does not vanish
  direction: (dScores, scores, labels) => exponentialLoss({ loss: column(scores), dScores }, scores, labels),
  logProbability: (dScores, _, labels) => keepOwn(dScores, labels, () => 1),
};

/** Two classes by one score, the log odds of class 1; cross-entropy. */
export const binary: Head = {
  name: "binary",
  width: () => 1,
  probabilities(out, scores) {
    const p = column(scores);
    sigmoidForward(p, scores);
    for (let i = 0; i < p.rows; i++) {
      out.data[2 * i] = 1 - p.data[i];
      out.data[2 * i + 1] = p.data[i];
    }
  },
  loss: (outputs, scores, labels) => swapped(labels, (own) => sigmoidLoss(outputs, scores, own)),
  direction: (dScores, scores, labels) => swapped(labels, (own) => sigmoidDirection(dScores, scores, own)),
  logProbability: (dScores, scores, labels) =>
    swapped(labels, (own) => sigmoidLoss({ loss: column(scores), dScores, scale: -1 }, scores, own)),
};

/** All heads by name. */
export const heads: Readonly<Record<HeadName, Head>> = { softmax, sigmoid, exponential, binary };

/** A key of the registry of heads. */
export type HeadName = "softmax" | "sigmoid" | "exponential" | "binary";

/** Column 0 stands for class 1: for the kernel, which counts columns, the labels change places during `use`. */
function swapped(labels: Labels, use: (flipped: Labels) => void): void {
  if (!(labels instanceof Resident)) return use(whole(labels).map((label) => 1 - label));
  // in their place, so that nothing is made
  const swap = () => {
    const { ints } = labels;
    for (let i = 0; i < ints.length; i++) ints[i] = 1 - ints[i];
  };
  swap();
  use(labels);
  swap();
}

function whole(labels: Labels): Int32Array {
  if (labels instanceof Int32Array) return labels;
  return new Int32Array(labels.data.buffer, labels.data.byteOffset, labels.rows);
}

let kept = matrix(0, 1);
/** Room for one number a row that nobody reads, the same from call to call. */
function column({ rows }: Matrix): Matrix {
  return kept = kept.rows === rows ? kept : matrix(rows, 1);
}

/** Each row of `m` 0 but at its label, where `f` is applied. */
function keepOwn(m: Matrix, labels: Labels, f: (value: number) => number): void {
  const values = whole(labels);
  for (let i = 0; i < m.data.length; i++) {
    m.data[i] = i % m.cols === values[Math.floor(i / m.cols)] ? f(m.data[i]) : 0;
  }
}
