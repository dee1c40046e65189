/** Updates of parameters. @module */

import type { Matrix } from "../matrix.ts";
import type { Lists } from "./sparse.ts";
import { run } from "../runtime/variants.ts";

/** Weight decay, added to the gradient: that of l1·‖p‖₁ + weightDecay/2·‖p‖₂². */
export interface Decay {
  l1: number;
  weightDecay: number;
}

/** p += v where v = momentum·v − learningRate·(gradient + decay). */
export function sgdStep(
  [p, v]: readonly [Matrix, Matrix],
  gradient: Matrix,
  { learningRate, momentum, l1, weightDecay }: Decay & { learningRate: number; momentum: number },
): void {
  const n = p.rows * p.cols;
  run("sgdStep", { p, v, g: gradient, learningRate, momentum, l1, weightDecay, n });
}

/** What Adam is set to, and how many steps it has made, the present one included. */
export interface AdamStep extends Decay {
  learningRate: number;
  beta1: number;
  beta2: number;
  /** β₁ᵗ and β₂ᵗ at this step t, from 1. */
  powers: readonly [number, number];
}

/** The denominator's guard of Kingma and Ba 2015. */
const GUARD = 1e-8;

/** One step of Adam on p with its moments m and v (Kingma and Ba 2015, Algorithm 1). */
export function adamStep(
  [p, m, v]: readonly [Matrix, Matrix, Matrix],
  gradient: Matrix,
  { learningRate, beta1, beta2, powers, l1, weightDecay }: AdamStep,
): void {
  run("adamStep", {
    p,
    m,
    v,
    g: gradient,
    learningRate,
    beta1,
    beta2,
    correction1: 1 - powers[0],
    correction2: 1 - powers[1],
    guard: GUARD,
    l1,
    weightDecay,
    n: p.rows * p.cols,
  });
}

/** Each row of `w` scaled down to Euclidean norm `maxNorm` where it is longer. */
export function limitRowNorms(w: Matrix, maxNorm: number): void {
  run("limitRowNorms", { w, maxNorm, rows: w.rows, cols: w.cols });
}

/** A gradient as rows still to be gathered: `lists` over the rows of `x`, added to what is there if `onto`. */
export interface Gathered {
  /** For each row of the gradient, rows of `x` and their weights. */
  readonly lists: Lists;
  /** What the rows are taken from. */
  readonly x: Matrix;
  /** Whether the gradient already holds another part of the sum. */
  readonly onto: boolean;
}

/**
 * `sgdStep`, and `limitRowNorms` where `maxNorm` > 0, with `gradient` completed by `gathered` row by row on the way.
 * `row`, (1, cols), is room to work in.
 */
export function sgdGather(
  [p, v, row]: readonly [Matrix, Matrix, Matrix],
  gradient: Matrix,
  { lists: { indices, values, counts }, x, onto, learningRate, momentum, l1, weightDecay, maxNorm }:
    & Gathered
    & Decay
    & { learningRate: number; momentum: number; maxNorm: number },
): void {
  run("sgdGather", {
    p,
    v,
    row,
    g: gradient,
    indices,
    values,
    counts,
    x,
    onto: onto ? 1 : 0,
    learningRate,
    momentum,
    l1,
    weightDecay,
    maxNorm,
    rows: p.rows,
    cols: p.cols,
    height: x.rows,
    capacity: values.cols,
  });
}
