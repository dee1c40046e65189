/** Linear bounds of a function of a network's layers over a region, by substitution back to the inputs. @module */

import type { Affine } from "./exact_linear.ts";
import type { ActivationLayer, LinearLayer, MaxoutLayer, MixedLayer } from "./chain.ts";
import { linearMinimum, type Neighborhood, roundingError } from "./neighborhood.ts";
import type { Bounds, Compared, Lines } from "./relaxation.ts";
import type { Weights } from "./weights.ts";

/** A layer between linear ones, bounded over a region. */
export interface Stage {
  /** The linear layer before it. */
  readonly linear: LinearLayer;
  /** The layer itself. */
  readonly layer: ActivationLayer | MixedLayer | MaxoutLayer;
  /** Bounds of what that layer gives. */
  readonly before: Bounds;
  /** Bounds of what the activation makes of it. */
  readonly after: Bounds;
  /** Lines below and above that. */
  readonly lines: Lines;
  /** For maxout, the pieces compared. */
  readonly compared?: Compared;
}

/** Where linear functions of what a stage gives are bounded. */
export interface Path {
  readonly within: Neighborhood;
  readonly stages: readonly Stage[];
  /** For each stage, what rounding of a product by its weights moves the result, for a row of length 1: Σᵢ ‖W:ᵢ‖·|xᵢ|. */
  readonly losses: number[];
  /** The weights where kernels are; without them products are made here. */
  readonly weights?: Weights;
}

/** The least value over the region of each row of `rows`, a function of what the last stage of `path` gives, from below. */
export function substituted(path: Path, rows: Affine): Float64Array {
  const m = rows.rows;
  const lost = rows.slack?.slice() ?? new Float64Array(m);
  let A = rows.W, width = rows.cols;
  const b = rows.b.slice();
  for (let k = path.stages.length - 1; k >= 0; k--) {
    const { linear, before, lines, after } = path.stages[k];
    const units = width;
    const onPieces = new Float64Array(m * linear.rows);
    const { b: bias, slack } = linear;
    const far = (u: number, { lo, hi }: Bounds) => Math.max(Math.abs(lo[u]), Math.abs(hi[u]));
    const reach = new Float64Array(units).map((_, u) => far(u, after));
    const reached = bias.map((value, at) => far(at, before) + Math.abs(value));
    for (let r = 0; r < m; r++) {
      let length = 0, size = 0, sum = 0, slacks = 0;
      for (let u = 0; u < units; u++) {
        const a = A[r * units + u];
        if (a === 0) continue;
        const { coefficients, constants } = a > 0 ? lines.lower : lines.upper;
        const constant = constants[u];
        sum += a * constant;
        size += Math.abs(a) * (Math.abs(constant) + reach[u]);
        for (let at = u; at < linear.rows; at += units) {
          const c = a * coefficients[at];
          if (c === 0) continue;
          onPieces[r * linear.rows + at] = c;
          sum += c * bias[at];
          size += Math.abs(c) * reached[at];
          length += c * c;
          if (slack) slacks += Math.abs(c) * slack[at];
        }
      }
      b[r] += sum;
      lost[r] += slacks;
      lost[r] += roundingError(2 * linear.rows + 8, size) +
        roundingError(linear.rows, Math.sqrt(length) * productLoss(path, k));
    }
    A = path.weights?.times(onPieces, m, linear) ?? product(onPieces, m, linear);
    width = linear.cols;
  }
  const rest = { rows: m, cols: width, W: A, b };
  if (path.within.norm === "Linf") {
    const { lo } = byIntervals({ ...path, stages: [] }, rest);
    return lo.map((value, r) => value - lost[r] - roundingError(4, Math.abs(value)));
  }
  const out = new Float64Array(m);
  for (let r = 0; r < m; r++) {
    const { lower } = linearMinimum(A.subarray(r * width, (r + 1) * width), b[r], path.within);
    out[r] = lower - lost[r] - roundingError(4, Math.abs(lower));
  }
  return out;
}

/** Σᵢ ‖W:ᵢ‖·max|xᵢ| of the linear layer of stage `k`, x being its inputs: by Cauchy and Schwarz, what rounds. */
function productLoss({ within, stages, losses }: Path, k: number): number {
  if (losses[k] !== undefined) return losses[k];
  const { lo, hi } = k > 0 ? stages[k - 1].after : within;
  const columns = columnsOf(stages[k].linear);
  let sum = 0;
  for (let i = 0; i < lo.length; i++) sum += columns[i] * Math.max(Math.abs(lo[i]), Math.abs(hi[i]));
  return losses[k] = sum;
}

const columnLengths = new WeakMap<Affine, Float64Array>(), rowLengths = new WeakMap<Affine, Float64Array>();

/** Euclidean lengths of the columns of W, and of its rows. */
function columnsOf(of: Affine): Float64Array {
  return known(columnLengths, of, ({ rows, cols, W }) => {
    const out = new Float64Array(cols);
    for (let r = 0, at = 0; r < rows; r++) for (let i = 0; i < cols; i++, at++) out[i] += W[at] * W[at];
    return out.map(Math.sqrt);
  });
}

function rowsOf(of: Affine): Float64Array {
  return known(rowLengths, of, ({ rows, cols, W }) => {
    const out = new Float64Array(rows);
    for (let r = 0, at = 0; r < rows; r++) {
      let sum = 0;
      for (let i = 0; i < cols; i++, at++) sum += W[at] * W[at];
      out[r] = Math.sqrt(sum);
    }
    return out;
  });
}

function known(
  kept: WeakMap<Affine, Float64Array>,
  of: Affine,
  make: (of: Affine) => Float64Array,
): Float64Array {
  let found = kept.get(of);
  if (!found) kept.set(of, found = make(of));
  return found;
}

/** Bounds of each row of a function of what the last stage gives, or of the inputs, from their bounds alone. */
export function byIntervals({ within, stages, weights }: Path, of: Affine): Bounds {
  const { rows, cols, W, b } = of;
  const { lo, hi } = stages.at(-1)?.after ?? within;
  const middle = new Float64Array(cols), radius = new Float64Array(cols);
  let squares = 0;
  for (let i = 0; i < cols; i++) {
    const [l, h] = [lo[i], hi[i]], magnitude = Math.abs(l) + Math.abs(h);
    middle[i] = (l + h) / 2;
    radius[i] = (h - l) / 2;
    squares += magnitude * magnitude;
  }
  const far = Math.sqrt(squares);
  const lengths = rowsOf(of);
  const out = { lo: new Float64Array(rows), hi: new Float64Array(rows) };
  const put = (r: number, at: number, spread: number) => {
    const lost = roundingError(cols, 2 * far * lengths[r] + Math.abs(b[r])) + (of.slack?.[r] ?? 0);
    out.lo[r] = b[r] + at - spread - lost;
    out.hi[r] = b[r] + at + spread + lost;
  };
  const spread = weights?.spread(of, middle, radius);
  if (spread) {
    for (let r = 0; r < rows; r++) put(r, spread[r], spread[rows + r]);
    return out;
  }
  // two rows at a time, for fewer loads
  for (let r = 0; r < rows; r += 2) {
    const next = Math.min(r + 1, rows - 1);
    let at0 = 0, at1 = 0, spread0 = 0, spread1 = 0;
    for (let i = 0, p = r * cols, q = next * cols; i < cols; i++, p++, q++) {
      const m = middle[i], far = radius[i], v = W[p], w = W[q];
      at0 += v * m;
      at1 += w * m;
      spread0 += Math.abs(v) * far;
      spread1 += Math.abs(w) * far;
    }
    put(r, at0, spread0);
    put(next, at1, spread1);
  }
  return out;
}

/** A (m, rows) times W (rows, cols); zeros of A cost nothing. */
function product(A: Float64Array, m: number, { rows, cols, W }: Affine): Float64Array {
  const out = new Float64Array(m * cols);
  const places = new Int32Array(rows);
  for (let r = 0; r < m; r++) {
    const from = r * rows;
    let count = 0;
    for (let j = 0; j < rows; j++) if (A[from + j] !== 0) places[count++] = j;
    const last = count - 1;
    // four at a time, for fewer loads and stores; past the last place with a factor of 0
    for (let k = 0; k <= last; k += 4) {
      const p = places[k], q = places[Math.min(k + 1, last)];
      const s = places[Math.min(k + 2, last)], t = places[Math.min(k + 3, last)];
      const a = A[from + p], b = k < last ? A[from + q] : 0;
      const c = k + 1 < last ? A[from + s] : 0, d = k + 2 < last ? A[from + t] : 0;
      let ap = p * cols, bp = q * cols, cp = s * cols, dp = t * cols;
      for (let i = r * cols, end = i + cols; i < end; i++) {
        out[i] += a * W[ap++] + b * W[bp++] + (c * W[cp++] + d * W[dp++]);
      }
    }
  }
  return out;
}
