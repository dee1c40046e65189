/** Many jobs that do not need each other. @module */

import type { Hooks } from "../paper/executor.ts";
import type { Job, Jobs } from "./job.ts";

/** What each of `list` comes to, in their order; when one fails the others are stopped. */
export async function doAll(
  jobs: Jobs,
  list: readonly Job[],
  { onProgress, signal }: Hooks,
): Promise<unknown[]> {
  const results = new Array<unknown>(list.length), parts = new Float64Array(list.length);
  const failed = new AbortController();
  const stop = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
  let [next, done] = [0, 0];
  const note = (i: number, part: number) => {
    done += part - parts[i];
    parts[i] = part;
    onProgress(done / list.length, "");
  };
  const lane = async () => {
    while (next < list.length) {
      stop.throwIfAborted();
      const i = next++;
      const hooks = { signal: stop, priority: i + 1, onProgress: (part: number) => note(i, part) };
      results[i] = await jobs.run(list[i], hooks);
      note(i, 1);
    }
  };
  const lanes = Array.from({ length: Math.min(jobs.width, list.length) }, lane);
  await Promise.all(lanes).catch(async (error) => {
    failed.abort(error);
    await Promise.allSettled(lanes);
    throw signal?.aborted ? signal.reason : error;
  });
  return results;
}
