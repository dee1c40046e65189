/** A proven bound from the multipliers that an ascent ends with. @module */

import { isPositive } from "./cholesky.ts";
import { gram } from "./gram.ts";
import { roundingError } from "./neighborhood.ts";
import { type Ascent, type HalfBilinear, RANK, type State } from "./half_bilinear.ts";

/** A bound and what proves it. */
export type Bound = Pick<Ascent, "bound" | "dual">;

/** By how much the multipliers are scaled up at first, how much more each time that does not do, and refinements then. */
export const FIRST_EXCESS = 5e-4, FASTER = 4, REFINEMENTS = 2;

/** Multipliers are at least this share of their mean. */
const MIN_MULTIPLIER = 1e-6;

/**
 * With M the symmetric matrix of the terms and c ≥ 0 with diag(c) ⪰ M, the function is at most constant + ½ Σ cᵢ (the
 * ball counts once). The c are the lengths of the rows of M·U, scaled up until that is proven. M is bipartite except for the
 * linear terms, so the Schur complement of the rows of t, of the size of q, settles it. Near `goal` it is taken closely.
 */
export function dualBound(
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
