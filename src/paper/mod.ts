/** The paper's experiments. @module */

import { type Batch, slice } from "../data/batch.ts";
import type { FamilyModel } from "../models/family.ts";
import type { TrainProgress } from "../train/mod.ts";
import { adversarialTrainingExperiment } from "./adversarial_training.ts";
import type { Budget } from "./budgets.ts";
import { judge, type Judged } from "./claim.ts";
import { claims } from "./claims/mod.ts";
import type { Experiment, Measurements } from "./experiment.ts";
import type { Figure } from "./figure.ts";
import { logisticExperiment } from "./logistic.ts";
import { maxoutExperiment } from "./maxout.ts";
import { rbfExperiment } from "./rbf.ts";
import { trainings, trainOne } from "./recipes/mod.ts";
import { softmaxExperiment } from "./softmax.ts";

/** All experiments, in the paper's order. */
export const experiments: readonly Experiment[] = [
  softmaxExperiment,
  logisticExperiment,
  rbfExperiment,
  maxoutExperiment,
  adversarialTrainingExperiment,
];

/** How far a run is. */
export interface RunProgress {
  /** What is being done. */
  readonly doing: string;
  /** The part of all work that is done, in [0, 1]. */
  readonly done: number;
}

/** What a run takes. */
export interface RunOptions {
  /** How much work it may be. */
  budget: Budget;
  /** Seed of every draw; default 1. */
  seed?: number;
  /** Called often. */
  onProgress?: (progress: RunProgress) => void;
  /** Stops the run, which then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** All claims judged, with every measurement behind them. */
export interface RunResult {
  /** Examples learnt from and tested on. */
  readonly examples: { readonly learn: number; readonly test: number };
  readonly claims: readonly Judged[];
  readonly measurements: Measurements;
  /** By experiment. */
  readonly figures: Readonly<Record<string, readonly Figure[]>>;
  /** What each trained model's file would say of its training. */
  readonly models: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The examples that `budget` learns from and chooses by. */
export function divide(all: Batch, { examples, validation }: Budget): { learn: Batch; validation: Batch } {
  const rest = all.labels.length - Math.min(validation, Math.floor(all.labels.length / 6));
  return { learn: slice(all, 0, Math.min(rest, examples)), validation: slice(all, rest) };
}

/** Runs every experiment, training on as much of `learn` as the budget allows, and judges every claim. */
export async function reproduce(
  { learn: all, test }: { learn: Batch; test: Batch },
  { budget, seed = 1, onProgress, signal }: RunOptions,
): Promise<RunResult> {
  const { learn, validation } = divide(all, budget);
  const plans = trainings({ all, learn, validation, budget });
  const needed = new Set(experiments.flatMap((experiment) => experiment.models(budget)));
  const cost = (name: string) =>
    plans[name].cost * plans[name].data.labels.length * (plans[name].options.epochs ?? 1);
  const total = Array.from(needed, cost).reduce((sum, each) => sum + each, 0);
  const models = new Map<string, FamilyModel>();
  let spent = 0;
  const trained = async (name: string) => {
    if (!models.has(name)) {
      const report = ({ step, steps, epoch, epochs }: TrainProgress) =>
        onProgress?.({
          doing: `training ${name}, epoch ${epoch} of ${epochs}`,
          done: (spent + cost(name) * step / steps) / total,
        });
      models.set(name, await trainOne(plans[name], seed, { onProgress: report, signal }));
      spent += cost(name);
    }
    return models.get(name)!;
  };

  const measurements: Record<string, number | null> = {};
  const figures: Record<string, readonly Figure[]> = {};
  for (const { id, title, run } of experiments) {
    signal?.throwIfAborted();
    onProgress?.({ doing: title, done: spent / total });
    const progress = () => {};
    const outcome = await run({ all, learn, validation, test, seed, budget, trained, progress, signal });
    figures[id] = outcome.figures ?? [];
    for (const [name, value] of Object.entries(outcome.measurements)) measurements[`${id}.${name}`] = value;
  }
  const records = Object.fromEntries(Array.from(models, ([name, { record }]) => [name, record]));
  for (const model of models.values()) model[Symbol.dispose]();
  const examples = { learn: learn.labels.length, test: test.labels.length };
  return {
    claims: claims.map((claim) => judge(claim, measurements)),
    measurements,
    figures,
    models: records,
    examples,
  };
}
