/** Who does the tasks of a run. @module */

import type { Model } from "../models/model.ts";
import { train, type TrainOptions } from "../train/mod.ts";
import type { Budget } from "./budgets.ts";
import type { Examples, Experiment, ExperimentContext, ExperimentResult } from "./experiment.ts";
import { trainingOptions } from "./plan.ts";
import { trainings } from "./recipes/mod.ts";
import type { Training } from "./recipes/training.ts";

/** Does the tasks of a run wherever it likes, and keeps the models that it has trained. */
export interface Executor {
  /** Tasks at a time. */
  readonly width: number;
  /** Trains the model `name`; `after` is the record of the one that it comes after. */
  train(order: { name: string; seed: number; after?: TrainingRecord }, hooks: Hooks): Promise<TrainingRecord>;
  /** Runs an experiment on the models that it has trained from that seed. */
  run(order: { experiment: Experiment; seed: number }, hooks: Hooks): Promise<ExperimentResult>;
}

/** An executor that does one task after the other, here and now. */
export function inProcess(examples: Examples, budget: Budget): Executor & Disposable {
  const models = new Map<string, Model>();
  const key = (name: string, seed: number) => `${name} ${seed}`;
  const plans = trainings({ ...examples, budget });
  return {
    width: 1,
    async train({ name, ...beginning }, hooks) {
      const model = await trainModel(plans[name], beginning, hooks);
      models.set(key(name, beginning.seed), model);
      return { record: model.record, history: model.history };
    },
    run({ experiment, seed }, hooks) {
      const trained = (name: string) => Promise.resolve(models.get(key(name, seed))!);
      const names = experiment.models(budget).filter((name) => models.has(key(name, seed)));
      return runExperiment(experiment, { ...examples, budget, seed, names, model: trained }, hooks);
    },
    [Symbol.dispose]() {
      for (const model of models.values()) model[Symbol.dispose]();
      models.clear();
    },
  };
}

/** What a trained model's file says of its training. */
export type TrainingRecord = Pick<Model, "record" | "history">;

/** Who is told of a task's progress, and who stops it. */
export interface Hooks {
  /** Told which part of the task, in [0, 1], is done, and what is being done. */
  onProgress(part: number, doing: string): void;
  /** Stops the task, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Place among all that wait: those with a smaller one go first. */
  readonly priority?: number;
}

/** Where a training begins. */
export interface TrainingStart extends Pick<TrainOptions, "resume" | "onCheckpoint"> {
  /** The run's. */
  readonly seed: number;
  /** The record of the training that this one comes after. */
  readonly after?: TrainingRecord;
}

/** The model of `training`. */
export function trainModel(
  training: Training,
  { seed, after, ...more }: TrainingStart,
  { onProgress, signal }: Hooks,
): Promise<Model> {
  return train(training.family, training.data, {
    ...trainingOptions(training, { seed, after }),
    ...more,
    signal,
    onProgress: ({ step, steps, epoch, epochs }) => onProgress(step / steps, `epoch ${epoch} of ${epochs}`),
  });
}

/** What `experiment` comes to, its measurements named with the experiment's id before them. */
export function runExperiment(
  experiment: Experiment,
  context: Omit<ExperimentContext, "progress" | "signal">,
  { onProgress, signal }: Hooks,
): Promise<ExperimentResult> {
  onProgress(0, "");
  return experiment.run({ ...context, signal, progress: (part) => onProgress(part, "") });
}
