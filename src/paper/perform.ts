/** Single tasks of a run. @module */

import type { Model } from "../models/model.ts";
import { train, type TrainOptions } from "../train/mod.ts";
import type { Experiment, ExperimentContext, Outcome } from "./experiment.ts";
import { settledBy } from "./plan.ts";
import type { Training } from "./recipes/training.ts";

/** What a trained model's file says of its training. */
export type Trained = Readonly<Record<string, string>>;

/** Who is told of a task's progress, and who stops it. */
export interface Hooks {
  /** Told which part of the task, in [0, 1], is done, and what is being done. */
  onProgress(part: number, doing: string): void;
  /** Stops the task, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Where a training begins. */
export interface Beginning extends Pick<TrainOptions, "resume" | "onCheckpoint"> {
  /** The run's. */
  readonly seed: number;
  /** The record of the training that this one comes after. */
  readonly after?: Trained;
}

/** The model of `training`. */
export function trainOne(
  training: Training,
  { seed, after, ...more }: Beginning,
  { onProgress, signal }: Hooks,
): Promise<Model> {
  return train(training.family, training.data, {
    ...settledBy(training, { seed, after }),
    ...more,
    signal,
    onProgress: ({ step, steps, epoch, epochs }) => onProgress(step / steps, `epoch ${epoch} of ${epochs}`),
  });
}

/** What `experiment` comes to, its measurements named with the experiment's id before them. */
export function runOne(
  experiment: Experiment,
  context: Omit<ExperimentContext, "progress" | "signal">,
  { onProgress, signal }: Hooks,
): Promise<Outcome> {
  onProgress(0, "");
  return experiment.run({ ...context, signal, progress: (part) => onProgress(part, "") });
}
