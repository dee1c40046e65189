/** Score differences of networks with one hidden layer, as half-bilinear functions of the perturbation. @module */

import type { Chain, ChainLayer, LinearLayer } from "./chain.ts";
import type { Matrix } from "../matrix.ts";
import { difference } from "./exact_linear.ts";
import type { HalfBilinear } from "./half_bilinear.ts";
import { type Linear, type Rival, rowsOf, unitsOf } from "./hidden_units.ts";
import type { Path } from "./substitution.ts";

/**
 * The score of `rival` less that of `label` over the region of `path`, as half-bilinear functions that are nowhere less:
 * the same except for maxout units of three or more pieces that can win. Of v·max(0, d), v > 0 is the greatest of v·s·d over
 * s in [0, 1], with s = (1 + q)/2; v < 0 is concave. More pieces at once are at most their sum, at least the widest one.
 */
export function halfBilinear(
  chain: Chain,
  path: Path,
  { label, rival, signs = new Map() }: {
    label: number;
    rival: number;
    /** Units of which only one side counts: whether d ≥ 0 there, by unit. */
    signs?: ReadonlyMap<number, boolean>;
  },
): HalfBilinear {
  const [hidden, layer, top] = chain.layers as [LinearLayer, ChainLayer, LinearLayer];
  const { a: v, b } = difference(top, rival, label);
  const { n, row } = rowsOf(hidden, path);
  const a = new Float64Array(n);
  let constant = b, size = Math.abs(b);
  const add = (weight: number, { at, slopes, size: own }: Linear) => {
    constant += weight * at;
    for (let i = 0; i < n; i++) a[i] += weight * slopes[i];
    size += 2 * Math.abs(weight) * own;
  };
  const gain = ({ row: r, scale, less }: Rival): Linear => {
    const p = row(r);
    if (less < 0 && scale === 1) return p;
    const q = less < 0 ? undefined : row(less);
    const slopes = new Float64Array(n);
    for (let i = 0; i < n; i++) slopes[i] = scale * p.slopes[i] - (q ? q.slopes[i] : 0);
    return { at: scale * p.at - (q?.at ?? 0), slopes, size: p.size + (q?.size ?? 0) };
  };
  const convex: { v: number; d: Linear }[] = [], lines: Line[] = [];
  for (const [u, { base, share, rivals }] of unitsOf(layer, path).entries()) {
    if (v[u] === 0) continue;
    if (share !== 0) add(v[u] * share, row(base));
    const sign = signs.get(u);
    if (sign !== undefined) {
      // κ·d is no less than v·d where d ≥ 0 and κ ≥ v, than 0 where d ≤ 0 and κ ≤ 0
      const d = gain(rivals[0]);
      lines.push(
        sign ? { min: v[u], max: Infinity, start: v[u], d } : { min: -Infinity, max: 0, start: 0, d },
      );
      continue;
    }
    for (const rival of v[u] > 0 ? rivals : rivals.slice(0, 1)) {
      const d = gain(rival);
      if (rival.always) add(v[u], d);
      else if (v[u] > 0) convex.push({ v: v[u], d });
      else lines.push({ min: v[u], max: 0, start: d.at > 0 ? v[u] : 0, d });
    }
  }

  const beta = new Float64Array(convex.length), B = new Float64Array(convex.length * n);
  for (const [k, { v, d }] of convex.entries()) {
    add(v / 2, d);
    beta[k] = v / 2 * d.at;
    for (let i = 0, at = k * n; i < n; i++, at++) B[at] = v / 2 * d.slopes[i];
  }
  return {
    constant,
    a,
    beta,
    B,
    lines: linesOf(lines, n),
    ball: path.within.norm === "L2",
    size,
    operations: hidden.rows + hidden.cols,
  };
}

/** A term κ·d with the least κ in [min, max], and the κ to begin with. */
interface Line {
  readonly min: number;
  readonly max: number;
  readonly start: number;
  readonly d: Linear;
}

function linesOf(lines: readonly Line[], n: number): HalfBilinear["lines"] {
  const N = new Float64Array(lines.length * n);
  for (const [k, { d }] of lines.entries()) N.set(d.slopes, k * n);
  const all = (f: (line: Line) => number) => Float64Array.from(lines, f);
  return {
    h: all(({ d }) => d.at),
    N,
    min: all(({ min }) => min),
    max: all(({ max }) => max),
    slope: all(({ start }) => start),
    size: all(({ d }) => d.size),
    scale: all(({ min, max, start }) => Math.abs(start || (Number.isFinite(min) ? min : max)) || 0.1),
  };
}

/**
 * Units that no sign is known of and that may have either, best to split first. What an argument of mean μ and standard
 * deviation σ, by the `vectors` of a relaxation, loses to it is about √(μ² + σ²) − |μ|: all of it where the sign is open, nothing
 * where it is all but known.
 */
export function splitCandidates(
  chain: Chain,
  path: Path,
  { label, rival, signs, vectors }: {
    label: number;
    rival: number;
    signs: ReadonlyMap<number, boolean>;
    /** (n, rank), the mean of each first. */
    vectors: Matrix;
  },
): number[] {
  const [hidden, layer, top] = chain.layers as [LinearLayer, ChainLayer, LinearLayer];
  const { a: v } = difference(top, rival, label);
  const { n, row } = rowsOf(hidden, path);
  const { data, cols: rank } = vectors;
  const scores = new Map<number, number>();
  for (const [u, { rivals }] of unitsOf(layer, path).entries()) {
    if (v[u] === 0 || signs.has(u) || rivals.length !== 1 || rivals[0].always) continue;
    const [p, q] = [row(rivals[0].row), rivals[0].less < 0 ? undefined : row(rivals[0].less)];
    const sum = new Float64Array(rank);
    sum[0] = p.at - (q?.at ?? 0);
    for (let i = 0, at = 0; i < n; i++) {
      const slope = p.slopes[i] - (q ? q.slopes[i] : 0);
      for (let k = 0; k < rank; k++, at++) sum[k] += slope * data[at];
    }
    const length = Math.sqrt(sum.reduce((all, value) => all + value * value, 0));
    scores.set(u, Math.abs(v[u]) * rivals[0].scale * (length - Math.abs(sum[0])));
  }
  return [...scores.keys()].sort((a, b) => scores.get(b)! - scores.get(a)!);
}

/**
 * The most by which the score of `rival` can gain on that of `label` within a ball of radius `epsilon`, wherever its
 * center lies, likewise (Raghunathan, Steinhardt and Liang, Certified Defenses against Adversarial Examples, 2018): each
 * unit moves by s times what its argument moves by, s in [0, 1].
 */
export function globalHalfBilinear(
  chain: Chain,
  { label, rival, epsilon, norm }: {
    label: number;
    rival: number;
    epsilon: number | ArrayLike<number>;
    norm: "Linf" | "L2";
  },
): HalfBilinear {
  const [hidden, layer, top] = chain.layers as [LinearLayer, ChainLayer, LinearLayer];
  const { a: v } = difference(top, rival, label);
  const at = (i: number) => typeof epsilon === "number" ? epsilon : epsilon[i];
  const n = hidden.cols, share = layer.type === "leakyRelu" ? layer.slope ?? 0 : 0;
  const units = Array.from(v.keys()).filter((u) => v[u] !== 0);
  const a = new Float64Array(n), B = new Float64Array(units.length * n);
  let size = 0;
  for (const [k, u] of units.entries()) {
    for (let i = 0; i < n; i++) {
      const first = hidden.W[u * n + i];
      // a unit of two pieces moves by its first one and s times their difference
      const [base, d] = layer.type === "maxout"
        ? [first, hidden.W[(v.length + u) * n + i] - first]
        : [share * first, (1 - share) * first];
      B[k * n + i] = v[u] / 2 * d * at(i);
      a[i] += v[u] * base * at(i) + B[k * n + i];
      size += Math.abs(v[u]) * at(i) * (Math.abs(base) + Math.abs(d));
    }
  }
  return {
    constant: 0,
    a,
    beta: new Float64Array(units.length),
    B,
    lines: linesOf([], n),
    ball: norm === "L2",
    size,
    operations: hidden.rows,
  };
}
