/** Many tiny jobs: how many a second, and how much memory who submits them takes meanwhile. @module */

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

/** What was seen when so many jobs were done. */
export interface Seen {
  readonly jobs: number;
  /** Jobs a second from the first that was done on. */
  readonly rate: number;
  /** Bytes that this process has in memory, and those of them that its values take. */
  readonly rss: number;
  readonly heap: number;
}

/** Where to look, in parts of all. */
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
      // each its own, so that none is the result of another
      constraint: { epsilon: 0.1 + i / count, norm: "Linf" },
      ...{ method: "auto", timeLimit: 1, restarts: 0, rows: [0] },
    },
  }));
}

/** What is seen while `jobs` does `list`. */
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
      // what is left when nothing but what is in use is
      (globalThis as { gc?: () => void }).gc?.();
      const { rss, heapUsed: heap } = Deno.memoryUsage();
      onSeen({ jobs: done, rate: done / ((performance.now() - start) / 1000), rss, heap });
    },
  });
}

/** Does `count` tiny jobs by a queue with so many workers. */
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

/** Does `count` tiny jobs in this process by so many workers. */
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
