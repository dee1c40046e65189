/** A run of the paper's experiments as jobs. @module */

import type { Variant } from "../runtime/variants.ts";
import type { Budget } from "../paper/budgets.ts";
import type { Executor, Hooks } from "../paper/executor.ts";
import type { ExperimentResult } from "../paper/experiment.ts";
import type { ExperimentRecipe } from "./experiment.ts";
import type { Jobs } from "./job.ts";
import type { Trained, TrainingRecipe } from "./training.ts";

/** What all jobs of a run share. */
export interface RunSetting {
  readonly budget: Budget;
  readonly kernels: Variant;
  /** SHA-256 of the examples, `train` and `test`. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Version of the code, if results are to be kept. */
  readonly code?: string;
}

/** Who does the tasks of a run: `jobs`. */
export function executorOf(jobs: Jobs, { budget, ...shared }: RunSetting): Executor {
  const keys = new Map<string, string>();
  return {
    width: jobs.width,
    async train({ name, seed, after }, hooks: Hooks) {
      const recipe: TrainingRecipe = { budget, name, seed, after };
      const { record, model } = await jobs.run({ kind: "train", recipe, ...shared }, hooks) as Trained;
      keys.set(`${name} ${seed}`, model);
      return record;
    },
    async run({ experiment: { id, models }, seed }, hooks) {
      const tasks = models(budget).flatMap((name) => {
        const key = keys.get(`${name} ${seed}`);
        return key === undefined ? [] : [[name, key]];
      });
      const recipe: ExperimentRecipe = { budget, id, seed, models: Object.fromEntries(tasks) };
      return await jobs.run({ kind: "experiment", recipe, ...shared }, hooks) as ExperimentResult;
    },
  };
}
