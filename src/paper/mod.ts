/** The paper's experiments. @module */

import { type Batch, slice } from "../data/batch.ts";
import type { FamilyModel } from "../models/family.ts";
import type { TrainProgress } from "../train/mod.ts";
import { adversarialTrainingExperiment } from "./adversarial_training.ts";
import { judge, type Judged } from "./claim.ts";
import { claims } from "./claims.ts";
import type { Experiment, Measurements } from "./experiment.ts";
import { logisticExperiment } from "./logistic.ts";
import { maxoutExperiment } from "./maxout.ts";
import { rbfExperiment } from "./rbf.ts";
import { type Budget, trainings, trainOne } from "./recipes.ts";
import { softmaxExperiment } from "./softmax.ts";

/** All experiments, in the order in which they run. */
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
  /** What each trained model's file would say of its training. */
  readonly models: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Relative cost of training on one example, for the estimate alone: an adversarial step is some three plain ones. */
const COSTS: Readonly<Record<string, number>> = {
  softmax: 1,
  logistic: 1,
  rbf: 8,
  maxout: 50,
  adversarialMaxout: 170,
};

/** Runs every experiment, training on as much of `learn` as the budget allows, and judges every claim. */
export async function reproduce(
  { learn: all, test }: { learn: Batch; test: Batch },
  { budget, seed = 1, onProgress, signal }: RunOptions,
): Promise<RunResult> {
  const learn = slice(all, 0, budget.examples);
  const plans = trainings(learn, budget);
  const cost = (name: string) =>
    COSTS[name] * plans[name].data.labels.length * (plans[name].options.epochs ?? 1);
  const total = Object.keys(plans).reduce((sum, name) => sum + cost(name), 0);
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
  for (const { id, title, run } of experiments) {
    signal?.throwIfAborted();
    onProgress?.({ doing: title, done: spent / total });
    for (const [name, value] of Object.entries(await run({ learn, test, seed, trained }))) {
      measurements[`${id}.${name}`] = value;
    }
  }
  const records = Object.fromEntries(Array.from(models, ([name, { record }]) => [name, record]));
  for (const model of models.values()) model[Symbol.dispose]();
  const examples = { learn: learn.labels.length, test: test.labels.length };
  return {
    claims: claims.map((claim) => judge(claim, measurements)),
    measurements,
    models: records,
    examples,
  };
}
