/** What the command line takes for granted in Deno, for Node and Bun. @module */

import { availableParallelism } from "node:os";
import * as threads from "node:worker_threads";
import { Deno as shim } from "@deno/shim-deno";

const own = globalThis as {
  Deno?: unknown;
  Worker?: unknown;
  navigator?: { hardwareConcurrency?: number };
  self?: unknown;
};

/** An error class by the system's code, for those that the shim does not tell apart. */
function coded(code: string) {
  return class extends Error {
    static override [Symbol.hasInstance](error: unknown): boolean {
      return error instanceof Error && (error as { code?: string }).code === code;
    }
  };
}

/** Deno's own where there is one. */
export const Deno: unknown = own.Deno ?? {
  ...shim,
  errors: {
    ...shim.errors,
    IsADirectory: coded("EISDIR"),
    NotADirectory: coded("ENOTDIR"),
    NotCapable: coded("none but Deno has this"),
  },
};

/** Node has it from version 21 on. */
export const navigator: unknown = own.navigator?.hardwareConcurrency
  ? own.navigator
  : { hardwareConcurrency: availableParallelism() };

/** The part of a browser's worker that is used, over Node's. */
class NodeWorker {
  readonly #worker: threads.Worker;
  onmessage?: (event: { data: unknown }) => void;
  onerror?: (event: { message: string; preventDefault(): void }) => void;

  constructor(module: URL) {
    this.#worker = new threads.Worker(module);
    this.#worker.on("message", (data) => this.onmessage?.({ data }));
    this.#worker.on("error", ({ message }: Error) => this.onerror?.({ message, preventDefault() {} }));
  }

  postMessage(message: unknown): void {
    this.#worker.postMessage(message);
  }

  terminate(): void {
    void this.#worker.terminate();
  }
}

/** A worker as browsers, Deno and Bun have it. */
export const Worker: unknown = own.Worker ?? NodeWorker;

/** The scope of such a worker, within it. */
export const self: unknown = own.self ?? {
  set onmessage(listener: (event: { data: unknown }) => void) {
    threads.parentPort?.on("message", (data) => listener({ data }));
  },
  postMessage: (message: unknown) => threads.parentPort?.postMessage(message),
};
