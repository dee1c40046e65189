/** A worker of a queue: takes jobs from it, and does them in a pool. @module */

import { KEPT } from "../../src/jobs/mod.ts";
import { codeVersion } from "./code.ts";
import { optional } from "./packages.ts";
import { JobError, pool } from "./pool.ts";
import { type TaskData, type TaskProgress, workerName } from "./queue.ts";
import { CANCEL, QUEUE, type Server, serverAt } from "./redis.ts";

/** How a worker works. */
export interface ServeOptions {
  /** Address of the queue. */
  url: string;
  /** Name of the store. */
  store: string;
  /** Jobs at a time. */
  concurrency: number;
  /** Threads of each. */
  threads: number;
  /** Seconds without a sign of a worker, after which its job goes to another. */
  lostAfter: number;
  onNote: (text: string) => void;
  /** Called when a job starts or ends, with its outcome, kind and id. */
  onJob: (state: JobState, what: string) => void;
  /** Ends the worker; other workers do its jobs. */
  signal: AbortSignal;
}

/** What a worker says of a job: that it begins, that it is done, or that the store had what another had done. */
export type JobState = "begun" | "done" | "kept";

/** Characters of SHA-256 that people are shown. */
const SHOWN = 12;
/**
 * How many workers may be lost during one job before it counts as failed: limited, because the job may be the cause.
 */
const LOSSES = 100;
/** Milliseconds between two messages about a job's progress. */
const PAUSE = 1000;

/** Takes jobs from the queue until `signal` ends it. */
export async function serve(
  { url, store, concurrency, threads, lostAfter, onNote, onJob, signal }: ServeOptions,
): Promise<void> {
  const server: Server = await serverAt(url, onNote);
  const { UnrecoverableError, WaitingError, Worker } = await optional<typeof import("bullmq")>(
    "bullmq",
    "use a queue",
  );
  const code = await codeVersion();
  using workers = pool({ store, threads }, { jobs: concurrency, onNote });
  const listener = server.connect();
  const cancelled = new Map<string, AbortController>();
  await listener.subscribe(CANCEL);
  listener.on("message", (_, id: string) => cancelled.get(id)?.abort());
  const worker = new Worker<TaskData>(QUEUE, async (task, token) => {
    const { job } = task.data, id = task.id!;
    if (job.code !== code) {
      throw new UnrecoverableError(
        `Cannot do the job: its code is ${job.code?.slice(0, SHOWN)}, and that of a worker that took it ${
          code.slice(0, SHOWN)
        }; start all from the same version`,
      );
    }
    const own = new AbortController();
    cancelled.set(id, own);
    const what = `${job.kind} ${id.slice(0, SHOWN)}`;
    let [lastReport, state]: [number, JobState] = [-Infinity, "done"];
    onJob("begun", what);
    try {
      await workers.run(job, {
        signal: AbortSignal.any([signal, own.signal]),
        onProgress(part, doing) {
          if (doing === KEPT) state = "kept";
          const now = performance.now();
          if (now - lastReport < PAUSE) return;
          lastReport = now;
          task.updateProgress({ part, doing } satisfies TaskProgress).catch(() => {});
        },
      });
      onJob(state, what);
    } catch (error) {
      if (own.signal.aborted) throw new UnrecoverableError("it was cancelled");
      if (signal.aborted) {
        await task.moveToWait(token);
        throw new WaitingError();
      }
      if (error instanceof JobError && error.final) throw new UnrecoverableError(error.message);
      throw error;
    } finally {
      cancelled.delete(id);
    }
  }, {
    connection: server.connect(),
    name: workerName(concurrency),
    concurrency,
    lockDuration: 1000 * lostAfter,
    stalledInterval: 500 * lostAfter,
    maxStalledCount: LOSSES,
  });
  worker.on("error", () => {});
  onNote(`code ${code.slice(0, SHOWN)} takes jobs from ${server.shown}, ${concurrency} at a time`);
  worker.on(
    "failed",
    (task, error) => onNote(`${task?.name} ${task?.id?.slice(0, SHOWN)} failed: ${error.message}`),
  );
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
  await worker.close();
  server.close();
}
