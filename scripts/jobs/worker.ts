/** One of the workers of a pool: does jobs, one at a time. @module */

import { type Batch, InputError } from "../../src/mod.ts";
import type { Bench, Job } from "../../src/jobs/job.ts";
import { inputsFrom } from "../../src/jobs/inputs.ts";
import { perform } from "../../src/jobs/mod.ts";
import { compute } from "../cli/computing.ts";
import { UserError } from "../errors.ts";
import { sha256 } from "../sha256.ts";
import type { Answer, Order, Setting } from "./messages.ts";
import { openStore } from "./stores.ts";

const scope = self as unknown as {
  onmessage: (event: MessageEvent<Order>) => void;
  postMessage(answer: Answer): void;
};

/** Milliseconds between two messages of progress. */
const PAUSE = 100;
/** Milliseconds of work between two looks at what was sent. */
const TURN = 50;

let began: Promise<{ setting: Setting; at: Pick<Bench, "store" | "batch" | "bytes"> }>;
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
  const store = await openStore(setting.store);
  const inputs: ReadonlyMap<string, Batch | Uint8Array<ArrayBuffer>> = setting.inputs ?? new Map();
  return { setting, at: { store, ...inputsFrom(store, inputs, sha256) } };
}

async function done(job: Job, signal: AbortSignal): Promise<Answer> {
  const { setting: { threads }, at } = await began;
  await compute({ kernels: job.kernels, threads });
  const result = await perform(job, { ...at, ...hooksOf(signal) });
  return { kind: "done", result: JSON.stringify(result) };
}

function hooksOf(signal: AbortSignal): Omit<Bench, "store" | "batch" | "bytes"> {
  let [told, turned] = [-Infinity, performance.now()];
  const now = () => performance.now();
  return {
    signal,
    now,
    onProgress(part, doing) {
      if (now() - told < PAUSE) return;
      told = now();
      scope.postMessage({ kind: "progress", part, doing });
    },
    note: (text) => scope.postMessage({ kind: "note", text }),
    async turn() {
      if (now() - turned < TURN) return;
      await new Promise((resolve) => setTimeout(resolve, 0));
      turned = now();
      signal.throwIfAborted();
    },
  };
}

/** One sentence for what was to be expected, the stack for what is a bug. */
function failure(error: unknown): Answer {
  const expected = error instanceof UserError || error instanceof InputError;
  const message = error instanceof Error
    ? expected ? error.message : error.stack ?? error.message
    : String(error);
  return { kind: "failed", message, expected };
}
