/** Many tiny jobs: how many a second, and how much memory the submitting process takes. @module */

import type { CertificateRecipe } from "../../../src/jobs/certificates.ts";
import { doAll } from "../../../src/jobs/all.ts";
import { writeBatch } from "../../../src/jobs/inputs.ts";
import type { Job, Jobs } from "../../../src/jobs/job.ts";
import { dataKey, type Store } from "../../../src/jobs/store.ts";
import { batch, matrix, model, saveModel, softmaxLinear } from "../../../src/mod.ts";
import { codeVersion, NAMING } from "../../jobs/code.ts";
import { pool } from "../../jobs/pool.ts";
import { queued } from "../../jobs/queue.ts";
import { folderStore } from "../../jobs/stores.ts";
import { startServer, startWorker } from "./processes.ts";

/** A measurement after a number of jobs. */
export interface Seen {
  readonly jobs: number;
  /** Jobs a second from the first that was done on. */
  readonly rate: number;
  /** Bytes of this process's memory, and of its JavaScript values. */
  readonly rss: number;
  readonly heap: number;
}

/** When to measure, as fractions of all jobs. */
const LOOKS = [0.1, 0.25, 0.5, 0.75, 1];

/** `count` jobs of one example each, whose inputs are in `store`. */
async function tinyJobs(store: Store, count: number): Promise<Job[]> {
  using small = model(softmaxLinear({ inputs: 2, classes: 2 }));
  const [bytes, examples] = [saveModel(small), batch({ x: matrix(1, 2), labels: [0], classes: 2 })];
  const inputs = { model: await NAMING.bytes(bytes), examples: await NAMING.batch(examples) };
  await store.put(dataKey(inputs.model), bytes);
  await store.put(dataKey(inputs.examples), writeBatch(examples));
  const shared = { kind: "certificates", inputs, kernels: "baseline", code: await codeVersion() } as const;
  return Array.from({ length: count }, (_, i): Job<CertificateRecipe> => ({
    ...shared,
    recipe: {
      // different sizes, so that no job reuses the result of another
      constraint: { epsilon: 0.1 + i / count, norm: "Linf" },
      ...{ method: "auto", timeLimit: 1, restarts: 0, rows: [0] },
    },
  }));
}

/** Measurements while `jobs` runs `list`. */
async function watch(
  jobs: Jobs,
  list: readonly Job[],
  onSeen: (seen: Seen) => void,
): Promise<void> {
  const looks = LOOKS.map((part) => Math.ceil(part * list.length));
  let start: number | undefined;
  await doAll(jobs, list, {
    onProgress(part) {
      start ??= performance.now();
      const done = Math.round(part * list.length);
      if (done < looks[0]) return;
      looks.shift();
      // collects garbage first, so that only what is in use counts
      (globalThis as { gc?: () => void }).gc?.();
      const { rss, heapUsed: heap } = Deno.memoryUsage();
      onSeen({ jobs: done, rate: done / ((performance.now() - start) / 1000), rss, heap });
    },
  });
}

/** Runs `count` tiny jobs by a queue with this number of workers. */
export async function tinyByQueue(
  { count, workers, onSeen }: { count: number; workers: number; onSeen: (seen: Seen) => void },
): Promise<void> {
  await using place = await startServer();
  await using processes = new AsyncDisposableStack();
  const folder = `${place.folder}/store`, store = folderStore(folder);
  const list = await tinyJobs(store, count);
  for (let i = 0; i < workers; i++) processes.use(startWorker(place.url, folder));
  await using queue = await queued({ url: place.url, store, onNote() {} });
  await watch(queue, list, onSeen);
}

/** Runs `count` tiny jobs in this process with this number of workers. */
export async function tinyInProcess(
  { count, workers, onSeen }: { count: number; workers: number; onSeen: (seen: Seen) => void },
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const list = await tinyJobs(folderStore(folder), count);
    using jobs = pool({ store: folder, threads: 1 }, { jobs: workers });
    await watch(jobs, list, onSeen);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
