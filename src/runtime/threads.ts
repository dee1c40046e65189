/** The threaded binaries and their workers, for programs that ask for more than one thread. @module */

import { baselinePacked, relaxedPatch } from "../../wasm/threads.ts";
import { bytesOf } from "./binary.ts";
import { Heap } from "./heap.ts";
import { workers } from "./team.ts";
import { provideThreads, type Variant } from "./variants.ts";

/** Modules that were compiled: the engine improves their code while they run, which a module made anew would lose. */
const modules = new Map<Variant, WebAssembly.Module>();

function moduleOf(variant: Variant): WebAssembly.Module {
  const module = modules.get(variant) ??
    new WebAssembly.Module(bytesOf({ baselinePacked, relaxedPatch }, variant));
  modules.set(variant, module);
  return module;
}

provideThreads((variant, threads, module) => {
  const { SharedArrayBuffer, crossOriginIsolated } = globalThis as {
    SharedArrayBuffer?: unknown;
    crossOriginIsolated?: boolean;
  };
  if (!SharedArrayBuffer || crossOriginIsolated === false) return;
  try {
    return new Heap(module ?? moduleOf(variant), variant, { threads, workers });
  } catch {
    return;
  }
});

export { threads } from "./variants.ts";
