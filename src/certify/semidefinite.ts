/**
 * The greatest value of a half-bilinear function over a box or a ball, bounded by a low-rank semidefinite relaxation.
 *
 * Every variable becomes a unit vector, the function linear in their inner products. Block coordinate ascent makes each
 * vector its gradient, normalised (Wang, Chang and Kolter, The Mixing Method, 2017): two thin matrix products a sweep. The
 * lengths of the gradients are multipliers of a dual bound, proven in double precision at whatever point the ascent stops.
 *
 * @module
 */

import { gemmNN, gemmTN } from "../kernels/gemm.ts";
import { fillNormal, rng } from "../rng.ts";
import type { Workspace } from "../runtime/workspace.ts";
import { type Bound, dualBound, FIRST_EXCESS } from "./dual_bound.ts";
import { type Ascent, type Effort, type HalfBilinear, RANK, type State } from "./half_bilinear.ts";

/** Sweeps from one adjustment of the κ to the next. */
const EVERY = 4;
/** κₖ moves against the mean of hₖ + Nₖ·t, by this and its scale over the half of what that ranges over. */
const PACE = 2;
/** A relaxed value above the goal by this share of what an ascent still gains is above it for good. */
const MIN_PROGRESS = 0.002;

/** The greatest value of `of`, bounded with as few sweeps as `effort` allows. */
export function bilinearMaximum(
  of: HalfBilinear,
  workspace: Workspace,
  { checks, goal, excess = FIRST_EXCESS }: Effort,
): Ascent {
  const [n, m] = [of.a.length, of.beta.length];
  const state = begin(of, workspace, n, m);
  let best: Bound = { bound: Infinity }, value = 0, done = 0;
  for (const until of checks) {
    while (done < until) value = sweep(of, state, { adjust: ++done % EVERY === 0 });
    const gain = MIN_PROGRESS * Math.abs(value - state.constant);
    if (value > goal + gain) break;
    const found = dualBound(of, state, { goal, excess });
    if (found.bound < best.bound) best = found;
    if (best.bound < goal) break;
  }
  if (best.bound === Infinity) best = dualBound(of, state, { goal, excess });
  return {
    ...best,
    value,
    sweeps: done,
    t: Float64Array.from({ length: n }, (_, i) => state.T.data[i * RANK]),
    vectors: state.T,
  };
}

function begin(of: HalfBilinear, workspace: Workspace, n: number, m: number): State {
  const B = workspace.matrix("B", m, n);
  B.data.set(of.B);
  const Q = workspace.matrix("Q", m, RANK);
  fillNormal(Q, rng(0).split("semidefinite"));
  normalise(Q.data, new Float64Array(m), RANK);
  const { h, N, slope } = of.lines;
  const state: State = {
    B,
    Q,
    T: workspace.matrix("T", n, RANK),
    a: of.a.slice(),
    slope: new Float64Array(h.length),
    reach: h.map((_, k) => {
      let sum = 0;
      for (let i = k * n; i < (k + 1) * n; i++) sum += Math.abs(N[i]);
      return sum;
    }),
    lengthsT: new Float64Array(n),
    lengthsQ: new Float64Array(m),
    constant: of.constant,
  };
  slope.forEach((value, k) => setSlope(of, state, k, value));
  return state;
}

function setSlope({ lines: { h, N } }: HalfBilinear, state: State, k: number, slope: number): void {
  const change = slope - state.slope[k];
  if (change === 0) return;
  state.slope[k] = slope;
  state.constant += change * h[k];
  const n = state.a.length;
  for (let i = 0, at = k * n; i < n; i++, at++) state.a[i] += change * N[at];
}

/** Makes each vector of t, then of q, its gradient, normalised; returns the value. */
function sweep(of: HalfBilinear, state: State, { adjust }: { adjust: boolean }): number {
  const { B, T, Q, a } = state;
  gemmTN(T, [B, Q]);
  const t = T.data;
  for (let i = 0; i < a.length; i++) t[i * RANK] += a[i];
  normalise(t, state.lengthsT, of.ball ? t.length : RANK);
  if (adjust) followMeans(of, state);
  gemmNN(Q, [B, T]);
  const q = Q.data;
  for (let u = 0; u < of.beta.length; u++) q[u * RANK] += of.beta[u];
  normalise(q, state.lengthsQ, RANK);
  let value = state.constant;
  for (let i = 0; i < a.length; i++) value += a[i] * t[i * RANK];
  for (let u = 0; u < of.beta.length; u++) value += state.lengthsQ[u];
  return value;
}

/** The least κ(h + N·t) has the least κ where the mean of the factor is positive, the greatest where it is negative. */
function followMeans(of: HalfBilinear, state: State): void {
  const { h, N, min, max, scale } = of.lines, { slope, reach, T: { data: t } } = state;
  const n = state.a.length;
  for (let k = 0; k < h.length; k++) {
    let mean = h[k];
    for (let i = 0, at = k * n; i < n; i++, at++) mean += N[at] * t[i * RANK];
    const next = slope[k] - PACE * scale[k] * mean / reach[k];
    setSlope(of, state, k, Math.min(max[k], Math.max(min[k], next)));
  }
}

/** Scales each run of `width` numbers to length 1 and notes what the length was; in a ball there is one run. */
function normalise(data: Float32Array, lengths: Float64Array, width: number): void {
  for (let r = 0, at = 0; at < data.length; r++, at += width) {
    let sum = 0;
    for (let j = at; j < at + width; j++) sum += data[j] * data[j];
    const length = lengths[r] = Math.sqrt(sum);
    if (length === 0) continue;
    for (let j = at; j < at + width; j++) data[j] /= length;
  }
}
