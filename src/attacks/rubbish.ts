/** Inputs that are no example of anything, and what a model makes of them (paper, appendix A). @module */

import { InputError } from "../errors.ts";
import { predict, type Predictions } from "../predict.ts";
import { type Matrix, matrix, rowsOf } from "../matrix.ts";
import { gradientOf } from "../models/answers.ts";
import { checkModel, type Classifier, type Differentiable } from "../models/classifier.ts";
import { fillNormal, type Rng, rng } from "../rng.ts";
import { choice, integer, number } from "../schema.ts";
import { resolve } from "../checks.ts";
import { confident, confidentIn, fooledOf } from "./criteria.ts";

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

/** The options of rubbish, stated once. */
export const RUBBISH_OPTIONS = {
  samples: integer("Inputs to draw; by default 10000, or 100 with a target", { min: 1 }),
  seed: integer("Seed of the random numbers", { min: 0, default: 0 }),
  mean: number("Mean of each input", { default: 0 }),
  std: number("Standard deviation of each input", { above: 0, default: 1 }),
  threshold: number("Probability of a class above which the model errs", { min: 0, below: 1, default: 0.5 }),
} as const;

/** The options of directed rubbish beside these. */
export const DIRECTED_OPTIONS = {
  target: integer("Class that the noise is moved toward", { min: 0, required: true }),
  epsilon: number("Size of that move", { min: 0, required: true }),
  step: choice("Along what to move", ["sign", "gradient"], { default: "sign" }),
  attempts: integer("Draws for each input until one succeeds", { min: 1, default: 1 }),
} as const;

/**
 * Gaussian noise N(mean, std²·I) and what `model` says of it: it is fooled where any class has a probability above
 * `threshold` (paper, appendix A).
 *
 * @throws {InputError} if there are no samples, or mean, std or threshold are out of range
 */
export function rubbish(model: Classifier, options: RubbishOptions = {}): Rubbish {
  return last(rubbishSteps(model, options));
}

/** The same in steps: yields the fraction done, so that the caller can show progress, pause or stop. */
export function* rubbishSteps(model: Classifier, options: RubbishOptions = {}): Generator<number, Rubbish> {
  const all = resolve<RubbishOptions, typeof RUBBISH_OPTIONS>(ACTION, RUBBISH_OPTIONS, options);
  checkModel(ACTION, model);
  const { samples = 10000, seed, threshold } = all;
  const x = matrix(samples, model.inputs);
  const out = {
    predicted: new Int32Array(samples),
    confidence: new Float32Array(samples),
    probabilities: matrix(samples, model.classes),
  };
  for (let first = 0; first < samples; first += RUN) {
    if (first > 0) yield first / samples;
    const part = rowsOf(x, first, Math.min(first + RUN, samples));
    draw(part, rng(seed).split(first), all);
    const found = predict(model, part);
    out.predicted.set(found.predicted, first);
    out.confidence.set(found.confidence, first);
    out.probabilities.data.set(found.probabilities.data, first * model.classes);
  }
  return { x, ...out, fooled: fooledOf(out, confident(threshold)) };
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
  return last(directedRubbishSteps(model, options));
}

/** The same in steps: yields the fraction of its attempts that are made, so that the caller can show progress, pause or stop. */
export function* directedRubbishSteps(
  model: Differentiable,
  options: DirectedRubbishOptions,
): Generator<number, DirectedRubbish> {
  const schema = { ...RUBBISH_OPTIONS, ...DIRECTED_OPTIONS };
  const all = resolve<DirectedRubbishOptions, typeof schema>(ACTION, schema, options);
  checkModel(ACTION, model);
  const { samples = 100, seed, threshold, target, attempts: limit } = all;
  if (target >= model.classes) {
    throw new InputError("value", `${ACTION} with target ${target}`, `must be in 0 … ${model.classes - 1}`);
  }
  const x = matrix(samples, model.inputs);
  const attempts = new Int32Array(samples);
  let open = Int32Array.from({ length: samples }, (_, i) => i);
  for (let attempt = 1; attempt <= limit && open.length > 0; attempt++) {
    if (attempt > 1) yield (attempt - 1) / limit;
    const drawn = matrix(open.length, model.inputs);
    for (let first = 0; first < open.length; first += RUN) {
      draw(
        rowsOf(drawn, first, Math.min(first + RUN, open.length)),
        rng(seed).split(attempt).split(first),
        all,
      );
    }
    const moved = toward(model, drawn, all);
    const fooled = fooledOf(predict(model, moved), confidentIn(target, threshold));
    open.forEach((at, i) => {
      x.data.set(rowsOf(moved, i, i + 1).data, at * x.cols);
      attempts[at] = attempt;
    });
    open = open.filter((_, i) => !fooled[i]);
  }
  const predictions = predict(model, x);
  const fooled = fooledOf(predictions, confidentIn(target, threshold));
  const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);
  return { x, ...predictions, fooled, attempts, successRate: sum(fooled) / sum(attempts) };
}

/** What begins the messages. */
const ACTION = "make rubbish";

/** Inputs that are drawn from one stream. */
const RUN = 1000;

function draw(x: Matrix, from: Rng, { mean, std }: { mean: number; std: number }): void {
  fillNormal(x, from, { mean, std });
}

function last<T>(steps: Generator<unknown, T>): T {
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/** x + ε times the gradient of p(target), or its sign. */
function toward(
  model: Differentiable,
  x: Matrix,
  { target, epsilon, step = "sign" }: DirectedRubbishOptions,
): Matrix {
  const { gradient } = gradientOf(model, x, (dScores, scores) => {
    model.head.logProbability(dScores, scores, new Int32Array(scores.rows).fill(target));
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
