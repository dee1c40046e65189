/// <reference lib="dom" />
/** The three workers: for what must follow a hand at once, for what trains, and for what measures. @module */

import type { Channel, Gallery } from "../messages.ts";
import { createClient, type Send } from "./client.ts";
import { changeEntry, gallery, reportError } from "./state.ts";

/** The worker's script, put here when the page is built. */
declare const WORKER_SCRIPT: string;

export const interactive: Send = startWorker();
export const trainer: Send = startWorker();
export const measurer: Send = startWorker();

/** Makes the same request of every worker; the result of the first. */
export const everywhere: Send = async (...request) =>
  (await Promise.all([interactive, trainer, measurer].map((send) => send(...request))))[0];

/**
 * Gives a model that was trained on `examples` to the workers, but for the one that it is from, and to the page; unless
 * examples of another shape have come meanwhile. What is asked of a worker later finds the model there, so nobody waits.
 */
export function shareModel(
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  { from, examples }: { from: Send; examples: Gallery | undefined },
): void {
  const now = gallery.value;
  if (now?.inputs !== examples?.inputs || now?.classes !== examples?.classes) return;
  for (const send of [interactive, trainer, measurer]) {
    if (send !== from) send("setModel", { name, bytes }).catch(reportError);
  }
  changeEntry(name, { bytes, done: 1 });
}

function startWorker(): Send {
  // from a blob, and not a module, so that the page works as a lone file too
  const url = URL.createObjectURL(new Blob([WORKER_SCRIPT], { type: "text/javascript" }));
  const worker = new Worker(url);
  const { send, fail } = createClient(worker as unknown as Channel);
  worker.onerror = (event) => {
    event.preventDefault();
    const message = `Cannot compute here: ${event.message || "the browser refuses the page its worker"}`;
    fail(message);
    reportError(new Error(message));
  };
  return send;
}
