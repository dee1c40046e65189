/** Inputs that are no example of anything, and what a model makes of them (paper, appendix A). @module */

import { InputError } from "../errors.ts";
import { predict, type Predictions } from "../loss.ts";
import { type Matrix, matrix, rowsOf } from "../matrix.ts";
import type { Classifier, Differentiable } from "../models/classifier.ts";
import { fillNormal, type Rng, rng } from "../rng.ts";
import { confident, confidentOf, judge } from "./criteria.ts";

/** How rubbish is drawn and judged. */
export interface RubbishOptions {
  /** Inputs to draw, B; default 10,000, the paper's. */
  samples?: number;
  /** Seed of the noise; default 0. */
  seed?: number;
  /** Mean of each input; default 0. */
  mean?: number;
  /** Standard deviation of each input; default 1. */
  std?: number;
  /** Fooled where a class is more probable than this; default 0.5. */
  threshold?: number;
}

/** Rubbish inputs, with the model's answers. */
export interface Rubbish extends Predictions {
  /** The inputs, (B, D). */
  readonly x: Matrix;
  /** 1 for each input that the model takes for something, else 0. */
  readonly fooled: Uint8Array;
}

/**
 * Gaussian noise N(mean, deviation²·I) and what `model` says of it: it is fooled where any class has a probability
 * above `threshold` (paper, appendix A).
 *
 * @throws {InputError} if there are no samples, or mean, deviation or threshold are out of range
 */
export function rubbish(model: Classifier, options: RubbishOptions = {}): Rubbish {
  const { samples = 10000, seed = 0, threshold = 0.5 } = options;
  checkRubbish(options);
  const x = noise(matrix(samples, model.inputs), rng(seed), options);
  const predictions = predict(model, x);
  return { x, ...predictions, fooled: judge(predictions, confident(threshold)) };
}

/** How noise is moved toward a class. */
export interface DirectedRubbishOptions extends RubbishOptions {
  /** Class that the noise is to be taken for. */
  target: number;
  /** Size of the step. */
  epsilon: number;
  /** Along the sign of the gradient of p(target) (default; the paper's figure 5) or the gradient itself (its text). */
  step?: "sign" | "gradient";
  /** Draws for each input until one succeeds, at most; default 1. */
  attempts?: number;
}

/** Directed rubbish, with how often it had to be drawn. */
export interface DirectedRubbish extends Rubbish {
  /** Draws that each input took, (B); the last one is what `x` holds. */
  readonly attempts: Int32Array;
  /** Successes over all draws: the paper's rate per sampling step. */
  readonly successRate: number;
}

/**
 * Gaussian noise moved one step up the gradient of p(target), drawn again until p(target) ≥ `threshold` (paper,
 * appendix A).
 *
 * @throws {InputError} if an option is out of its range
 */
export function directedRubbish(model: Differentiable, options: DirectedRubbishOptions): DirectedRubbish {
  const { samples = 100, seed = 0, threshold = 0.5, target, attempts: most = 1 } = options;
  checkRubbish({ ...options, samples });
  checkDirected(model, { ...options, attempts: most });
  const x = matrix(samples, model.inputs);
  const attempts = new Int32Array(samples);
  let open = Int32Array.from({ length: samples }, (_, i) => i);
  for (let attempt = 1; attempt <= most && open.length > 0; attempt++) {
    const drawn = noise(matrix(open.length, model.inputs), rng(seed).split(attempt), options);
    const moved = toward(model, drawn, options);
    const fooled = judge(predict(model, moved), confidentOf(target, threshold));
    open.forEach((at, i) => {
      x.data.set(rowsOf(moved, i, i + 1).data, at * x.cols);
      attempts[at] = attempt;
    });
    open = open.filter((_, i) => !fooled[i]);
  }
  const predictions = predict(model, x);
  const fooled = judge(predictions, confidentOf(target, threshold));
  const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);
  return { x, ...predictions, fooled, attempts, successRate: sum(fooled) / sum(attempts) };
}

function noise(x: Matrix, from: Rng, { mean = 0, std: deviation = 1 }: RubbishOptions): Matrix {
  for (let first = 0; first < x.rows; first += 1000) {
    fillNormal(rowsOf(x, first, Math.min(first + 1000, x.rows)), from.split(first), { mean, std: deviation });
  }
  return x;
}

/** x + ε times the gradient of p(target), or its sign. */
function toward(
  model: Differentiable,
  x: Matrix,
  { target, epsilon, step = "sign" }: DirectedRubbishOptions,
): Matrix {
  const gradient = model.inputGradient(x, (scores) => {
    const dScores = matrix(scores.rows, scores.cols);
    model.head.logProbability(dScores, scores, new Int32Array(scores.rows).fill(target));
    return dScores;
  });
  const { probabilities: p } = predict(model, x);
  return matrix(
    x.rows,
    x.cols,
    x.data.map((value, i) => {
      const slope = gradient.data[i];
      // ∇p = p ∇log p, whose sign is that of ∇log p also where p underflows
      return value +
        epsilon *
          (step === "sign" ? Math.sign(slope) : slope * p.data[Math.floor(i / x.cols) * p.cols + target]);
    }),
  );
}

function checkRubbish({ samples = 1, mean = 0, std: deviation = 1, threshold = 0.5 }: RubbishOptions): void {
  check("samples", samples, Number.isSafeInteger(samples) && samples >= 1, "a whole number ≥ 1");
  check("mean", mean, Number.isFinite(mean), "a finite number");
  check("deviation", deviation, deviation > 0 && deviation < Infinity, "> 0");
  check("threshold", threshold, threshold >= 0 && threshold < 1, "in [0, 1)");
}

function checkDirected(
  model: Differentiable,
  { target, epsilon, attempts = 1, step = "sign" }: DirectedRubbishOptions,
): void {
  check(
    "target",
    target,
    Number.isInteger(target) && target >= 0 && target < model.classes,
    `in 0 … ${model.classes - 1}`,
  );
  check("epsilon", epsilon, epsilon >= 0 && epsilon < Infinity, "a finite number ≥ 0");
  check("attempts", attempts, Number.isSafeInteger(attempts) && attempts >= 1, "a whole number ≥ 1");
  if (step !== "sign" && step !== "gradient") {
    throw new InputError("value", `make rubbish with step "${step}"`, "expected sign or gradient");
  }
}

function check(name: string, value: number, fits: boolean, wanted: string): void {
  if (!fits) throw new InputError("value", `make rubbish with ${name} ${value}`, `must be ${wanted}`);
}
