/** What a run has to do, before it is done. @module */

import { type Batch, slice } from "../data/batch.ts";
import type { TrainOptions } from "../train/mod.ts";
import type { Model } from "../models/model.ts";
import type { Budget } from "./budgets.ts";
import type { Examples, Experiment } from "./experiment.ts";
import type { Training } from "./recipes/training.ts";

/** One piece of work: training a model, or running an experiment. */
export interface Task {
  /** Unique. */
  readonly id: string;
  readonly kind: "train" | "run";
  /** Name of the model, or of the experiment. */
  readonly name: string;
  readonly seed: number;
  /** Tasks that must be done before. */
  readonly needs: readonly string[];
  /** For order and estimates alone: one is an epoch of softmax regression on one example. */
  readonly cost: number;
}

/** Cost of an experiment for each test image and model: an attack or two, and some measures. */
const EXPERIMENT_COST = 300;

/** The task that trains the model `name` from `seed`. */
export function trainTask(name: string, seed: number): string {
  return `train ${name} ${seed}`;
}

/**
 * The tasks of `experiments` for each of `seeds`, with the trainings of the models that they need. What settles options of
 * others is trained from the first seed alone.
 *
 * @throws {Error} if a model is among no recipes
 */
export function plan(
  experiments: readonly Experiment[],
  trainings: Readonly<Record<string, Training>>,
  { budget, seeds, test }: { budget: Budget; seeds: readonly number[]; test: Batch },
): Task[] {
  const tasks = new Map<string, Task>();
  const train = (name: string, seed: number): string => {
    const id = trainTask(name, seed);
    if (tasks.has(id)) return id;
    if (!Object.hasOwn(trainings, name)) throw new Error(`Cannot train ${name}: no recipe has this name`);
    const { data, options, cost, after } = trainings[name];
    tasks.set(id, {
      id,
      kind: "train",
      name,
      seed,
      // as in the paper, which found its number of epochs once and then trained from five seeds
      needs: after ? [train(after.model, seeds[0])] : [],
      cost: cost * data.labels.length * (options.epochs ?? 10),
    });
    return id;
  };
  for (const seed of seeds) {
    for (const { id: name, models } of experiments) {
      const needs = models(budget).map((model) => train(model, seed));
      const cost = EXPERIMENT_COST * test.labels.length * Math.max(needs.length, 1);
      tasks.set(`run ${name} ${seed}`, { id: `run ${name} ${seed}`, kind: "run", name, seed, needs, cost });
    }
  }
  return [...tasks.values()];
}

/** The examples of a run by what they serve, as `budget` divides them. */
export function divide({ train: all, test }: { train: Batch; test: Batch }, budget: Budget): Examples {
  // of a small set, no more than a sixth
  const rest = all.labels.length - Math.min(budget.validation, Math.floor(all.labels.length / 6));
  const trainSet = slice(all, 0, Math.min(rest, budget.examples));
  return { all, train: trainSet, validation: slice(all, rest), test };
}

/** All options of a training in a run from `seed`; `after` is the record of the one that it comes after. */
export function trainingOptions(
  { options, after: other, seed: offset = 0 }: Training,
  { seed, after }: { seed: number; after?: Pick<Model, "record"> },
): TrainOptions {
  return { ...options, ...(other && after && other.options(after.record)), seed: seed + offset };
}
