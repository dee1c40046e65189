/** One perturbation for all examples. @module */

import type { ConstraintOptions } from "../constraints/constraint.ts";
import { constraint } from "../constraints/mod.ts";
import { type Batch, type Examples, slice } from "../data/batch.ts";
import { lossScoreGradient } from "../loss.ts";
import { predict, type Predictions } from "../predict.ts";
import { type Matrix, matrix } from "../matrix.ts";
import { checkExamples, gradientOf } from "../models/answers.ts";
import type { Differentiable } from "../models/classifier.ts";
import { any, choice, integer } from "../schema.ts";
import { resolve } from "../checks.ts";
import { fooledOf, misclassified, targeted } from "./criteria.ts";
import { cosineSchedule } from "./fmn.ts";
import { refuse, targets } from "./options.ts";

/** What bounds the perturbation, and how it is found. */
export interface UniversalOptions extends Pick<ConstraintOptions, "norm" | "bounds" | "fixed"> {
  /** Greatest size of the perturbation, in input units. */
  epsilon: number;
  /** Times that all examples are looked at; default 20. */
  iterations?: number;
  /** Class that the model is to predict for all; default any wrong one. */
  target?: number;
}

/** A perturbation, and what it does to the examples that it was made from. */
export interface Universal extends Batch, Predictions {
  /** What is added to each example, (1, D). */
  readonly perturbation: Matrix;
  /** The examples with it, within bounds, (B, D). */
  readonly x: Matrix;
  /** 1 for each example whose predicted class is not its label, or is the target if there is one; else 0. */
  readonly fooled: Uint8Array;
}

const OPTIONS = {
  epsilon: any<number>("Size of the perturbation"),
  norm: choice("What measures the size", ["Linf", "L2", "L1"], { default: "Linf" }),
  bounds: any<NonNullable<ConstraintOptions["bounds"]>>("Minimum and maximum of an input"),
  fixed: any<ArrayLike<number>>("Places of the features that stay"),
  iterations: integer("Times that all examples are looked at", { min: 1, default: 20 }),
  target: any<number>("Class that the model is to predict for all"),
} as const;

/** Examples whose gradients are added for one step. */
const RUN = 100;
/** The last step as a part of the first, which has the whole size. */
const LAST = 0.05;

/**
 * One perturbation of size ε that misleads the model on as many examples as it can, as Moosavi-Dezfooli et al. (2017) were the
 * first to show, found as Shafahi et al. (2020, section 4) do: steps along the sum of the margin's gradients of those examples
 * that still stand, run by run, each projected on what is allowed. The best one of all rounds is kept.
 * `withPerturbation` adds it to other examples.
 *
 * @example
 * ```ts
 * import { batch, matrix, model, softmaxLinear, universal } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const tensors = {
 *   W: { shape: [2, 1], data: new Float32Array([-1, 1]) },
 *   b: { shape: [2], data: new Float32Array(2) },
 * };
 * using linear = model(softmaxLinear({ inputs: 1, classes: 2 }), { tensors });
 * const found = universal(linear, batch({ x: matrix(2, 1, [0.125, 0.5]), labels: [1, 1] }), { epsilon: 0.25 });
 * assertEquals([found.perturbation.data[0], ...found.fooled], [-0.25, 1, 0]);
 * ```
 *
 * @throws {InputError} if an option is out of its range, or does not fit the model or the examples
 */
export function universal(model: Differentiable, batch: Examples, options: UniversalOptions): Universal {
  const action = "find a universal perturbation";
  const examples = checkExamples(action, model, batch);
  const { epsilon, norm, bounds, fixed, iterations, target } = resolve<UniversalOptions, typeof OPTIONS>(
    action,
    OPTIONS,
    options,
  );
  const { inputs } = model;
  const allowed = constraint(inputs, { epsilon, norm, bounds, fixed }, action);
  const zero = matrix(1, inputs);
  const ball = constraint(inputs, { epsilon, norm, fixed }, action).around(zero);
  refuse(action, allowed.checkOriginal(examples.x));
  const labels = targets(action, model, examples, target) ?? examples.labels;
  const criterion = target === undefined ? misclassified : targeted;
  const judged = (perturbation: Matrix, part: Batch, aims: Int32Array) => {
    const { data } = part.x, { data: d } = perturbation;
    const x = matrix(
      part.x.rows,
      inputs,
      data.map((value, i) => d[i % inputs] === 0 ? value : value + d[i % inputs]),
    );
    allowed.project(x, part.x);
    const predictions = predict(model, x);
    return { ...part, x, ...predictions, fooled: fooledOf(predictions, criterion, aims) };
  };
  const count = ({ fooled }: { fooled: Uint8Array }) => fooled.filter((each) => each === 1).length;
  const write = lossScoreGradient(model, "margin");
  const now = matrix(1, inputs), sum = matrix(1, inputs);
  let best = { perturbation: matrix(1, inputs), ...judged(now, examples, labels) };
  let most = count(best);
  for (let round = 0; round < iterations; round++) {
    const part = cosineSchedule(round / iterations, LAST);
    for (let from = 0; from < labels.length; from += RUN) {
      const run = slice(examples, from, from + RUN), aims = labels.subarray(from, from + RUN);
      const { x, fooled } = judged(now, run, aims);
      const { gradient } = gradientOf(model, x, (dScores, scores, first) => {
        write(dScores, scores, aims.subarray(first, first + scores.rows));
        for (let i = 0; i < dScores.data.length; i++) {
          if (fooled[first + Math.floor(i / scores.cols)]) dScores.data[i] = 0;
          else if (target !== undefined) dScores.data[i] = -dScores.data[i];
        }
      });
      sum.data.fill(0);
      gradient.data.forEach((slope, i) => sum.data[i % inputs] += slope);
      ball.stepWithin(now, { direction: sum, part });
    }
    const tried = judged(now, examples, labels), hits = count(tried);
    if (hits > most) {
      most = hits;
      best = { perturbation: matrix(1, inputs, now.data.slice()), ...tried };
    }
  }
  return best;
}
