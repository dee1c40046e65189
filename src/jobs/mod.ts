/** All kinds of jobs, and how one is done. @module */

import { experiment } from "./experiment.ts";
import { type Bench, type Job, jobId, type Kind } from "./job.ts";
import { readResult, writeResult } from "./store.ts";
import { robustnessPart } from "./robustness.ts";
import { training } from "./training.ts";

/** All kinds by name. */
export const kinds: Readonly<Record<string, Kind<never>>> = {
  train: training,
  experiment,
  robustness: robustnessPart,
};

/** What `job` does, as errors say it. */
export function actionOf({ kind, recipe }: Job): string {
  return kinds[kind].action(recipe as never);
}

/** What progress says is being done where a result was kept. */
export const KEPT = "kept";

/** What `job` comes to: the result that the store keeps of it, or else made now and kept. */
export async function perform(job: Job, bench: Bench): Promise<unknown> {
  const kind = kinds[job.kind];
  const id = job.code === undefined ? undefined : jobId(job);
  const kept = id && await readResult(bench.store, id);
  if (kept && (await kind.holds?.(kept.result, bench.store) ?? true)) {
    bench.onProgress(1, KEPT);
    return kept.result;
  }
  const result = await kind.perform(job as Job<never>, bench);
  if (id) await writeResult(bench.store, id, result);
  return result;
}
