/** Randomised smoothing: certificates in L2 for any classifier, with a stated confidence. @module */

import type { Batch } from "../data/batch.ts";
import { predict } from "../predict.ts";
import { matrix } from "../matrix.ts";
import { checkFiniteInputs } from "../models/answers.ts";
import { checkModel, type Classifier } from "../models/classifier.ts";
import { fillNormal, rng } from "../rng.ts";
import { integer, number, type Schema } from "../schema.ts";
import { checkObject, resolve } from "../checks.ts";
import { clopperPearson, normalQuantile } from "./functions.ts";

/** Options of randomized smoothing. */
export interface SmoothingOptions {
  /** Standard deviation of the noise; default 0.25. */
  std?: number;
  /** Noisy inputs that bound the probability of the class, n; default 10,000. */
  samples?: number;
  /** Noisy inputs that choose the class, n₀; default 100. */
  selection?: number;
  /** Probability that a radius is wrong, for each example; default 0.001. */
  alpha?: number;
  /** Seed of the noise; default 0. */
  seed?: number;
}

/** What the options may be. */
export const SMOOTHING: Schema<SmoothingOptions> = {
  std: number("Standard deviation of the noise", { default: 0.25, above: 0 }),
  samples: integer("Noisy inputs that bound the probability of the class", { default: 10000, min: 1 }),
  selection: integer("Noisy inputs that choose the class", { default: 100, min: 1 }),
  alpha: number("Probability that a radius is wrong", { default: 0.001, above: 0, below: 1 }),
  seed: integer("Seed of the noise", { default: 0, min: 0 }),
};

/** Predictions and certified radii of the smoothed classifier, ready for JSON. */
export interface SmoothingReport {
  /** The options, with their defaults. */
  readonly options: Required<SmoothingOptions>;
  /** Answers of the smoothed classifier, or −1 where it abstains. */
  readonly predicted: readonly number[];
  /** L2 radius within which that answer does not change, with confidence 1 − alpha each; 0 where it abstains. */
  readonly radius: readonly number[];
  /** How many examples it abstains on: never counted as right. */
  readonly abstained: number;
}

/** Rows that the classifier is asked at once. */
const CHUNK = 500;

/**
 * The classifier smoothed by Gaussian noise N(0, std²·I), and the radii within which its answers are constant:
 * std·Φ⁻¹(p), p being the Clopper–Pearson bound of the probability of the class that a first draw chose (Cohen, Rosenfeld
 * and Kolter, Certified Adversarial Robustness via Randomized Smoothing, 2019, section 3.2). Where p ≤ ½ it abstains. Each
 * example's noise depends on its place in the batch alone.
 *
 * @example
 * ```ts
 * import { batch, matrix, model, smoothing, softmaxLinear } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const tensors = {
 *   W: { shape: [2, 1], data: new Float32Array([-1, 1]) },
 *   b: { shape: [2], data: new Float32Array(2) },
 * };
 * using linear = model(softmaxLinear({ inputs: 1, classes: 2 }), { tensors });
 * const found = smoothing(linear, batch({ x: matrix(2, 1, [0, 1]), labels: [1, 1] }), { std: 0.5 });
 * assertEquals(found.predicted, [-1, 1]);
 * ```
 *
 * @throws {InputError} if an option is out of range, or the examples do not fit the model
 */
export function smoothing(
  model: Classifier,
  examples: Pick<Batch, "x">,
  asked: SmoothingOptions = {},
): SmoothingReport {
  const options = resolve("smooth a classifier", SMOOTHING, asked) as Required<SmoothingOptions>;
  const { std, samples, selection, alpha, seed } = options;
  checkModel("smooth", model);
  checkObject("smooth", examples, "the examples");
  const { x } = examples;
  checkFiniteInputs("smooth", model, x);
  const predicted: number[] = [], radius: number[] = [];
  for (let i = 0; i < x.rows; i++) {
    const original = x.data.subarray(i * x.cols, (i + 1) * x.cols);
    const counts = (name: string, n: number): Int32Array => {
      const votes = new Int32Array(model.classes);
      for (let first = 0; first < n; first += CHUNK) {
        const noisy = matrix(Math.min(CHUNK, n - first), x.cols);
        fillNormal(noisy, rng(seed).split("smoothing", i, name, first), { std });
        for (let at = 0; at < noisy.data.length; at++) noisy.data[at] += original[at % x.cols];
        for (const c of predict(model, noisy).predicted) votes[c]++;
      }
      return votes;
    };
    const votes = counts("select", selection);
    const chosen = votes.indexOf(votes.reduce((a, b) => Math.max(a, b)));
    const p = clopperPearson(counts("bound", samples)[chosen], samples, alpha);
    predicted.push(p > 0.5 ? chosen : -1);
    radius.push(p > 0.5 ? std * normalQuantile(p) : 0);
  }
  return { options, predicted, radius, abstained: predicted.filter((c) => c < 0).length };
}
