/** What a heap knows of threads: workers on its memory. @module */

import type { Exports } from "../../wasm/exports.ts";
import type { Kernel } from "./kernel.ts";

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

/** What a threaded binary needs. */
export interface Workers {
  /** A memory that workers share. @throws where there is none */
  memory(): WebAssembly.Memory;
  /**
   * Starts so many workers on the memory of `heap`, an instance of `module`; they end when nothing holds it.
   *
   * @throws where there are none, or they cannot share memory
   */
  start(heap: { readonly exports: Exports }, module: WebAssembly.Module, count: number): Team;
}

/** The reason that threads need their own entry. */
export const NO_THREADS =
  "threads are apart, so that programs of one thread stay small; import @gibbon/gibbon/threads first";
