/** Jobs that run an experiment of the paper on models that others have trained. @module */

import { InputError } from "../errors.ts";
import { loadModel } from "../models/file.ts";
import type { Model } from "../models/model.ts";
import type { Budget } from "../paper/budgets.ts";
import { runExperiment } from "../paper/executor.ts";
import { experiments } from "../paper/mod.ts";
import { examplesOf } from "./inputs.ts";
import type { Kind } from "./job.ts";
import type { Store } from "./store.ts";

/** Which experiment, with which models. The inputs are `train` and `test`. */
export interface ExperimentRecipe {
  readonly budget: Budget;
  readonly id: string;
  readonly seed: number;
  /** Key of each model in the store, by name. */
  readonly models: Readonly<Record<string, string>>;
}

/** Experiments, as the paper's registry knows them. */
export const experiment: Kind<ExperimentRecipe> = {
  action: ({ id, seed }) => `run the experiment ${id} with seed ${seed}`,
  resumable: false,
  async perform({ recipe: { budget, id, seed, models: keys }, inputs }, bench) {
    const models = new Map<string, Model>();
    const model = async (name: string) => {
      if (!models.has(name)) models.set(name, await loaded(bench.store, keys[name]));
      return models.get(name)!;
    };
    try {
      const found = experiments.find((each) => each.id === id)!;
      const context = {
        ...await examplesOf(inputs, budget, bench),
        budget,
        seed,
        names: Object.keys(keys),
        model,
      };
      return await runExperiment(found, context, bench);
    } finally {
      for (const model of models.values()) model[Symbol.dispose]();
    }
  },
};

async function loaded(store: Store, key: string): Promise<Model> {
  const action = `read ${store.place(key)}`;
  const bytes = await store.get(key);
  if (!bytes) throw new InputError("state", action, "it is no longer there");
  try {
    return loadModel(bytes);
  } catch (error) {
    throw error instanceof InputError ? error.about(action) : error;
  }
}
