/// <reference lib="dom" />
/** The three workers: for what must follow a hand at once, for what trains, and for what measures. @module */

import type { Channel, FromWorker, Gallery, ToWorker } from "../messages.ts";
import { createClient, type Send } from "./client.ts";
import { attackResult, changeEntry, gallery, reportError } from "./state.ts";

/** The worker's script, put here when the page is built. */
declare const WORKER_SCRIPT: string;

export const interactive: Send = startWorker(Promise.resolve());
const first = firstAttack();
export const trainer: Send = startWorker(first);
export const measurer: Send = startWorker(first);

/** Makes the same request of every worker; the result of the first. */
export const requestAll: Send = async (...request) =>
  (await Promise.all([interactive, trainer, measurer].map((send) => send(...request))))[0];

/**
 * Gives a model that was trained on `examples` to the workers, except for the one that it is from, and to the page; unless
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

/** Milliseconds for which the first attack has the machine for itself, at most. */
const FIRST_ATTACK_TIME = 1500;

/** Resolves when the first attack is shown, or is not shown for long. */
function firstAttack(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, FIRST_ATTACK_TIME);
    attackResult.subscribe((result) => void (result && resolve()));
  });
}

/** A worker that starts when it is its turn; what is asked of it before waits. */
function startWorker(turn: Promise<void>): Send {
  let worker: Worker | undefined;
  const waiting: (ToWorker | FromWorker)[] = [];
  const channel: Channel = {
    postMessage: (message) => void (worker ? worker.postMessage(message) : waiting.push(message)),
    onmessage: null,
  };
  const { send, fail } = createClient(channel);
  void turn.then(() => {
    // from a blob, and not a module, so that the page works as a lone file too
    const url = URL.createObjectURL(new Blob([WORKER_SCRIPT], { type: "text/javascript" }));
    worker = new Worker(url);
    worker.onmessage = (event) => channel.onmessage?.(event);
    worker.onerror = (event) => {
      event.preventDefault();
      const message = `Cannot compute here: ${event.message || "the browser refuses the page its worker"}`;
      fail(message);
      reportError(new Error(message));
    };
    for (const message of waiting) worker.postMessage(message);
  });
  return send;
}
