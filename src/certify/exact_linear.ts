/** Linear models: exact robustness in L∞, L2 and L1, with bounds. @module */

import { linearMinimum, type Minimum, type Neighborhood, type Norm } from "./neighborhood.ts";

/** Scores W·x + b in double precision: W (C, D) by rows, b (C). */
export interface Affine {
  readonly rows: number;
  readonly cols: number;
  readonly W: Float64Array;
  readonly b: Float64Array;
  /** By how much each entry of b may be off; nothing if it is exact. */
  readonly slack?: Float64Array;
}

/** The least margin over a region, score of the label less the greatest other one, and the class that comes nearest. */
export interface Margin extends Minimum {
  readonly rival: number;
}

/** The difference of two rows of `scores` as a function of the inputs, (D) and a constant. */
export function difference(
  { cols, W, b }: Affine,
  label: number,
  rival: number,
): { a: Float64Array; b: number } {
  const a = new Float64Array(cols);
  for (let i = 0; i < cols; i++) a[i] = W[label * cols + i] - W[rival * cols + i];
  return { a, b: b[label] - b[rival] };
}

/** The rows for the score of `label` less that of each of `rivals`. */
export function differences(scores: Affine, label: number, rivals: readonly number[]): Affine {
  const { cols } = scores;
  const rows = rivals.map((rival) => difference(scores, label, rival));
  const W = new Float64Array(rows.length * cols);
  for (const [r, { a }] of rows.entries()) W.set(a, r * cols);
  const { slack } = scores;
  return {
    rows: rows.length,
    cols,
    W,
    b: Float64Array.from(rows, ({ b }) => b),
    slack: slack && Float64Array.from(rivals, (rival) => slack[label] + slack[rival]),
  };
}

/** The least of the margins that `minimum` finds to each other class. */
export function minMargin(
  { classes, label }: { classes: number; label: number },
  minimum: (rival: number) => Minimum,
): Margin {
  let smallest: Margin | undefined, lower = Infinity;
  for (let rival = 0; rival < classes; rival++) {
    if (rival === label) continue;
    const found = minimum(rival);
    lower = Math.min(lower, found.lower);
    if (!smallest || found.value < smallest.value) smallest = { ...found, rival };
  }
  return { ...smallest!, lower };
}

/** What rounding leaves of the difference of two rows' constants. */
function slackOf({ slack }: Affine, label: number, rival: number): number {
  return slack ? slack[label] + slack[rival] : 0;
}

/** The least margin of `label` over `within`, exact up to rounding, and a worst input. */
export function linearMargin(scores: Affine, label: number, within: Neighborhood): Margin {
  return minMargin({ classes: scores.rows, label }, (rival) => {
    const { a, b } = difference(scores, label, rival);
    const found = linearMinimum(a, b, within);
    return { ...found, lower: found.lower - slackOf(scores, label, rival) };
  });
}

/**
 * The radius of the smallest ball about `x`, within `lo` and `hi`, that holds a point at which `label` is not ahead of
 * all other classes: 0 if it is not ahead at `x`, Infinity if there is none.
 */
export function linearDistance(
  scores: Affine,
  label: number,
  { x, lo, hi, norm }: Pick<Neighborhood, "x" | "lo" | "hi" | "norm">,
): number {
  let least = Infinity;
  for (let rival = 0; rival < scores.rows; rival++) {
    if (rival === label) continue;
    const { a, b } = difference(scores, label, rival);
    const gap = x.reduce((sum, value, i) => sum + a[i] * value, b) - slackOf(scores, label, rival);
    if (gap <= 0) return 0;
    const features = Array.from(x.keys()).filter((i) => a[i] !== 0);
    const room = (i: number) => a[i] > 0 ? x[i] - lo[i] : hi[i] - x[i];
    least = Math.min(
      least,
      lengthTo(gap, features.map((i) => ({ slope: Math.abs(a[i]), room: room(i) })), norm),
    );
  }
  return least;
}

/** The least norm of moves δᵢ in [0, roomᵢ] with Σ slopeᵢ·δᵢ = `gap`. */
function lengthTo(gap: number, features: { slope: number; room: number }[], norm: Norm): number {
  if (norm === "L1") {
    let length = 0, left = gap;
    for (const { slope, room } of features.sort((p, q) => q.slope - p.slope)) {
      if (slope * room >= left) return length + left / slope;
      left -= slope * room;
      length += room;
    }
    return Infinity;
  }
  // all move together: δ = min(room, t) in L∞ and min(room, t·slope) in L2
  const pace = ({ slope }: { slope: number }) => norm === "Linf" ? 1 : slope;
  const end = (f: { slope: number; room: number }) => f.room / pace(f);
  const order = features.sort((p, q) => end(p) - end(q));
  let left = gap, fixed = 0;
  for (const [k, feature] of order.entries()) {
    let speed = 0, squares = 0;
    for (const f of order.slice(k)) {
      speed += f.slope * pace(f);
      squares += pace(f) * pace(f);
    }
    const t = left / speed;
    if (t <= end(feature)) return norm === "Linf" ? t : Math.sqrt(fixed + t * t * squares);
    left -= feature.slope * feature.room;
    fixed += feature.room * feature.room;
  }
  return Infinity;
}
