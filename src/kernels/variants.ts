/** Which binary runs. @module */

import { baseline, relaxed } from "../../wasm/inline.ts";
import { Heap, type Operand, Resident } from "./heap.ts";

/** The builds of the kernels: `baseline` gives the same bytes on every engine, `relaxed` fuses multiply and add. */
export type Variant = "baseline" | "relaxed";

const inlined: Record<Variant, string> = { baseline, relaxed };

let current: Heap | undefined;

/** What `init` takes. */
export interface InitOptions {
  /** Build to use; default `"baseline"`. */
  kernels?: Variant;
  /** A compiled module of that build, for hosts that forbid compiling at run time. */
  module?: WebAssembly.Module;
}

/**
 * Chooses the kernels for everything made from now on. Without it, the baseline build starts at first use.
 * Models made before go on as they were.
 *
 * @example
 * ```ts
 * import { init, kernels } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * init({ kernels: "baseline" });
 * assertEquals(kernels(), "baseline");
 * ```
 *
 * @throws {TypeError} if `kernels` is none of the builds, or the engine lacks what the build needs
 */
export function init({ kernels = "baseline", module }: InitOptions = {}): void {
  if (!Object.hasOwn(inlined, kernels)) {
    throw new TypeError(`Cannot start kernels "${kernels}": expected ${Object.keys(inlined).join(" or ")}`);
  }
  try {
    current = new Heap(module ?? new WebAssembly.Module(bytes(inlined[kernels])), kernels);
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error;
    throw new TypeError(
      `Cannot start kernels "${kernels}": this engine does not run them (${error.message})`,
    );
  }
}

/** The build in use. */
export function kernels(): string {
  return heap().kernels;
}

/** The heap in use, started if need be. */
export function heap(): Heap {
  if (!current) init();
  return current!;
}

/** The heap that the first resident operand lives in, or the one in use. */
export function heapOf(...operands: readonly Operand[]): Heap {
  const resident = operands.find((operand) => operand instanceof Resident);
  return resident ? resident.heap : heap();
}

function bytes(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const result = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) result[i] = text.charCodeAt(i);
  return result;
}
