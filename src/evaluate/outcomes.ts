/** What a model makes of examples, clean and attacked, found in steps. @module */

import type { Attack, AttackOptions } from "../attacks/attack.ts";
import { CHUNK } from "../attacks/plan.ts";
import type { Distance } from "../constraints/constraint.ts";
import type { Batch } from "../data/batch.ts";
import { predictRows } from "../predict.ts";
import type { Classifier, Differentiable } from "../models/classifier.ts";
import type { Field } from "../schema.ts";
import type { Answers } from "./measure.ts";

/** An attack to try, with each of some sizes. */
export interface Trial {
  /** What it is called in results; default the attack's own name. */
  readonly name?: string;
  /** What ε bounds; default the attack's own. */
  readonly distance?: Distance;
  readonly attack: Attack;
  /** Sizes of its perturbations, in input units. */
  readonly epsilons: readonly number[];
  /** What else the attack takes. */
  readonly options?: Readonly<
    Omit<AttackOptions, "target" | "first" | "constraint"> & Record<string, unknown>
  >;
}

/** A model's answers under attack. */
export interface AttackedAnswers extends Answers {
  /** What the trial is called. */
  readonly attack: string;
  /** What ε measures: a distance in a norm, or an angle at the origin in radians. */
  readonly distance: Distance;
  /** Size of the perturbation, in input units. */
  readonly epsilon: number;
  /** Examples whose gradient was 0 in every input when the attack asked for it. */
  readonly zeroGradients: number;
}

/** A model's answers to examples, each in their order. */
export interface Outcomes {
  readonly clean: Answers;
  /** Trial by trial, and in each size by size. */
  readonly attacked: readonly AttackedAnswers[];
}

/** Passes through a model that a gradient costs: forward, and backward to the inputs. */
const GRADIENT = 3;

/**
 * What `model` answers to `examples` as they are, and attacked as each of `trials` says. Yields the fraction done between
 * questions to the model, so that the caller can show progress, pause or stop; the answers are those of one call for all.
 *
 * @throws {InputError} if the examples or an option do not fit the model, or an attack needs gradients that it does not give
 */
export function* outcomes(
  model: Classifier & Partial<Differentiable>,
  examples: Batch,
  trials: readonly Trial[],
  { turn = GRADIENT * CHUNK }: {
    /**
     * Examples that pass through the model between two yields at most, if one takes no more; a gradient counts as three;
     * default 750.
     */
    turn?: number;
  } = {},
): Generator<number, Outcomes> {
  const { x } = examples;
  const [run, chunk] = [turn, turn / GRADIENT].map((rows) => Math.max(1, Math.min(CHUNK, Math.floor(rows))));
  const clean = { predicted: new Int32Array(x.rows), confidence: new Float32Array(x.rows) };
  const weights = trials.map((trial) => passesOf(trial, model.inputs));
  const total = 1 + weights.reduce((a, b) => a + b, 0);
  // a step that is small waits for the next
  let passed = 0;
  const pause = function* (rows: number, fraction: number) {
    if (passed + rows > turn) {
      passed = 0;
      yield fraction;
    }
    passed += rows;
  };
  for (let first = 0; first < x.rows; first += run) {
    yield* pause(Math.min(run, x.rows - first), first / x.rows / total);
    const { predicted, confidence } = predictRows(model, x, first, Math.min(first + run, x.rows));
    clean.predicted.set(predicted, first);
    clean.confidence.set(confidence, first);
  }
  const attacked: AttackedAnswers[] = [];
  let done = 1;
  for (
    const [i, { attack, name = attack.name, distance = attack.norms[0], epsilons, options }] of trials
      .entries()
  ) {
    const steps = attack.steps(model as Differentiable, examples, { ...options, epsilons, chunk });
    const rows = Math.min(chunk, x.rows) * (attack.needs === "gradients" ? GRADIENT : 1);
    let step = steps.next();
    while (!step.done) {
      yield* pause(rows, (done + weights[i] * step.value) / total);
      step = steps.next();
    }
    done += weights[i];
    for (const [j, { predicted, confidence, zeroGradients }] of step.value.entries()) {
      attacked.push({ attack: name, distance, epsilon: epsilons[j], predicted, confidence, zeroGradients });
    }
  }
  return { clean, attacked };
}

/** Options by which attacks say how often they repeat what they do. */
const REPEATS = [
  "steps",
  "iterations",
  "queries",
  "probes",
  "moves",
  "restarts",
  "targets",
  "searchSteps",
  "binarySearchSteps",
];

/** Gradients of a search that says nothing of how many it takes, about. */
const SEARCH = 140;

/** How often each example passes through a model of so many inputs in a trial, about; a gradient counts as three passes. */
export function passesOf({ attack, epsilons, options = {} }: Trial, inputs: number): number {
  const counts = REPEATS.flatMap((key) => {
    const count = (options as Record<string, unknown>)[key] ??
      (attack.options as Record<string, Field>)[key]?.default;
    return typeof count === "number" ? [Math.max(1, count)] : [];
  });
  const repeats = counts.length > 0 ? counts.reduce((a, b) => a * b) : attack.goal === "nearest" ? SEARCH : 1;
  const one = repeats * (attack.asks?.(inputs) ?? 1) * (attack.needs === "gradients" ? GRADIENT : 1);
  // what is asked about the examples themselves is asked once for all sizes, and so is the search for the nearest
  const queries = repeats === 1 || attack.goal === "nearest" ? one : one * epsilons.length;
  return queries + epsilons.length;
}

/** What `steps` come to, each fraction that they yield given to `onProgress`. */
export function runSteps<T, S = number>(
  steps: Generator<S, T>,
  onProgress: (fraction: S) => void = () => {},
): T {
  for (let step = steps.next();; step = steps.next()) {
    if (step.done) return step.value;
    onProgress(step.value);
  }
}
