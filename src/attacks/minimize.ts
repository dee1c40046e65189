/** L-BFGS within limits. @module */

import { dot } from "../constraints/angle.ts";

/** A function at a point, and its gradient there. */
export interface Evaluated {
  readonly value: number;
  readonly gradient: Float64Array;
}

/** Within which limits to look, and for how long. */
export interface MinimizeOptions {
  /** Minimum and maximum of each coordinate. */
  lo: Float64Array;
  hi: Float64Array;
  /** Steps at most. */
  iterations: number;
  /** Stops where a step gains less than this part of the value. */
  tolerance: number;
}

/** Pairs of steps and changes of gradient that stand for the curvature. */
const MEMORY = 7;
/** Part of the gain that the slope promises which a step must bring (Armijo's rule). */
const SUFFICIENT = 1e-4;
/** Halvings of a step before there is none. */
const HALVINGS = 30;

/**
 * The least point of a function that L-BFGS finds from `start` (Nocedal 1980), kept within limits by projection:
 * coordinates that lean on a limit are left out of the step. Yields points at which to evaluate the function, and is given
 * its value there: who runs it may run many at once.
 */
export function* minimize(
  start: Float64Array,
  { lo, hi, iterations, tolerance }: MinimizeOptions,
): Generator<Float64Array, Float64Array, Evaluated> {
  const within = (v: Float64Array) => v.map((value, i) => Math.min(Math.max(value, lo[i]), hi[i]));
  const pairs: Pair[] = [];
  let x: Float64Array = within(start);
  let at = yield x;
  for (let k = 0; k < iterations; k++) {
    const g = at.gradient.map((slope, i) =>
      (x[i] <= lo[i] && slope > 0) || (x[i] >= hi[i] && slope < 0) ? 0 : slope
    );
    const d = descent(g, pairs);
    for (let i = 0; i < d.length; i++) if (g[i] === 0) d[i] = 0;
    if (!(dot(d, g) < 0)) return x;
    let next: Float64Array | undefined;
    for (let halving = 0, t = 1; halving < HALVINGS; halving++, t /= 2) {
      const tried = within(x.map((value, i) => value + t * d[i]));
      const there = yield tried;
      const promised = tried.reduce((sum, value, i) => sum + g[i] * (value - x[i]), 0);
      if (!(there.value <= at.value + SUFFICIENT * promised) || promised >= 0) continue;
      remember(pairs, x, { tried, before: at.gradient, after: there.gradient });
      const gain = at.value - there.value;
      [next, at] = [tried, there];
      if (gain <= tolerance * Math.abs(there.value)) return tried;
      break;
    }
    if (!next) return x;
    x = next;
  }
  return x;
}

interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
  /** 1 / (s · y). */
  readonly rho: number;
}

/**
 * Keeps a step and what it did to the gradient. Where the function does not curve upward along it, older ones say nothing of
 * its shape either, and are forgotten.
 */
function remember(
  pairs: Pair[],
  x: Float64Array,
  { tried, before, after }: { tried: Float64Array; before: Float64Array; after: Float64Array },
): void {
  const s = tried.map((value, i) => value - x[i]);
  const y = after.map((slope, i) => slope - before[i]);
  const curvature = dot(s, y);
  if (!(curvature > 1e-12 * dot(y, y))) {
    pairs.length = 0;
    return;
  }
  pairs.push({ s, y, rho: 1 / curvature });
  if (pairs.length > MEMORY) pairs.shift();
}

/** −H·g with the inverse curvature H that the pairs describe, by two loops over them. */
function descent(g: Float64Array, pairs: readonly Pair[]): Float64Array {
  const q = g.slice();
  const add = (factor: number, v: Float64Array) => {
    for (let i = 0; i < q.length; i++) q[i] += factor * v[i];
  };
  const alphas = new Float64Array(pairs.length);
  for (let k = pairs.length - 1; k >= 0; k--) {
    alphas[k] = pairs[k].rho * dot(pairs[k].s, q);
    add(-alphas[k], pairs[k].y);
  }
  const last = pairs.at(-1);
  const scale = last ? 1 / (last.rho * dot(last.y, last.y)) : 1;
  for (let i = 0; i < q.length; i++) q[i] *= scale;
  pairs.forEach(({ s, y, rho }, k) => add(alphas[k] - rho * dot(y, q), s));
  for (let i = 0; i < q.length; i++) q[i] = -q[i];
  return q;
}
