/** Whether the relaxed build is worth its other bits on this engine. @module */

import { Heap } from "./heap.ts";

/**
 * How much slower than the baseline's the relaxed product may look: what an engine has not yet optimised took 5.2 times as
 * long as what it has, and neither that nor noise may change the choice, because then the same program would give other bits
 * from one run to the next. Multiply-adds fused in software take longer still.
 */
const TOLERANCE = 10;
/** Time for both builds together, in milliseconds, and how often each is called: in some hosts the clock stands still. */
const BUDGET = 1, CALLS = { least: 3, most: 100 };
/** Rows, columns and depth of a product of some tens of microseconds. */
const SIDE = 48;

/**
 * Whether the module `relaxed` fuses multiply and add here, and is not plainly slower than `baseline` for it. Some engines
 * accept relaxed SIMD without fusing, and then there is nothing to gain.
 */
export function isFaster(relaxed: WebAssembly.Module, baseline: () => WebAssembly.Module): boolean {
  const relaxedHeap = new Heap(relaxed, "relaxed");
  if (!fuses(relaxedHeap)) return false;
  const baselineHeap = new Heap(baseline(), "baseline");
  const [time, timeBaseline] = [stopwatch(relaxedHeap), stopwatch(baselineHeap)];
  const start = performance.now();
  let [best, bestTheirs] = [Infinity, Infinity];
  // alternately, and the best of each: whatever else the machine does hits both
  const open = () => performance.now() - start < BUDGET;
  for (let i = 0; i < CALLS.least || (i < CALLS.most && open()); i++) {
    best = Math.min(best, time());
    bestTheirs = Math.min(bestTheirs, timeBaseline());
  }
  return best <= TOLERANCE * bestTheirs;
}

/** Whether −(1 + 2⁻¹¹) + (1 + 2⁻¹²)² is exactly 2⁻²⁴: the square alone would round to 1 + 2⁻¹¹. */
function fuses(heap: Heap): boolean {
  const out = new Float32Array(1), x = 1 + 2 ** -12;
  const a = Float32Array.of(-1 - 2 ** -11, x), b = Float32Array.of(1, x);
  heap.run("gemmNN", { out, a, b, accumulate: 0, m: 1, n: 1, k: 2 });
  return out[0] === 2 ** -24;
}

/** What times one product. */
function stopwatch(heap: Heap): () => number {
  const [out, a, b] = Array.from({ length: 3 }, () => heap.matrix(SIDE, SIDE));
  return () => {
    const start = performance.now();
    heap.run("gemmNN", { out, a, b, accumulate: 0, m: SIDE, n: SIDE, k: SIDE });
    return performance.now() - start;
  };
}
