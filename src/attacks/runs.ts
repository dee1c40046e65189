/** The ways to run an attack: at once, size by size, in steps, part by part, on slow models, and in training. @module */

import { type Batch, type Examples, slice } from "../data/batch.ts";
import { InputError } from "../errors.ts";
import { type Matrix, matrix } from "../matrix.ts";
import { checkExamples } from "../models/answers.ts";
import type { AsyncClassifier, Classifier, Differentiable } from "../models/classifier.ts";
import { kernels } from "../runtime/variants.ts";
import { checkList, checkObject } from "../checks.ts";
import { checkEpsilon } from "../constraints/options.ts";
import { shown } from "../wording.ts";
import type { Adversarial } from "./attack.ts";
import { misclassified, targeted } from "./criteria.ts";
import { driveAsync, driveInputs, driveSteps, driveSync } from "./drive.ts";
import type { RunOptions } from "./options.ts";
import type { Outcome } from "./outcome.ts";
import {
  actionOf,
  type CompleteDefinition,
  constraintOf,
  type OwnOptions,
  planOf,
  type Prepare,
  type Prepared,
} from "./prepare.ts";

/** An attack that can run. */
export interface Runnable extends CompleteDefinition {
  /** Checks what a caller gives and plans a run. */
  readonly prepare: Prepare;
}

/** What a caller says of a run of several sizes. */
type SweepOptions = RunOptions & { epsilons: readonly number[] };

/** The adversarial examples of one size. */
export function run(attack: Runnable, model: Classifier, batch: Examples, options: RunOptions): Adversarial {
  const prepared = attack.prepare(model, batch, options, [options?.epsilon]);
  return results(prepared, driveSync(model, prepared), options)[0];
}

/** Those of one size on a classifier whose answers may be promises. */
export async function runAsync(
  attack: Runnable,
  model: AsyncClassifier,
  batch: Examples,
  options: RunOptions,
): Promise<Adversarial> {
  if (attack.needs === "gradients" || attack.needs === "scores" && !model.scores) throw lacking(attack);
  const prepared = attack.prepare(model, batch, options, [options?.epsilon]);
  return results(prepared, await driveAsync(model, prepared), options)[0];
}

/** Those of each of several sizes. */
export function runSizes(
  attack: Runnable,
  model: Classifier,
  batch: Examples,
  sweep: SweepOptions,
): Adversarial[] {
  const { epsilons, ...options } = checkSizes(attack, sweep);
  const prepared = attack.prepare(model, batch, options, epsilons);
  return results(prepared, driveSync(model, prepared), options);
}

/** The same in steps: yields the fraction done before each query. */
export function* runSteps(
  attack: Runnable,
  model: Classifier & Partial<Differentiable>,
  batch: Examples,
  sweep: SweepOptions & { chunk?: number },
): Generator<number, Adversarial[]> {
  if (attack.needs === "gradients" && !model.inputGradient) throw lacking(attack);
  const { epsilons, chunk, ...options } = checkSizes(attack, sweep);
  const prepared = attack.prepare(model, batch, options, epsilons);
  return results(prepared, yield* driveSteps(model, { ...prepared, chunk }), options);
}

/** Those of one size, `batchSize` examples at a time. */
export function* runParts(
  attack: Runnable,
  model: Classifier,
  examples: Examples,
  partOptions: RunOptions & { batchSize?: number },
): Generator<Adversarial> {
  const action = actionOf(attack);
  checkObject(action, partOptions);
  const { batchSize = 500, ...options } = partOptions;
  if (!Number.isSafeInteger(batchSize) || batchSize < 1) {
    throw new InputError(
      "value",
      `${action} with batchSize ${shown(batchSize)}`,
      "must be a whole number ≥ 1",
    );
  }
  const { target, first = 0 } = options;
  const batch = checkExamples("attack", model, examples, { finite: false });
  for (let from = 0; from < batch.labels.length; from += batchSize) {
    const to = from + batchSize;
    yield run(attack, model, slice(batch, from, to), {
      ...options,
      target: typeof target === "object" && target !== null
        ? Array.prototype.slice.call(target, from, to) as unknown as Int32Array
        : target,
      first: first + from,
    });
  }
}

/** Adversarial inputs alone, unchecked and not judged, in `out`. */
export function perturb(
  attack: Runnable,
  model: Differentiable,
  batch: Batch,
  options: RunOptions,
  out: Matrix = matrix(batch.x.rows, batch.x.cols),
): Matrix {
  const { constraint, epsilon, seed = 0, first = 0, target } = options;
  const values: Record<string, unknown> = {};
  for (const name in attack.options) {
    values[name] = (options as OwnOptions)[name] ?? attack.options[name].default;
  }
  driveInputs(model, {
    ...planOf(attack, values),
    constraints: [constraint ?? constraintOf(attack, model, options, epsilon)],
    batch,
    target: typeof target === "number" ? new Int32Array(batch.labels.length).fill(target) : target,
    criterion: target === undefined ? misclassified : targeted,
    seed,
    first,
  }, out);
  return out;
}

/** What callers are given of a run: for each size the outcome, and how it was made. */
function results(
  { name, batch, constraints, sizes, options: own, seed }: Prepared,
  outcomes: readonly Outcome[],
  { target }: RunOptions,
): Adversarial[] {
  return outcomes.map((outcome, i) => ({
    ...outcome,
    labels: batch.labels,
    classes: batch.classes,
    original: batch.x,
    attack: name,
    epsilon: sizes[i] ?? constraints[i].epsilon,
    conditions: { attack: name, options: own, constraint: constraints[i], target, seed, kernels: kernels() },
  }));
}

/** The options with a copy of the sizes. @throws {InputError} unless those are a list of sizes */
function checkSizes<T extends SweepOptions>(attack: Runnable, options: T): T {
  const action = actionOf(attack);
  checkObject(action, options);
  checkList(action, options.epsilons, "epsilons");
  const epsilons = Array.from(options.epsilons);
  for (const epsilon of epsilons) checkEpsilon(epsilon, action);
  return { ...options, epsilons };
}

function lacking(attack: Runnable): InputError {
  return new InputError(
    "value",
    actionOf(attack),
    `it needs ${attack.needs}, which the classifier does not give`,
  );
}
