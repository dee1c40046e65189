/// <reference lib="dom" />
/** The two workers: one answers at once, the other does what takes its time. @module */

import type { Line } from "../lab/exchanges.ts";
import { type Call, caller } from "./calls.ts";
import { changeEntry, complain } from "./state.ts";

/** The worker's script, put here when the page is built. */
declare const WORKER_SCRIPT: string;

/** What answers at once. */
export const bench: Call = startWorker();

/** What trains and measures. */
export const workshop: Call = startWorker();

/** Gives a model to the workers, but for the one that it is from, and to the page. */
export async function share(name: string, bytes: Uint8Array<ArrayBuffer>, from?: Call): Promise<void> {
  const others = [bench, workshop].filter((call) => call !== from);
  await Promise.all(others.map((call) => call("put", { name, bytes })));
  changeEntry(name, { bytes, done: 1 });
}

function startWorker(): Call {
  // from a blob, and not a module, so that the page works as a lone file too
  const url = URL.createObjectURL(new Blob([WORKER_SCRIPT], { type: "text/javascript" }));
  const worker = new Worker(url);
  const { call, fail } = caller(worker as unknown as Line);
  worker.onerror = (event) => {
    event.preventDefault();
    const message = `Cannot compute here: ${event.message || "the browser refuses the page its worker"}`;
    fail(message);
    complain(new Error(message));
  };
  return call;
}
