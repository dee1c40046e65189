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
import type { Matrix } from "../matrix.ts";
import { fillNormal, rng } from "../rng.ts";
import type { Workspace } from "../runtime/workspace.ts";
import { isPositive } from "./cholesky.ts";
import { gram } from "./gram.ts";
import { roundingError } from "./neighborhood.ts";

/**
 * constant + a·t + β·q + qᵀBt + Σ min over κₖ in [minₖ, maxₖ] of κₖ(hₖ + Nₖ·t), for t in [−1, 1]ⁿ, or ‖t‖ ≤ 1, and q in
 * [−1, 1]ᵐ.
 *
 * With κ in [v, 0] the last terms are v·max(0, h + N·t) for v < 0. With κ in [v, ∞), or (−∞, 0], they are v(h + N·t), or 0,
 * where h + N·t is ≥ 0, or ≤ 0, and what is elsewhere does not count.
 */
export interface HalfBilinear {
  readonly constant: number;
  /** (n) */
  readonly a: Float64Array;
  /** (m) */
  readonly beta: Float64Array;
  /** (m, n) */
  readonly B: Float64Array;
  /** The last terms. */
  readonly lines: {
    readonly h: Float64Array;
    /** By rows of n. */
    readonly N: Float64Array;
    readonly min: Float64Array;
    readonly max: Float64Array;
    /** The κ to begin with. */
    readonly slope: Float64Array;
    /** What the sizes of the terms of hₖ + Nₖ·t add up to. */
    readonly size: Float64Array;
    /** By how much a κ may move. */
    readonly scale: Float64Array;
  };
  /** Whether t lies in a ball rather than a box. */
  readonly ball: boolean;
  /** What the sizes of all other terms, before anything cancelled, add up to, and how many operations made one. */
  readonly size: number;
  readonly operations: number;
}

/** What an ascent came to. */
export interface Ascent {
  /** Value of the relaxation: once the ascent has converged, no relaxation of this kind is below it. */
  readonly value: number;
  /** A number that the function does not pass anywhere. */
  readonly bound: number;
  /** Sweeps that it took. */
  readonly sweeps: number;
  /** The relaxed mean of each tᵢ: where to look for a point that attains much. */
  readonly t: Float64Array;
  /** The vectors of all tᵢ, (n, rank), whose first entries are those means; valid until the next ascent in the workspace. */
  readonly vectors: Matrix;
  /** What proves the bound. */
  readonly dual?: Dual;
}

/** With these κ, the multipliers on a diagonal less the matrix of all terms are positive semidefinite. */
export interface Dual {
  /** κₖ of each line. */
  readonly slopes: Float64Array;
  /** Multipliers of the 1 of linear terms and of each q, (1 + m). */
  readonly q: Float64Array;
  /** Multipliers of each t, (n), or of the ball, (1). */
  readonly t: Float64Array;
}

/** When an ascent ends. */
export interface Effort {
  /** Sweeps at which the bound is taken; the last ends it. */
  readonly checks: readonly number[];
  /** Ends it when the bound is below this. */
  readonly goal: number;
  /** Share of the sum of the multipliers by which they are scaled up at first, until the bound is proven; default 5e-4. */
  readonly excess?: number;
}

/** Dimension of the vectors. */
const RANK = 24;
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

/** The vectors, the multipliers of their lengths, and the linear terms with the concave ones in. */
interface State {
  readonly B: Matrix;
  /** Vectors of t, (n, rank). The 1 of linear terms is the first axis. */
  readonly T: Matrix;
  readonly Q: Matrix;
  readonly a: Float64Array;
  readonly slope: Float64Array;
  readonly reach: Float64Array;
  readonly lengthsT: Float64Array;
  readonly lengthsQ: Float64Array;
  constant: number;
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

/** A bound and what proves it. */
type Bound = Pick<Ascent, "bound" | "dual">;

/** By how much the multipliers are scaled up at first, how much more each time that does not do, and refinements then. */
const FIRST_EXCESS = 5e-4, FASTER = 4, REFINEMENTS = 2;
/** Multipliers are at least this share of their mean. */
const MIN_MULTIPLIER = 1e-6;

/**
 * With M the symmetric matrix of the terms and c ≥ 0 with diag(c) ⪰ M, the function is at most constant + ½ Σ cᵢ (the
 * ball counts once). The c are the lengths of the rows of M·U, scaled up until that is proven. M is bipartite except for the
 * linear terms, so the Schur complement of the rows of t, of the size of q, settles it. Near `goal` it is taken closely.
 */
function dualBound(
  of: HalfBilinear,
  { a, constant, T, Q, slope, lengthsT, lengthsQ }: State,
  { goal, excess: first }: { goal: number; excess: number },
): Bound {
  const size = slope.reduce((all, value, k) => all + 2 * Math.abs(value) * of.lines.size[k], of.size);
  const [n, m] = [a.length, of.beta.length + 1];
  let own = 0;
  for (let i = 0; i < n; i++) own += a[i] * T.data[i * RANK];
  for (let u = 1; u < m; u++) own += of.beta[u - 1] * Q.data[(u - 1) * RANK];
  const raw = Float64Array.of(own, ...lengthsQ);
  const blocks = of.ball ? 1 : n;
  const mean = (sum(lengthsT.subarray(0, blocks)) + sum(lengthsQ)) / (blocks + m);
  if (!(mean > 0)) return { bound: constant + roundingError(of.operations, size) };
  const floor = MIN_MULTIPLIER * mean;
  const c = raw.map((value) => Math.max(value, floor));
  const d = lengthsT.subarray(0, blocks).map((value) => Math.max(value, floor));
  const R = new Float64Array(m * n);
  for (let u = 0; u < m; u++) {
    for (let i = 0; i < n; i++) {
      R[u * n + i] = (u > 0 ? of.B[(u - 1) * n + i] : a[i]) / Math.sqrt(c[u] * d[of.ball ? 0 : i]);
    }
  }
  const G = gram(R, m, n);
  let trace = m;
  for (let u = 0; u < m; u++) trace += G[u * m + u];
  const error = roundingError(n + 8, trace);
  const A = new Float64Array(m * m);
  const holds = (scale: number): boolean => {
    for (let u = 0; u < m; u++) {
      for (let v = 0; v <= u; v++) A[u * m + v] = -G[u * m + v] / scale;
      A[u * m + u] += scale;
      if (u > 0) A[u * m] -= of.beta[u - 1] / Math.sqrt(c[0] * c[u]);
    }
    return isPositive(A, m, error);
  };
  const total = (sum(c) + sum(d)) / 2;
  const boundAt = (excess: number): number => {
    const upperBound = constant + (1 + excess) * total;
    return upperBound +
      roundingError(of.operations + 2 * (n + m), size + (1 + excess) * total + Math.abs(upperBound));
  };
  let low = 0, high = first;
  while (!holds(1 + high)) {
    [low, high] = [high, high * FASTER];
    if (low > 1) return { bound: Infinity };
  }
  for (let k = 0; k < REFINEMENTS && boundAt(high) >= goal && boundAt(low) < goal; k++) {
    const middle = (low + high) / 2;
    if (holds(1 + middle)) high = middle;
    else low = middle;
  }
  const scaled = (values: Float64Array) => values.map((value) => (1 + high) * value);
  return { bound: boundAt(high), dual: { slopes: slope.slice(), q: scaled(c), t: scaled(d) } };
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
