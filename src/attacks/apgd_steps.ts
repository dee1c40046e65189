/** What a walk of APGD remembers of each example, and how its steps follow from it. @module */

import type { Constraint, Region } from "../constraints/constraint.ts";
import type { Matrix } from "../matrix.ts";
import { blockSlopes } from "./direction.ts";
import { copyRow } from "./rows.ts";

/** In L1: how the number of the features that move, and the step, adapt. */
const FEWER = 0.95, DENSER = 1.5, SHORTER = 1.5, SHORTEST = 0.1;

/** What a walk remembers of each example. */
export interface State {
  rows: Int32Array;
  at: Matrix;
  /** Where it was before. */
  before: Matrix;
  /** The best point, the gradient and the loss there. */
  best: Matrix;
  slope: Matrix;
  top: Float64Array;
  /** The loss now, and the best one at the last look. */
  loss: Float64Array;
  seen: Float64Array;
  /** Size of a step in ε. */
  step: Float64Array;
  /** Iterations since the last look that raised the loss. */
  rises: Int32Array;
  /** Whether the step was halved at the last look. */
  halved: Uint8Array;
  /** Features that moved at the last look, and the part of them that a step moves; in L1. */
  moved: Float64Array;
  share: Float64Array;
}

/** Halves the step, and goes back to the best point, where the loss rose too seldom or nothing has changed since. */
export function lookDense(s: State, gradient: Matrix, enough: number): void {
  for (const k of s.rows.keys()) {
    const stuck = !s.halved[k] && !(s.top[k] > s.seen[k]);
    s.halved[k] = Number(s.rises[k] <= enough || stuck);
    s.seen[k] = s.top[k];
    s.rises[k] = 0;
    if (!s.halved[k]) continue;
    s.step[k] /= 2;
    back(s, gradient, k);
  }
}

function back(s: State, gradient: Matrix, k: number): void {
  copyRow(s.at, k, s.best, k);
  copyRow(gradient, k, s.slope, k);
  s.loss[k] = s.top[k];
}

/** Adapts the number of features that a step moves to that of the best point; where it fell, the step starts anew. */
export function lookSparse(s: State, gradient: Matrix, { original }: Region): void {
  const { cols } = s.best, { data: best } = s.best, { data: own } = original;
  for (const k of s.rows.keys()) {
    let moved = 0;
    for (let j = k * cols; j < (k + 1) * cols; j++) if (best[j] !== own[j]) moved++;
    const fewer = moved < FEWER * s.moved[k];
    s.share[k] = moved / cols / DENSER;
    s.moved[k] = moved;
    s.step[k] = fewer ? 1 : Math.max(s.step[k] / SHORTER, SHORTEST);
    if (fewer) back(s, gradient, k);
  }
}

/** The next point: a step along the gradient, projected, then in part the last step again. */
export function advance(
  s: State,
  { gradient, region, constraint, z, weight }: {
    gradient: Matrix;
    region: Region;
    constraint: Constraint;
    z: Matrix;
    weight: number;
  },
): void {
  const { norm, inputs, sizes, epsilon, fixed } = constraint;
  const { data: x } = s.at, { data: g } = gradient, { data: out } = z;
  if (norm !== "Linf" && fixed) { for (let j = 0; j < g.length; j++) if (fixed[j % inputs]) g[j] = 0; }
  if (norm === "L1") blockSlopes(gradient, s.at, constraint);
  for (const k of s.rows.keys()) {
    const at = k * inputs, step = s.step[k];
    if (norm === "Linf") {
      // what 0 is taken from stays as it is, −0 too
      for (let i = 0, j = at; i < inputs; i++, j++) {
        out[j] = x[j] - (0 - step * sizes[i] * Math.sign(g[j]));
      }
      continue;
    }
    const size = step * (epsilon as number);
    if (norm === "L2") {
      let square = 0;
      for (let j = at; j < at + inputs; j++) square += g[j] * g[j];
      const factor = square > 0 ? size / Math.sqrt(square) : 0;
      for (let j = at; j < at + inputs; j++) out[j] = x[j] - (0 - factor * g[j]);
    } else sparse(out, x, { g, at, inputs, size, share: s.share[k] });
  }
  region.relax(z);
  if (norm !== "L1") {
    addMomentum(z, s, weight);
    region.relax(z);
  }
  s.before.data.set(s.at.data);
  s.at.data.set(z.data);
}

/** A part `weight` of the step to `z`, and the last step again for the rest. */
function addMomentum({ data: to }: Matrix, { at, before }: State, weight: number): void {
  const { data: x } = at, { data: last } = before;
  for (let j = 0; j < to.length; j++) {
    to[j] = x[j] - (weight * (x[j] - to[j]) + (1 - weight) * (last[j] - x[j]));
  }
}

/** A step of length `size` shared by the features of the greatest slopes, a share of all. */
function sparse(
  out: Float32Array,
  x: Float32Array,
  { g, at, inputs, size, share }: {
    g: Float32Array;
    at: number;
    inputs: number;
    size: number;
    share: number;
  },
): void {
  const slopes = g.subarray(at, at + inputs), sorted = slopes.map(Math.abs).sort();
  const least = sorted[Math.min(Math.floor((1 - share) * inputs), inputs - 1)];
  const signs = slopes.map((slope) => Math.abs(slope) >= least ? Math.sign(slope) : 0);
  const count = signs.reduce((sum, sign) => sum + Math.abs(sign), 0);
  // as above; without a slope there is nothing to share it
  signs.forEach((sign, i) => out[at + i] = x[at + i] - (0 - (sign === 0 ? 0 : sign * size / count)));
}
