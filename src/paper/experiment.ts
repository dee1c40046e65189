/** What an experiment is, and what it works with. @module */

import type { Batch } from "../data/batch.ts";
import type { Model } from "../models/model.ts";
import type { Budget, BudgetName } from "./budgets.ts";
import type { Figure } from "./figure.ts";

/** What was measured, by name, in the unit of its claim; null where it is undefined. */
export type Measurements = Readonly<Record<string, number | null>>;

/** The perturbation of all the paper's experiments on digits, in pixels of [0, 1]. */
export const EPSILON = 0.25;

/** The examples of a run, by what they serve. */
export interface Examples {
  /** Examples to learn from where nothing is chosen by others, `learn` and `validation` together. */
  readonly all: Batch;
  /** Examples to learn from. */
  readonly train: Batch;
  /** Examples held out of those to choose by: when to stop, for one. */
  readonly validation: Batch;
  /** Examples held out, on which nothing is chosen. */
  readonly test: Batch;
}

/** What experiments are run with. */
export interface ExperimentContext extends Examples {
  /** Seed of all random numbers. */
  readonly seed: number;
  /** How much work it may be. */
  readonly budget: Budget;
  /** Names of the trained models that there are: all of the experiment's, but those it does without. */
  readonly names: readonly string[];
  /** The trained model of that name (see `recipes/`), one of `names`. */
  model(name: string): Promise<Model>;
  /** Says that this part of the experiment, in [0, 1], is done. */
  progress(part: number): void;
  /** Aborted when the run is to stop: look at it in what takes long. */
  readonly signal?: AbortSignal;
}

/** One experiment of the paper. */
export interface Experiment {
  /** Name; its measurements begin with it. */
  readonly id: string;
  /** What it shows, in a few words. */
  readonly title: string;
  /** What is done and what it teaches, in two to four sentences for somebody who has not read the paper. */
  readonly explains: string;
  /** Budgets in which it is run; default all. */
  readonly budgets?: readonly BudgetName[];
  /** Names of the trained models that it needs. */
  models(budget: Budget): readonly string[];
  /** Those of them that it does without in a run of fewer models; default none. */
  readonly optional?: readonly string[];
  /** What was measured. */
  run(context: ExperimentContext): Promise<ExperimentResult>;
}

/** What an experiment came to. */
export interface ExperimentResult {
  /** By name, without the experiment's before it. */
  readonly measurements: Measurements;
  readonly figures?: readonly Figure[];
}

/** A fraction in percent. */
export function percent(fraction: number | null): number | null {
  return fraction === null ? null : 100 * fraction;
}
