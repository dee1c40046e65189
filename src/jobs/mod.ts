/** All kinds of jobs, and how one is done. @module */

import { certificates, table } from "./certificates.ts";
import { experiment } from "./experiment.ts";
import { type Bench, type Job, jobId, type Kind } from "./job.ts";
import { readResult, type Store, writeResult } from "./store.ts";
import { robustnessPart } from "./robustness.ts";
import { training } from "./training.ts";

/** All kinds by name. */
export const kinds: Readonly<Record<string, Kind<never>>> = {
  train: training,
  experiment,
  robustness: robustnessPart,
  certificates,
  table,
};

/** What `job` does, as errors say it. */
export function actionOf({ kind, recipe }: Job): string {
  return kinds[kind].action(recipe as never);
}

/** What progress says is being done where a result was kept. */
export const KEPT = "kept";

/** What `store` keeps of the result of `job`; nothing if it keeps none that still serves. */
export async function keptResult(job: Job, store: Store): Promise<{ result: unknown } | undefined> {
  if (job.code === undefined) return undefined;
  const kept = await readResult(store, jobId(job));
  return kept && (await kinds[job.kind].holds?.(kept.result, store) ?? true) ? kept : undefined;
}

/** What `job` comes to: the result that the store keeps of it, or else made now and kept. */
export async function perform(job: Job, bench: Bench): Promise<unknown> {
  const kept = await keptResult(job, bench.store);
  if (kept) {
    bench.onProgress(1, KEPT);
    return kept.result;
  }
  const result = await kinds[job.kind].perform(job as Job<never>, bench);
  if (job.code !== undefined) await writeResult(bench.store, jobId(job), result);
  return result;
}
