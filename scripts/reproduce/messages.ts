/** What the pool and its workers say to each other. @module */

import type { Batch, Variant } from "../../src/mod.ts";
import type { Budget } from "../../src/paper/budgets.ts";
import type { ExperimentResult } from "../../src/paper/experiment.ts";
import type { TrainingRecord } from "../../src/paper/executor.ts";

/** What all of a worker's orders share. */
export interface Setting {
  /** In memory that all workers share. */
  readonly data: { readonly train: Batch; readonly test: Batch };
  readonly budget: Budget;
  readonly kernels: Variant;
  /** Threads of each worker. */
  readonly threads: number;
  /** Folder for models and states. */
  readonly folder: string;
}

/** What a worker is to do; `stop` ends what it does, with the state saved. */
export type Order =
  | { readonly kind: "begin"; readonly setting: Setting }
  | { readonly kind: "train"; readonly name: string; readonly seed: number; readonly after?: TrainingRecord }
  | {
    readonly kind: "run";
    readonly id: string;
    readonly seed: number;
    /** File of each model by name. */
    readonly files: Readonly<Record<string, string>>;
  }
  | { readonly kind: "stop" };

/** What a worker answers: progress and notes at times, and one of the others for each order but the first and the last. */
export type Answer =
  | { readonly kind: "progress"; readonly part: number; readonly doing: string }
  | { readonly kind: "note"; readonly text: string }
  | { readonly kind: "trained"; readonly record: TrainingRecord; readonly file: string }
  | { readonly kind: "outcome"; readonly outcome: ExperimentResult }
  | { readonly kind: "stopped" }
  | { readonly kind: "failed"; readonly message: string };
