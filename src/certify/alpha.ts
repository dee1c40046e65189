/** Lines that are best for one bound, found by ascent along its gradient in their slopes (α-CROWN). @module */

import type { LinearLayer } from "./chain.ts";
import { type Path, substituted } from "./substitution.ts";
import type { Affine } from "./exact_linear.ts";
import { linearMinimum } from "./neighborhood.ts";
import type { Lines } from "./relaxation.ts";
import { type Tuning, tuningOf } from "./tuning.ts";

/** Steps of the ascent, the first step's length and what is left of it after each, as published; Adam's two memories. */
const ITERATIONS = 20, RATE = 0.5, DECAY = 0.98, FIRST = 0.9, SECOND = 0.999;

/**
 * What `substituted` finds, with the lines of every stage chosen for each row by 20 steps of Adam (Xu et al., Fast and Complete,
 * 2021): below ReLU the slope, below maxout the shares of its pieces, on curved functions where a tangent touches. Never less than
 * with the first lines. The steps for a row end where its bound passes 0.
 */
export function optimized(path: Path, rows: Affine): Float64Array {
  const plain = substituted(path, rows);
  if (path.stages.length === 0) return plain;
  const tunings = path.stages.map(tuningOf);
  if (tunings.every(({ count }) => count === 0)) return plain;
  return plain.map((bound, r) => {
    if (bound > 0) return bound;
    const row = rowAt(rows, r);
    const best = ascend(path, row, tunings);
    const stages = path.stages.map((stage, k) => ({ ...stage, lines: tunings[k].lines(best[k]) }));
    return Math.max(bound, substituted({ ...path, stages }, row)[0]);
  });
}

function rowAt({ cols, W, b, slack }: Affine, r: number): Affine {
  return {
    rows: 1,
    cols,
    W: W.subarray(r * cols, (r + 1) * cols),
    b: b.subarray(r, r + 1),
    slack: slack?.subarray(r, r + 1),
  };
}

/** The parameters for each stage of the best bound on the way. */
function ascend(path: Path, row: Affine, tunings: readonly Tuning[]): Float64Array[] {
  const now = tunings.map(({ start }) => start.slice());
  const first = now.map((p) => new Float64Array(p.length)),
    second = now.map((p) => new Float64Array(p.length));
  let best = now.map((p) => p.slice()), most = -Infinity, rate = RATE, left = 1, leftSquares = 1;
  for (let step = 0;; step++) {
    const lines = now.map((p, k) => tunings[k].lines(p));
    const { value, slopes, arguments: z } = descent(path, row, lines);
    if (value > most) [most, best] = [value, now.map((p) => p.slice())];
    if (value > 0 || step === ITERATIONS) return best;
    left *= FIRST, leftSquares *= SECOND;
    tunings.forEach((tuning, k) => {
      const g = tuning.gradient(now[k], slopes[k], z[k]);
      const [p, m, v] = [now[k], first[k], second[k]];
      for (let i = 0; i < p.length; i++) {
        m[i] = FIRST * m[i] + (1 - FIRST) * g[i];
        v[i] = SECOND * v[i] + (1 - SECOND) * g[i] * g[i];
        if (v[i] > 0) p[i] += rate * (m[i] / (1 - left)) / (Math.sqrt(v[i] / (1 - leftSquares)) + 1e-12);
      }
      tuning.project(p);
    });
    rate *= DECAY;
  }
}

/** The bound of one row by some lines, how it depends on what each stage gives, and the arguments of each stage at the worst input. */
function descent({ within, stages }: Path, { W, b: constant }: Affine, lines: readonly Lines[]) {
  let a: Float64Array = W, b = constant[0];
  const slopes: Float64Array[] = [];
  for (let k = stages.length - 1; k >= 0; k--) {
    const { linear } = stages[k];
    slopes[k] = a;
    const next = new Float64Array(linear.cols);
    eachTerm(lines[k], a, linear.rows, (row, c) => {
      b += c * linear.b[row];
      for (let i = 0, at = row * linear.cols; i < next.length; i++, at++) next[i] += c * linear.W[at];
    });
    for (let u = 0; u < a.length; u++) b += a[u] * sideOf(lines[k], a[u]).constants[u];
    a = next;
  }
  const { value, x } = linearMinimum(a, b, within);
  const z: Float64Array[] = [];
  let h: Float64Array = x;
  stages.forEach(({ linear }, k) => {
    z[k] = applied(linear, h);
    const above = slopes[k];
    h = above.map((each, u) => sideOf(lines[k], each).constants[u]);
    for (let u = 0; u < above.length; u++) {
      const { coefficients } = sideOf(lines[k], above[u]);
      for (let row = u; row < linear.rows; row += above.length) h[u] += coefficients[row] * z[k][row];
    }
  });
  return { value, slopes, arguments: z };
}

const sideOf = ({ lower, upper }: Lines, slope: number) => slope > 0 ? lower : upper;

function eachTerm(
  lines: Lines,
  a: Float64Array,
  rows: number,
  each: (row: number, coefficient: number) => void,
): void {
  for (let row = 0; row < rows; row++) {
    const u = row % a.length;
    const c = a[u] * sideOf(lines, a[u]).coefficients[row];
    if (c !== 0) each(row, c);
  }
}

function applied({ rows, cols, W, b }: LinearLayer, h: Float64Array): Float64Array {
  const out = b.slice();
  for (let r = 0, at = 0; r < rows; r++) for (let i = 0; i < cols; i++, at++) out[r] += W[at] * h[i];
  return out;
}
