/** Who does the tasks of a run. @module */

import type { Model } from "../models/model.ts";
import type { Budget } from "./budgets.ts";
import type { Examples, Experiment, Outcome } from "./experiment.ts";
import { type Hooks, runOne, type Trained, trainOne } from "./perform.ts";
import { trainings } from "./recipes/mod.ts";

/** Does the tasks of a run wherever it likes, and keeps the models that it has trained. */
export interface Executor {
  /** Tasks at a time. */
  readonly width: number;
  /** Trains the model `name`; `after` is the record of the one that it comes after. */
  train(order: { name: string; seed: number; after?: Trained }, hooks: Hooks): Promise<Trained>;
  /** Runs an experiment on the models that it has trained from that seed. */
  run(order: { experiment: Experiment; seed: number }, hooks: Hooks): Promise<Outcome>;
}

/** An executor that does one task after the other, here and now. */
export function inProcess(examples: Examples, budget: Budget): Executor & Disposable {
  const models = new Map<string, Model>();
  const key = (name: string, seed: number) => `${name} ${seed}`;
  const plans = trainings({ ...examples, budget });
  return {
    width: 1,
    async train({ name, ...beginning }, hooks) {
      const model = await trainOne(plans[name], beginning, hooks);
      models.set(key(name, beginning.seed), model);
      return model.record;
    },
    run({ experiment, seed }, hooks) {
      const trained = (name: string) => Promise.resolve(models.get(key(name, seed))!);
      return runOne(experiment, { ...examples, budget, seed, model: trained }, hooks);
    },
    [Symbol.dispose]() {
      for (const model of models.values()) model[Symbol.dispose]();
      models.clear();
    },
  };
}
