/** Where an adversary may move an input, and the least value of a linear function there, in double precision. @module */

/** Norms that bound a perturbation. */
export type Norm = "Linf" | "L2" | "L1";

/** The points within a ball about an input that are also within the bounds. */
export interface Neighborhood {
  /** Norm of the ball. */
  readonly norm: Norm;
  /** Radius of the ball in that norm; for L∞ it is in `lo` and `hi` already. */
  readonly epsilon: number;
  /** The input, (D). */
  readonly x: Float64Array;
  /** The least value of each feature, (D), finite. */
  readonly lo: Float64Array;
  /** The greatest value of each feature, (D), finite. */
  readonly hi: Float64Array;
}

/** Bounds of the features: one pair for all, or a least and a greatest value for each. */
export interface Box {
  readonly lo: number | ArrayLike<number>;
  readonly hi: number | ArrayLike<number>;
}

/** The region of radius `epsilon`, one number or one a feature (L∞ only), about `x`, cut at `box`. */
export function neighborhood(
  x: ArrayLike<number>,
  { norm, epsilon, box = { lo: -Infinity, hi: Infinity } }: {
    norm: Norm;
    epsilon: number | ArrayLike<number>;
    box?: Box;
  },
): Neighborhood {
  const at = (values: number | ArrayLike<number>, i: number) =>
    typeof values === "number" ? values : values[i];
  const lo = new Float64Array(x.length), hi = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) {
    const value = x[i], size = at(epsilon, i);
    // an input out of bounds stays where it is rather than leave an empty region
    lo[i] = Math.min(value, Math.max(value - size, at(box.lo, i)));
    hi[i] = Math.max(value, Math.min(value + size, at(box.hi, i)));
  }
  return {
    norm,
    epsilon: typeof epsilon === "number" ? epsilon : Infinity,
    x: Float64Array.from(x),
    lo,
    hi,
  };
}

/** Unit roundoff of double precision. */
const UNIT = 2 ** -53;

/**
 * What a chain of at most `n` operations in double precision can be off by, for terms whose sizes add up to `size`:
 * γₙ·size with γₙ = n·u/(1 − n·u), and a little for what is rounded beside them (Higham, Accuracy and Stability of
 * Numerical Algorithms, section 3.1).
 */
export function roundingError(n: number, size: number): number {
  const nu = 4 * (n + 8) * UNIT;
  return nu / (1 - nu) * size;
}

/** The least value of a function over a region: proven from below, reached from above. */
export interface Minimum {
  /** A number that the function is nowhere below. */
  readonly lower: number;
  /** Its value at `x`. */
  readonly value: number;
  /** A point of the region that comes nearest to the least value, (D). */
  readonly x: Float64Array;
}

/** The least value of a·x + b over `within`, exact up to rounding: coordinate by coordinate, greedily in L1, by one multiplier in L2. */
export function linearMinimum(a: ArrayLike<number>, b: number, within: Neighborhood): Minimum {
  const { x, lo, hi, norm, epsilon } = within;
  const n = x.length;
  const moved = norm === "Linf"
    ? minimizeInBox(a, within)
    : norm === "L1"
    ? minimizeInL1(a, within)
    : minimizeInL2(a, within);
  const { at, multiplier, penalty } = moved;
  let value = b, size = Math.abs(b) + (multiplier > 0 ? multiplier * (1 + epsilon) * epsilon : 0);
  for (let i = 0; i < n; i++) {
    value += a[i] * at[i];
    size += Math.abs(a[i]) * Math.max(Math.abs(lo[i]), Math.abs(hi[i]));
  }
  // weak duality: the ball costs `multiplier` a unit of what the norm passes it by
  return { lower: value + penalty - roundingError(2 * n, size), value, x: at };
}

interface Moved {
  at: Float64Array;
  multiplier: number;
  penalty: number;
}

function minimizeInBox(a: ArrayLike<number>, { x, lo, hi }: Neighborhood): Moved {
  const at = x.map((value, i) => a[i] > 0 ? lo[i] : a[i] < 0 ? hi[i] : value);
  return { at, multiplier: 0, penalty: 0 };
}

/** L1: the steepest features first, each as far as it goes. */
function minimizeInL1(a: ArrayLike<number>, { x, lo, hi, epsilon }: Neighborhood): Moved {
  const at = x.slice();
  const order = Array.from(x.keys()).filter((i) => a[i] !== 0).sort((i, j) =>
    Math.abs(a[j]) - Math.abs(a[i])
  );
  let left = epsilon, multiplier = 0;
  for (const i of order) {
    const room = a[i] > 0 ? x[i] - lo[i] : hi[i] - x[i];
    if (room >= left) multiplier = Math.abs(a[i]);
    at[i] = x[i] - Math.sign(a[i]) * Math.min(room, left);
    left = Math.max(0, left - room);
    if (left === 0) break;
  }
  return { at, multiplier, penalty: 0 };
}

/** L2: δ = −a·t, each feature as far as it goes, with the t at which the length is ε. */
function minimizeInL2(a: ArrayLike<number>, { x, lo, hi, epsilon }: Neighborhood): Moved {
  const room = x.map((value, i) => a[i] > 0 ? value - lo[i] : hi[i] - value);
  // features reach their ends in the order of room / |a|
  const ends = Array.from(x.keys()).filter((i) => a[i] !== 0)
    .map((i) => ({ end: room[i] / Math.abs(a[i]), room: room[i] * room[i], slope: a[i] * a[i] }))
    .sort((p, q) => p.end - q.end);
  let slopes = ends.reduce((sum, { slope }) => sum + slope, 0), used = 0, t = Infinity;
  for (const { end, room, slope } of ends) {
    if (used + end * end * slopes >= epsilon * epsilon) {
      t = Math.sqrt(Math.max(0, epsilon * epsilon - used) / slopes);
      break;
    }
    used += room;
    slopes = Math.max(slopes - slope, 0);
  }
  const at = x.map((value, i) => value - Math.sign(a[i]) * Math.min(room[i], t * Math.abs(a[i])));
  const multiplier = t > 0 && t < Infinity ? 1 / t : 0;
  const length = at.reduce((sum, value, i) => sum + (value - x[i]) * (value - x[i]), 0);
  return { at, multiplier, penalty: multiplier / 2 * (length - epsilon * epsilon) };
}
