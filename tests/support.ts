/** What tests share: closeness, numerical derivatives, seeded inputs, the builds of the kernels. */

import { assert } from "@std/assert";
import { Heap } from "../src/runtime/heap.ts";
import { withAdditions } from "../src/runtime/additions.ts";
import "../src/runtime/inlined.ts";
import { workers } from "../src/runtime/team.ts";
import type { Variant } from "../src/runtime/variants.ts";
import { type Matrix, matrix } from "../src/matrix.ts";
import { fillNormal, fillUniform, rng } from "../src/rng.ts";
import { bytesOf } from "../src/runtime/binary.ts";
import * as single from "../wasm/inline.ts";
import * as threaded from "../wasm/threads.ts";

/**
 * Passes if |actual[i] − expected[i]| ≤ tolerance · max(1, |expected[i]|) everywhere; a NaN or an infinity is close
 * to itself alone. Fails with the first index that is worst.
 */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number | { tolerance: number },
  message = "",
): void {
  const most = typeof tolerance === "number" ? tolerance : tolerance.tolerance;
  assertWithin(actual, expected, (i) => most * Math.max(1, Math.abs(expected[i])), message);
}

/** Passes if |actual[i] − expected[i]| ≤ tolerance(i) everywhere; a NaN or an infinity is close to itself alone. */
export function assertWithin(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: (i: number) => number,
  message = "",
): void {
  assert(
    actual.length === expected.length,
    `${message}: expected ${expected.length} numbers, got ${actual.length}`,
  );
  let worst = -1, excess = 0;
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(actual[i], expected[i]) || actual[i] === expected[i]) continue;
    const over = Math.abs(actual[i] - expected[i]) / tolerance(i);
    // NaN where one of the two is NaN, or both are infinite
    if (over <= 1 && Number.isFinite(expected[i])) continue;
    if (worst < 0 || !(over <= excess)) [worst, excess] = [i, over];
  }
  const [got, want] = [actual[worst], expected[worst]];
  assert(
    worst < 0,
    `${message}: expected ${want} ± ${worst < 0 ? 0 : tolerance(worst)} at ${worst}, got ${got}`,
  );
}

/**
 * The derivative of `f` in x[i] by central differences of step `h`; `x` is as it was afterwards. `f` is called with
 * `x`. Divides by the step that float32 took, not by the one asked for.
 */
export function centralDifference<X extends Float32Array | Float64Array | number[]>(
  f: (x: X) => number,
  x: X,
  i: number,
  h: number,
): number {
  const value = x[i];
  x[i] = value + h;
  const right = x[i], above = f(x);
  x[i] = value - h;
  const left = x[i], below = f(x);
  x[i] = value;
  return (above - below) / (right - left);
}

/** A matrix of numbers uniform in [lo, hi), always the same for the same seed. */
export function uniformMatrix(rows: number, cols: number, seed: number, { lo = -1, hi = 1 } = {}): Matrix {
  const m = matrix(rows, cols);
  fillUniform(m, rng(seed), { lo, hi });
  return m;
}

/** A matrix of normal deviates, always the same for the same seed. */
export function normalMatrix(
  rows: number,
  cols: number,
  seed: number,
  { mean = 0, deviation = 1 } = {},
): Matrix {
  const m = matrix(rows, cols);
  fillNormal(m, rng(seed), { mean, std: deviation });
  return m;
}

/** `n` labels in 0 … classes − 1, always the same for the same seed. */
export function randomLabels(n: number, classes: number, seed: number): Int32Array {
  const from = rng(seed);
  return Int32Array.from({ length: n }, () => from.below(classes));
}

/** The compiled module of a build, as a host that forbids compiling would hand it over. */
export function compiled(variant: Variant, { threads = 1 }: { threads?: number } = {}): WebAssembly.Module {
  const bytes = threads > 1 ? bytesOf(threaded, variant) : bytesOf(single, variant, withAdditions);
  return new WebAssembly.Module(bytes);
}

/** The builds. */
export const VARIANTS = ["baseline", "relaxed"] as const;

/** A heap of its own for each build, on one thread. */
export function freshHeaps(): Heap[] {
  return VARIANTS.map((variant) => new Heap(compiled(variant), variant));
}

/** A heap of its own whose workers are ready and take part in every call, however small. Give it back. */
export function threadedHeap(variant: Variant, threads: number): Heap {
  const heap = new Heap(compiled(variant, { threads }), variant, { threads, workers });
  const deadline = performance.now() + 20_000;
  // workers start on their own while this thread waits
  while (heap.team!.ready < threads - 1) {
    assert(
      performance.now() < deadline,
      `${heap.team!.ready} of ${threads - 1} workers are ready after 20 s`,
    );
  }
  heap.team!.least = 0;
  return heap;
}
