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
  for (let k = 0; k < s.rows.length; k++) {
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
  for (let k = 0; k < s.rows.length; k++) {
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
  for (let k = 0, at = 0; k < s.rows.length; k++, at += inputs) {
    const step = s.step[k];
    if (norm === "Linf") {
      for (let i = 0, j = at; i < inputs; i++, j++) {
        const slope = g[j];
        // what 0 is taken from stays as it is, −0 too
        out[j] = x[j] - (0 - step * sizes[i] * (Number(slope > 0) - Number(slope < 0)));
      }
      continue;
    }
    const size = step * (epsilon as number);
    if (norm === "L2") {
      let square = 0;
      for (let j = at; j < at + inputs; j++) square += g[j] * g[j];
      const factor = square > 0 && square < Infinity ? size / Math.sqrt(square) : 0;
      for (let j = at; j < at + inputs; j++) {
        const d = factor * g[j];
        out[j] = d === 0 || d !== d ? x[j] : x[j] + d;
      }
    } else sparse(out, x, { g, at, inputs, size, share: s.share[k] });
  }
  region.relax(z);
  if (weight < 1 && norm !== "L1") {
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
  const slopes = new Float32Array(inputs);
  for (let i = 0; i < inputs; i++) slopes[i] = Math.abs(g[at + i]);
  slopes.sort();
  const least = slopes[Math.min(Math.max(Math.floor((1 - share) * inputs), 0), inputs - 1)];
  let count = 0;
  for (let j = at; j < at + inputs; j++) if (Math.abs(g[j]) >= least && g[j] !== 0) count++;
  for (let j = at; j < at + inputs; j++) {
    const d = Math.abs(g[j]) >= least && g[j] !== 0 ? size / count : 0;
    out[j] = d > 0 ? x[j] + (g[j] > 0 ? d : -d) : x[j];
  }
}
