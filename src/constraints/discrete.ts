/** Inputs that take single values: one-hot groups and grids, within what a norm leaves to them. @module */

import type { Constraint } from "./constraint.ts";
import { keepLargest } from "./norms.ts";

/** A change of category that an attack wants, and how much it wants it. */
interface Change {
  readonly group: Int32Array;
  readonly from: number;
  readonly to: number;
  readonly gain: number;
}

/** Allowance for rounding in double. */
const TINY = 1e-12;

/**
 * Moves `x`, one example within the ball and the bounds around `original`, to grids and groups, still within both: each group to
 * its greatest value, where the norm allows the change, the most wanted first; then what is left of the norm is shared by
 * the other features, each rounded to the nearest value of its grid, and back toward `original` where that is too far.
 */
export function discretize(constraint: Constraint, x: Float32Array, original: Float32Array): void {
  const { norm, oneHot, inputs } = constraint;
  const size = typeof constraint.epsilon === "number" ? constraint.epsilon : NaN;
  const cost = norm === "L2"
    ? (d: number) => d * d
    : norm === "L0"
    ? (d: number) => Number(d !== 0)
    : Math.abs;
  const limit = norm === "L2" ? size * size : norm === "L1" || norm === "L0" ? size : Infinity;
  let spent = 0;
  const grouped = new Uint8Array(oneHot.length > 0 ? inputs : 0);
  for (const { group, from, to } of changes(constraint, x, original)) {
    if (spent + 2 > limit) break;
    spent += 2;
    for (const i of group) x[i] = 0;
    x[to] = 1, x[from] = 0;
  }
  for (const group of oneHot) for (const i of group) grouped[i] = 1;
  if (spent > 0) shrink(constraint, x, original, { grouped, limit: limit - spent, cost });
  toGrid(constraint, x, original, { grouped, limit: (limit - spent) * (1 + TINY), cost });
}

/** The changes of category in order of what they gain; groups that do not change are put back. */
function changes(
  { norm, epsilon, oneHot, fixed, lo, hi }: Constraint,
  x: Float32Array,
  original: Float32Array,
) {
  const free = (i: number) => {
    if (fixed?.[i] || lo[i] > 0 || hi[i] < 1) return false;
    return norm !== "Linf" || (typeof epsilon === "number" ? epsilon : epsilon[i]) >= 1;
  };
  const found: Change[] = [];
  for (const group of oneHot) {
    const from = group.find((i) => original[i] === 1)!;
    let to = from;
    if (free(from)) { for (const i of group) if (x[i] > x[to] && free(i)) to = i; }
    if (to !== from) found.push({ group, from, to, gain: x[to] - x[from] });
    for (const i of group) x[i] = original[i];
  }
  return found.sort((a, b) => b.gain - a.gain);
}

/** What is left of the norm, and how it counts. */
interface Remainder {
  readonly grouped: Uint8Array;
  readonly limit: number;
  readonly cost: (d: number) => number;
}

/** Pulls the features that are in no group toward `original`, in L0 those that moved least all the way, until they fit what is left. */
function shrink(
  { inputs, norm }: Constraint,
  x: Float32Array,
  original: Float32Array,
  { grouped, limit, cost }: Remainder,
): void {
  let total = 0;
  for (let i = 0; i < inputs; i++) if (!grouped[i]) total += cost(x[i] - original[i]);
  if (total <= limit) return;
  if (norm === "L0") {
    const d = Float64Array.from(x, (value, i) => grouped[i] ? 0 : value - original[i]);
    keepLargest(d, d.map(Math.abs), limit);
    for (let i = 0; i < inputs; i++) if (!grouped[i] && d[i] === 0) x[i] = original[i];
    return;
  }
  const part = (norm === "L2" ? Math.sqrt(limit / total) : limit / total) * (1 - 1e-6);
  for (let i = 0; i < inputs; i++) {
    if (!grouped[i]) {
      x[i] = part > 1e-6 ? Math.fround(original[i] + part * (x[i] - original[i])) : original[i];
    }
  }
}

/** Rounds to grids, within what the norm leaves. */
function toGrid(
  { norm, epsilon, grid, inputs, lo, hi, fixed }: Constraint,
  x: Float32Array,
  original: Float32Array,
  { grouped, limit, cost }: Remainder,
): void {
  if (!grid) return;
  let total = 0;
  // roundings away from `original`: how far, what the way back saves
  const away: { i: number; excess: number; back: number; saves: number }[] = [];
  for (let i = 0; i < inputs; i++) {
    const steps = grid[i];
    if (steps === 0 || fixed?.[i]) {
      if (!grouped[i]) total += cost(x[i] - original[i]);
      continue;
    }
    const home = Math.round(original[i] * steps), wanted = x[i] * steps;
    let k = Math.round(wanted);
    if (norm === "Linf") {
      const maxSteps = Math.floor((typeof epsilon === "number" ? epsilon : epsilon[i]) * steps * (1 + TINY));
      k = Math.min(Math.max(k, home - maxSteps), home + maxSteps);
    }
    const inward = k > home ? -1 : 1;
    while (k !== home && (Math.fround(k / steps) < lo[i] || Math.fround(k / steps) > hi[i])) k += inward;
    const d = (k - home) / steps;
    total += cost(d);
    if (k !== home && Math.abs(k - home) > Math.abs(wanted - home)) {
      const back = k + inward;
      away.push({
        i,
        excess: Math.abs(k - wanted),
        back,
        saves: cost(d) - cost((back - home) / steps),
      });
    }
    x[i] = k === home ? original[i] : Math.fround(k / steps);
  }
  if (total <= limit) return;
  for (const { i, back, saves } of away.sort((a, b) => b.excess - a.excess)) {
    x[i] = back === Math.round(original[i] * grid[i]) ? original[i] : Math.fround(back / grid[i]);
    total -= saves;
    if (total <= limit) return;
  }
  // rounding of sums alone: one step back is more than it can be
  for (let i = 0; i < inputs && total > limit; i++) {
    const steps = grid[i], home = Math.round(original[i] * steps), k = Math.round(x[i] * steps);
    if (steps === 0 || k === home) continue;
    const back = k + (k > home ? -1 : 1);
    total -= cost((k - home) / steps) - cost((back - home) / steps);
    x[i] = back === home ? original[i] : Math.fround(back / steps);
  }
}
