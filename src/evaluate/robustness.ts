/** The worst case over many attacks, with certificates beside it: what is known of each example, and what is not. @module */

import { anyAttacks } from "../attacks/mod.ts";
import type { Examples } from "../data/batch.ts";
import type { Classifier, Differentiable } from "../models/classifier.ts";
import { checkObject } from "../checks.ts";
import type { Subject } from "./standing.ts";
import { stagesOf } from "./efforts.ts";
import { passesOf, runSteps } from "./outcomes.ts";
import { reportSteps, type RobustnessReport } from "./robustness_report.ts";
import { shardSteps } from "./shard.ts";
import { type RobustnessOptions, searched, searchOf } from "./search.ts";

export type { RobustnessOptions };

/**
 * The worst case over many attacks: a cascade in which each sees only the examples that still stand, for each size, with
 * certificates of what none of them fooled. The true error of the worst case lies between `attacked` and `certified`; an
 * example that is neither fooled nor certified counts as unresolved, never as robust.
 *
 * @example
 * ```ts
 * import { batch, matrix, model, robustness, softmaxLinear } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const tensors = {
 *   W: { shape: [2, 1], data: new Float32Array([-1, 1]) },
 *   b: { shape: [2], data: new Float32Array(2) },
 * };
 * using linear = model(softmaxLinear({ inputs: 1, classes: 2 }), { tensors });
 * const examples = batch({ x: matrix(2, 1, [0.125, 0.5]), labels: [1, 1] });
 * const [{ attacked, certified, unresolved }] = robustness(linear, examples, { epsilons: [0.25], effort: "quick" }).at;
 * assertEquals([attacked.errorRate, certified?.errorRate, unresolved], [0.5, 0.5, 0]);
 * ```
 *
 * @throws {InputError} if there are no examples, or an option does not fit the model or the examples
 */
export function robustness(
  model: Classifier & Partial<Differentiable>,
  examples: Examples,
  options: RobustnessOptions & { onProgress?: (fraction: number) => void; signal?: AbortSignal },
): RobustnessReport {
  checkObject("measure robustness", options);
  const { onProgress, signal, ...rest } = options;
  return runSteps(robustnessSteps(model, examples, rest), (fraction) => {
    signal?.throwIfAborted();
    onProgress?.(fraction);
  });
}

/**
 * The same, step by step: yields the fraction done between two questions to the model, of `chunk` examples each at most, so
 * that the caller may show it, wait or stop.
 */
export function* robustnessSteps(
  model: Classifier & Partial<Differentiable>,
  batch: Examples,
  options: RobustnessOptions,
  { chunk }: { chunk?: number } = {},
): Generator<number, RobustnessReport> {
  const examples = searched(model, batch);
  const search = searchOf(model, options);
  const shard = yield* shardSteps(model, examples, search, { chunk });
  return yield* reportSteps(model, examples, search, shard);
}

/** How often each example passes through the model at most, about, certificates aside; a gradient counts as three passes. */
export function passesOfWorstCase(
  { inputs, inputGradient }: Pick<Subject, "inputs"> & Partial<Pick<Subject, "inputGradient">>,
  { epsilons, effort = "standard", norm = "Linf" }: Pick<RobustnessOptions, "epsilons" | "effort" | "norm">,
): number {
  const stages = stagesOf(effort, { norm, gradients: inputGradient !== undefined });
  return stages.reduce(
    (sum, { attack, options }) => sum + passesOf({ attack: anyAttacks[attack], epsilons, options }, inputs),
    1,
  );
}
