/** How far features may go, distances, balls and planes within bounds: one example at a time, in double. @module */

import type { Constraint, Norm } from "../constraints/constraint.ts";
import { projectL1, projectL2 } from "../constraints/norms.ts";
import type { Matrix } from "../matrix.ts";

/** What bounds a search for the nearest input, whatever the size. */
export interface Reach {
  readonly norm: Norm;
  readonly inputs: number;
  readonly lo: Float32Array;
  readonly hi: Float32Array;
  /** How far a feature goes while another goes 1; 0 if it stays. 1 but in L∞ with a size for each feature. */
  readonly pace: Float64Array;
  /** Numbers of one example to work with: a difference to where it starts, and the box around that. */
  readonly d: Float64Array;
  readonly least: Float64Array;
  readonly greatest: Float64Array;
}

/** The reach of a constraint in a norm. */
export function reach({ inputs, norm, epsilon, lo, hi, fixed }: Constraint): Reach {
  const most = typeof epsilon === "number" ? 1 : epsilon.reduce((a, b) => Math.max(a, b), 0);
  const pace = Float64Array.from({ length: inputs }, (_, i) => {
    if (fixed?.[i]) return 0;
    return typeof epsilon === "number" ? 1 : most > 0 ? epsilon[i] / most : 0;
  });
  const room = () => new Float64Array(inputs);
  return { norm: norm as Norm, inputs, lo, hi, pace, d: room(), least: room(), greatest: room() };
}

/** The distance between row `i` of `x` and row `k` of `own`. */
export function distance(
  { norm, inputs, pace }: Reach,
  [x, i]: [Matrix, number],
  [own, k]: [Matrix, number],
): number {
  const { data: a } = x, { data: b } = own;
  let sum = 0;
  for (let j = 0, p = i * inputs, q = k * inputs; j < inputs; j++, p++, q++) {
    const d = Math.abs(a[p] - b[q]);
    if (d === 0) continue;
    if (norm === "Linf") sum = Math.max(sum, d / pace[j]);
    else sum += norm === "L2" ? d * d : d;
  }
  return norm === "L2" ? Math.sqrt(sum) : sum;
}

/** The norm of a gradient that is dual to the distance: how fast a function rises at most. */
export function dualNorm({ norm, inputs, pace }: Reach, { data }: Matrix, i: number): number {
  let sum = 0;
  for (let j = 0, p = i * inputs; j < inputs; j++, p++) {
    const g = Math.abs(data[p]) * pace[j];
    if (norm === "L1") sum = Math.max(sum, g);
    else sum += norm === "L2" ? g * g : g;
  }
  return norm === "L2" ? Math.sqrt(sum) : sum;
}

/** The length of the difference at hand. */
export function lengthOf({ norm, d, pace }: Reach): number {
  let sum = 0;
  for (let j = 0; j < d.length; j++) {
    if (d[j] === 0) continue;
    const far = Math.abs(d[j]);
    if (norm === "Linf") sum = Math.max(sum, far / pace[j]);
    else sum += norm === "L2" ? far * far : far;
  }
  return norm === "L2" ? Math.sqrt(sum) : sum;
}

/** Writes the room of row `i` of `from` to `least` and `greatest`. */
export function surround(
  { inputs, lo, hi, pace, least, greatest }: Reach,
  { data }: Matrix,
  i: number,
): void {
  for (let j = 0, p = i * inputs; j < inputs; j++, p++) {
    least[j] = pace[j] > 0 ? lo[j] - data[p] : 0;
    greatest[j] = pace[j] > 0 ? hi[j] - data[p] : 0;
  }
}

/** Writes row `i` of `out` = row `i` of `own` + `d`, clipped; a difference of 0 leaves the bits. */
export function place({ inputs, lo, hi, d }: Reach, out: Matrix, own: Matrix, i: number): void {
  const { data } = out, { data: x } = own;
  for (let j = 0, p = i * inputs; j < inputs; j++, p++) {
    const value = d[j] === 0 ? x[p] : Math.fround(x[p] + d[j]);
    data[p] = value < lo[j] ? lo[j] : value > hi[j] ? hi[j] : value;
  }
}

/** Writes over `d` the nearest point of the ball of this size within the room. */
export function toBall(within: Reach, size: number): void {
  const { norm, d, least, greatest, pace } = within;
  if (norm === "L2") return projectL2({ d, lo: least, hi: greatest }, size);
  if (norm === "L1") return projectL1({ d, lo: least, hi: greatest }, size);
  for (let j = 0; j < d.length; j++) {
    const far = pace[j] > 0 ? size * pace[j] : 0;
    d[j] = Math.min(Math.max(d[j], -far, least[j]), far, greatest[j]);
  }
}

/**
 * Writes to `d` the shortest difference within the room at which a·d = `gap`, a being row `i` of `slopes`; where none
 * reaches it, the one that comes nearest. Tells whether it is reached. In L∞ and L2 d is min(room, t·pace) or min(room, t·|a|) in the direction of each
 * slope, t found by Newton's steps from below (a·d is concave in t); in L1 the greatest slopes go first.
 */
export function toPlane(within: Reach, { data }: Matrix, i: number, gap: number): boolean {
  const { norm, inputs, pace, d, least, greatest } = within;
  const sign = gap < 0 ? -1 : 1, first = i * inputs;
  const slope = (j: number) => sign * data[first + j];
  const room = (j: number) => slope(j) > 0 ? greatest[j] : -least[j];
  d.fill(0);
  const left = Math.abs(gap);
  if (!(left > 0 && left < Infinity)) return left === 0;
  if (norm === "L1") return greedily(within, { slope, room, left });
  const speed = (j: number) => norm === "Linf" ? pace[j] : pace[j] > 0 ? Math.abs(slope(j)) : 0;
  for (let t = 0, rounds = 0; rounds < 100; rounds++) {
    let reached = 0, rate = 0;
    for (let j = 0; j < inputs; j++) {
      const a = Math.abs(slope(j)), v = speed(j);
      if (!(a * v > 0)) continue;
      const limit = room(j);
      if (t * v < limit) reached += a * t * v, rate += a * v;
      else reached += a * limit;
    }
    const next = rate > 0 ? t + (left - reached) / rate : Infinity;
    if (next > t * (1 + 1e-15) && next < Infinity) {
      t = next;
      continue;
    }
    for (let j = 0; j < inputs; j++) {
      const a = slope(j), v = speed(j);
      if (Math.abs(a) * v > 0) d[j] = (a > 0 ? 1 : -1) * Math.min(room(j), rate > 0 ? t * v : Infinity);
    }
    return rate > 0;
  }
  return false;
}

/** In L1: the features of the greatest slopes to their limits, the last as far as is needed; by quickselect. */
function greedily(
  { inputs, pace, d }: Reach,
  { slope, room, left }: { slope: (j: number) => number; room: (j: number) => number; left: number },
): boolean {
  const size = (j: number) => Math.abs(slope(j));
  const go = (j: number, far: number) => d[j] = slope(j) > 0 ? far : -far;
  let open = Int32Array.from({ length: inputs }, (_, j) => j)
    .filter((j) => pace[j] > 0 && size(j) > 0 && room(j) > 0);
  while (open.length > 0) {
    const pivot = size(open[open.length >> 1]);
    const above = open.filter((j) => size(j) > pivot);
    const gain = above.reduce((sum, j) => sum + size(j) * room(j), 0);
    if (gain >= left && above.length > 0) {
      open = above;
      continue;
    }
    for (const j of above) go(j, room(j));
    left -= gain;
    for (const j of open) {
      if (size(j) !== pivot) continue;
      const far = Math.min(room(j), left / pivot);
      if (far > 0) go(j, far);
      left -= far * pivot;
      if (left <= 0) return true;
    }
    open = open.filter((j) => size(j) < pivot);
  }
  return false;
}
