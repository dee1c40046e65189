/** What a heap knows of threads: the interface of its workers, and the memory that they share. @module */

import type { ThreadExports } from "../../wasm/exports.ts";
import type { Kernel } from "./kernel.ts";

/** Pages of 64 KiB that a memory has at first, and may have, as the threaded binaries declare them. */
const PAGES = { initial: 16, maximum: 32768 };

/** Workers that take parts of kernels' calls: see `team.ts`. */
export interface Team {
  /** How many take jobs now. */
  readonly ready: number;
  /** Kernels that would take one thread fewer nanoseconds are not split. */
  least: number;
  /** What `kernel` returns, called with `args`; or the sum of what it returns for the parts. */
  run(kernel: Kernel, args: readonly number[]): number | void;
  /** Ends the workers. */
  close(): void;
}

/** Starts so many workers on a threaded binary. @throws where there are none, or they cannot share memory */
export type StartTeam = (module: WebAssembly.Module, exports: ThreadExports, workers: number) => Team;

/** A memory for several threads. @throws where there is none */
export function sharedMemory(): WebAssembly.Memory {
  return new WebAssembly.Memory({ ...PAGES, shared: true });
}

/** The reason that threads need their own entry. */
export const NO_THREADS =
  "threads are apart, so that programs of one thread stay small; import @gibbon/gibbon/threads first";
