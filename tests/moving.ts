/**
 * Memory that moves at every allocation, as it otherwise does only where it has to grow: a view of it that was taken before
 * is then detached, so that code which still uses one fails or gives other numbers. `deno test --preload` of this file puts
 * whole test files on such memory.
 *
 * @module
 */

import type { Exports } from "../wasm/exports.ts";

/** Whether memory moves. */
export const moving = { on: true };

const { Instance } = WebAssembly;

WebAssembly.Instance = new Proxy(Instance, {
  construct(_, [module, imports]: [WebAssembly.Module, WebAssembly.Imports?]) {
    const instance = new Instance(module, imports);
    const exports = instance.exports as unknown as Exports;
    // memory that threads share keeps its old views
    if (!exports.alloc || !(exports.memory.buffer instanceof ArrayBuffer)) return instance;
    const alloc = (bytes: number) => {
      const address = exports.alloc(bytes);
      // growing by nothing detaches all views
      if (moving.on) exports.memory.grow(0);
      return address;
    };
    return { exports: { ...exports, alloc } };
  },
});
