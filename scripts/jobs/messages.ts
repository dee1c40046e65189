/** Messages between the pool and its workers. @module */

import type { Batch } from "../../src/mod.ts";
import type { Job } from "../../src/jobs/job.ts";

/** What a worker knows before its first job. */
export interface Setting {
  /** Where inputs and results are, as `openStore` takes it. */
  readonly store: string;
  /** Threads of each worker. */
  readonly threads: number;
  /** Inputs in memory, by SHA-256: examples that all workers share, or bytes. */
  readonly inputs?: ReadonlyMap<string, Batch | Uint8Array<ArrayBuffer>>;
}

/** What a worker is to do; `stop` ends what it does, with the state saved. */
export type Order =
  | { readonly kind: "begin"; readonly setting: Setting }
  | { readonly kind: "do"; readonly job: Job }
  | { readonly kind: "stop" };

/** What a worker answers: progress and notes at times, and one of the others for each job. */
export type Answer =
  | { readonly kind: "progress"; readonly part: number; readonly doing: string }
  | { readonly kind: "note"; readonly text: string }
  /** The result as JSON, whoever reads it. */
  | { readonly kind: "done"; readonly result: string }
  | { readonly kind: "stopped" }
  /** `expected`: it would fail again, because the data or the recipe is at fault. */
  | { readonly kind: "failed"; readonly message: string; readonly expected: boolean };
