/** Jobs done by workers elsewhere, which take them from a queue. @module */

import type { Job as Task, QueueEvents } from "bullmq";
import type { Job, Jobs } from "../../src/jobs/job.ts";
import type { Hooks } from "../../src/paper/executor.ts";
import { jobId } from "../../src/jobs/job.ts";
import { actionOf, keptResult } from "../../src/jobs/mod.ts";
import type { Store } from "../../src/jobs/store.ts";
import { UserError } from "../errors.ts";
import { optional } from "./packages.ts";
import { CANCEL, QUEUE, serverAt } from "./redis.ts";

/** What a job of the queue holds. */
export interface TaskData {
  readonly job: Job;
}

/** How far a task of the queue is. */
export interface TaskProgress {
  readonly part: number;
  readonly doing: string;
}

/** Jobs that wait or are done at a time, at most: what a submitter remembers does not grow with the number of all. */
const WINDOW = 500;
/** How often a job is tried that fails for a reason which may pass, and milliseconds before the second time. */
const ATTEMPTS = 5, BACKOFF = 1000;
/** Tasks that the queue remembers when they are over, for its dashboard. */
const REMEMBERED = 1000;
/** Milliseconds between two polls of jobs without news, and how many jobs a poll asks about. */
const LOOK = 3000, LOOKED_AT = 50;
/** Milliseconds that a job has to save its state when it is stopped. */
const STOPPING = 15_000;
/** The lowest priority. */
const MAX_PRIORITY = 2 ** 21 - 1;

/** Jobs of a queue, and how many its workers do at a time. */
export interface Queued extends Jobs, AsyncDisposable {
  /** Jobs that the workers which are there now do at a time; 0 if there are none. */
  readonly slots: number;
}

/** A job that waits. */
interface Pending {
  readonly job: Job;
  readonly hooks: Hooks;
  /** Looks whether it is over, and submits it again if the queue has lost it. */
  look(): Promise<void>;
  /** What the queue says of it. */
  settle(failure?: string): Promise<void>;
}

/** Runs jobs by the workers of the queue at `url`, with results in `store`. */
export async function queued(
  { url, store, onNote }: { url: string; store: Store; onNote: (text: string) => void },
): Promise<Queued> {
  const server = await serverAt(url, onNote);
  const { Queue, QueueEvents } = await optional<typeof import("bullmq")>("bullmq", "use a queue");
  const connection = server.connect();
  const queue = new Queue<TaskData>(QUEUE, { connection });
  const events: QueueEvents = new QueueEvents(QUEUE, { connection: server.connect() });
  // an unreachable server is reported once, above
  queue.on("error", () => {});
  events.on("error", () => {});
  await events.waitUntilReady();
  const pending = new Map<string, Pending>();
  events.on("progress", ({ jobId, data }) => {
    const { part, doing } = data as unknown as TaskProgress;
    pending.get(jobId)?.hooks.onProgress(part, doing);
  });
  events.on("completed", ({ jobId }) => void pending.get(jobId)?.settle());
  events.on("failed", ({ jobId, failedReason }) => void pending.get(jobId)?.settle(failedReason));

  const submit = async (id: string, job: Job, priority: number) => {
    const before = await queue.getJob(id);
    const state = await before?.getState();
    // a finished task with the same id would block a new one
    if (state === "completed" || state === "failed") await before!.remove();
    else if (before) return;
    await queue.add(job.kind, { job }, {
      jobId: id,
      priority: Math.min(priority, MAX_PRIORITY),
      attempts: ATTEMPTS,
      backoff: { type: "exponential", delay: BACKOFF },
      removeOnComplete: { count: REMEMBERED },
      removeOnFail: { count: REMEMBERED },
    });
  };

  let looking = false;
  const timer = setInterval(async () => {
    if (looking) return;
    looking = true;
    for (const [id, each] of [...pending].slice(0, LOOKED_AT)) {
      await each.look().catch(() => {});
      // those that were not looked at come first the next time
      if (pending.delete(id)) pending.set(id, each);
    }
    looking = false;
  }, LOOK);

  const run = async (job: Job, hooks: Hooks): Promise<unknown> => {
    const { signal, priority = 1 } = hooks;
    signal?.throwIfAborted();
    const kept = await keptResult(job, store);
    if (kept) return kept.result;
    const id = jobId(job);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const settle = async (failure?: string) => {
      if (signal?.aborted) return reject(signal.reason);
      const found = await keptResult(job, store);
      if (found) resolve(found.result);
      else reject(new UserError(failure ?? `Cannot ${actionOf(job)}: the store has no result of it`));
    };
    const look = async () => {
      const task: Task | undefined = await queue.getJob(id);
      const state = await task?.getState();
      if (state === "completed" || await keptResult(job, store)) await settle();
      else if (state === "failed") await settle(task!.failedReason);
      // the server has forgotten it
      else if (!task && pending.has(id)) await submit(id, job, priority);
    };
    pending.set(id, { job, hooks, look, settle });
    const stop = async () => {
      const timer = setTimeout(() => reject(signal!.reason), STOPPING);
      promise.catch(() => {}).finally(() => clearTimeout(timer));
      const task = await queue.getJob(id);
      // a job in progress is locked: its worker is told to stop it
      const removed = await task?.remove().then(() => true, () => false);
      if (removed ?? true) reject(signal!.reason);
      else await connection.publish(CANCEL, id);
    };
    signal?.addEventListener("abort", stop);
    try {
      await submit(id, job, priority);
      return await promise;
    } finally {
      signal?.removeEventListener("abort", stop);
      pending.delete(id);
    }
  };

  return {
    width: WINDOW,
    slots: slotsOf(await queue.getWorkers()),
    run,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await Promise.all([queue.close(), events.close()]).catch(() => {});
      server.close();
    },
  };
}

/** The name of a worker that runs this many jobs at a time. */
export function workerName(concurrency: number): string {
  return `gibbon-${concurrency}`;
}

/** How many jobs workers of these names do at a time. */
function slotsOf(workers: readonly Readonly<Record<string, string>>[]): number {
  return workers.reduce((sum, each) => {
    const [, concurrency = "1"] = (each.rawname ?? each.name ?? "").match(/gibbon-(\d+)$/) ?? [];
    return sum + Number(concurrency);
  }, 0);
}
