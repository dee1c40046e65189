/** One of the workers of a pool: does jobs, one at a time. @module */

import { InputError } from "../../src/mod.ts";
import type { Job } from "../../src/jobs/job.ts";
import { perform } from "../../src/jobs/mod.ts";
import { compute } from "../cli/computing.ts";
import { UserError } from "../errors.ts";
import { sharedBench } from "./bench.ts";
import type { Answer, Order, Setting } from "./messages.ts";

const scope = self as unknown as {
  onmessage: (event: MessageEvent<Order>) => void;
  postMessage(answer: Answer): void;
};

/** Milliseconds between two messages of progress. */
const PAUSE = 100;

/** The kernels that run now: restarting them takes longer than a small job. */
let running = "";
let began: Promise<{ setting: Setting; shared: Awaited<ReturnType<typeof sharedBench>> }>;
let current = new AbortController();

scope.onmessage = ({ data: order }) => {
  if (order.kind === "begin") {
    began = begin(order.setting);
  } else if (order.kind === "stop") {
    current.abort();
  } else {
    current = new AbortController();
    const { signal } = current;
    done(order.job, signal).catch((error): Answer =>
      error === signal.reason ? { kind: "stopped" } : failure(error)
    ).then((answer) => scope.postMessage(answer));
  }
};

async function begin(setting: Setting): Promise<Awaited<typeof began>> {
  return { setting, shared: await sharedBench(setting) };
}

async function done(job: Job, signal: AbortSignal): Promise<Answer> {
  const { setting: { threads }, shared } = await began;
  const wanted = `${job.kernels} ${threads}`;
  if (running !== wanted) await compute({ kernels: job.kernels, threads });
  running = wanted;
  let lastReport = -Infinity;
  const result = await perform(job, {
    ...shared,
    signal,
    onProgress(part, doing) {
      const now = performance.now();
      if (now - lastReport < PAUSE) return;
      lastReport = now;
      scope.postMessage({ kind: "progress", part, doing });
    },
    note: (text) => scope.postMessage({ kind: "note", text }),
  });
  return { kind: "done", result: JSON.stringify(result) };
}

/** One sentence for an expected failure, the stack for a bug. */
function failure(error: unknown): Answer {
  const expected = error instanceof UserError || error instanceof InputError;
  const message = error instanceof Error
    ? expected ? error.message : error.stack ?? error.message
    : String(error);
  return { kind: "failed", message, expected };
}
