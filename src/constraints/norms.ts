/** The nearest point of a ball in L2, L1 or L0 and a box, one example at a time, in double. @module */

/** A difference to an original, and the box around that original, one number a feature; `lo` ≤ 0 ≤ `hi`. */
export interface Offset {
  readonly d: Float64Array;
  readonly lo: Float64Array;
  readonly hi: Float64Array;
}

const clip = (value: number, lo: number, hi: number) => value < lo ? lo : value > hi ? hi : value;

/**
 * Writes over `d` the nearest point to it whose L2 norm is at most `size`, within the box: clip(s·d) for the one factor s
 * in [0, 1] that makes its norm `size`. The factors that are tried rise to it, each the root for the features that the one
 * before has clipped.
 */
export function projectL2({ d, lo, hi }: Offset, size: number): void {
  const square = size * size;
  for (let s = 1, first = true;; first = false) {
    let free = 0, clipped = 0;
    for (let i = 0; i < d.length; i++) {
      const v = s * d[i];
      if (v < lo[i]) clipped += lo[i] * lo[i];
      else if (v > hi[i]) clipped += hi[i] * hi[i];
      else free += d[i] * d[i];
    }
    const root = free > 0 && clipped < square ? Math.sqrt((square - clipped) / free) : 0;
    if (first ? root >= 1 || free === 0 && clipped <= square : root <= s) {
      for (let i = 0; i < d.length; i++) d[i] = clip(s * d[i], lo[i], hi[i]);
      return;
    }
    s = root;
  }
}

/**
 * Writes over `d` the nearest point to it whose L1 norm is at most `size`, within the box: what is left of each |d| after
 * one threshold t ≥ 0 is taken from it, clipped. The norm falls as t grows, piece by piece in a straight line; its root is
 * found by Newton's steps, kept in a bracket by bisection.
 */
export function projectL1({ d, lo, hi }: Offset, size: number): void {
  const { length } = d;
  const reach = (i: number) => d[i] < 0 ? -lo[i] : hi[i];
  let lower = 0, upper = 0;
  for (let i = 0; i < length; i++) upper = Math.max(upper, Math.abs(d[i]));
  for (let t = 0, step = 0; step < 200; step++) {
    let norm = 0, moving = 0;
    for (let i = 0; i < length; i++) {
      const left = Math.abs(d[i]) - t, limit = reach(i);
      if (left >= limit) norm += limit;
      else if (left > 0) norm += left, moving++;
    }
    if (norm <= size) upper = t;
    else lower = t;
    if (t === 0 && norm <= size || norm === size || upper - lower <= 1e-15 * upper) break;
    const next = moving > 0 ? t + (norm - size) / moving : -1;
    // once the bracket no longer shrinks by Newton's step, that step is the root except for rounding
    t = next > lower && next < upper ? next : (lower + upper) / 2;
    if (t === lower || t === upper) break;
  }
  for (let i = 0; i < length; i++) {
    const left = Math.min(Math.max(Math.abs(d[i]) - upper, 0), reach(i));
    d[i] = d[i] < 0 ? -left : left;
  }
}

/**
 * Writes over `d` the nearest point to it in L2 with at most `size` entries that are not 0, within the box: those stay whose
 * loss would move it farthest.
 */
export function projectL0({ d, lo, hi }: Offset, size: number): void {
  const worth = new Float64Array(d.length);
  for (let i = 0; i < d.length; i++) {
    const kept = clip(d[i], lo[i], hi[i]), past = d[i] - kept;
    // d² − past², also where d² has no bits left for the difference
    worth[i] = kept === 0 ? 0 : Math.abs(kept) * (Math.abs(d[i]) + Math.abs(past));
    d[i] = kept;
  }
  keepLargest(d, worth, size);
}

/** Sets to 0 all of `d` but its entries of greatest `worth`, `size` of them at most; of equals the first stay. */
export function keepLargest(d: Float64Array, worth: Float64Array, size: number): void {
  const moved = Array.from(d.keys()).filter((i) => d[i] !== 0);
  if (moved.length <= size) return;
  moved.sort((i, j) => worth[j] - worth[i] || i - j);
  for (const i of moved.slice(Math.floor(size))) d[i] = 0;
}
