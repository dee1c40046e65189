/**
 * Angles at the origin, up to a half turn, by the tangent of half of them, which tells small ones apart where the cosine
 * does not. Sines by their series: those of `Math` differ between engines.
 *
 * @module
 */

/** The Euclidean length of `v`. */
export function lengthOf(v: Float64Array): number {
  return Math.sqrt(dot(v, v));
}

/** The inner product of `a` and `b`. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** The part of `v` that is orthogonal to `axis`, which is not 0. */
export function orthogonal(v: Float64Array, axis: Float64Array): Float64Array {
  const share = dot(v, axis) / dot(axis, axis);
  const out = new Float64Array(v.length);
  for (let i = 0; i < out.length; i++) out[i] = v[i] - share * axis[i];
  return out;
}

/** tan(angle / 2), infinite from a half turn on. */
export function halfTangent(angle: number): number {
  return angle >= Math.PI ? Infinity : sine(angle) / (1 + cosine(angle));
}

/** The same of the angle between two vectors that are not 0. */
export function halfTangentBetween(a: Float64Array, b: Float64Array): number {
  const p = 1 / lengthOf(a), q = 1 / lengthOf(b);
  let difference = 0, sum = 0;
  for (let i = 0; i < a.length; i++) {
    const u = a[i] * p, v = b[i] * q;
    difference += (u - v) * (u - v);
    sum += (u + v) * (u + v);
  }
  return Math.sqrt(difference / sum);
}

/** sin of an angle of at most a half turn. */
export function sine(angle: number): number {
  return series(angle, angle, 1);
}

/** cos of an angle of at most a half turn. */
export function cosine(angle: number): number {
  return series(angle, 1, 0);
}

/** first − first·a²/((k + 1)(k + 2)) + …, to the last bit that counts. */
function series(angle: number, first: number, power: number): number {
  let sum = 0, term = first;
  for (let k = power; Math.abs(term) > 1e-18 * Math.abs(first); k += 2) {
    sum += term;
    term *= -angle * angle / ((k + 1) * (k + 2));
  }
  return sum;
}

/** Parts of the angle to leave out for float32 inputs to stay within it, tried in turn; with all of it left out they do. */
function partsToLeaveOut(): number[] {
  return [0, ...Array.from({ length: 27 }, (_, i) => 1 / (1 << (26 - i)))];
}

/** Allowance for rounding in double. */
const TINY = 1e-12;

/** Whether `out` lies within `angle` of `x`, in radians. */
export function withinAngle(x: Float64Array, out: Float64Array, angle: number): boolean {
  if (out.every((value, i) => value === x[i])) return true;
  if (!(angle > 0)) return false;
  return halfTangentBetween(x, out) <= halfTangent(angle) * (1 - TINY);
}

/** x, in float32, turned by at most `angle` toward a direction, and clipped to `lo` and `hi`. */
export function rotateToward(
  x: Float64Array,
  { toward, angle, lo, hi }: {
    toward: Float64Array;
    angle: number;
    lo: Float32Array;
    hi: Float32Array;
  },
): Float64Array {
  const plane = angle > 0 ? planeOf(x, toward) : undefined;
  if (!plane) return x;
  const { length, side, sin: sinMax, cos: cosMax } = plane;
  const limit = halfTangent(angle) * (1 - TINY);
  const out = new Float64Array(x.length);
  for (const part of partsToLeaveOut()) {
    const smaller = angle * (1 - part);
    const [cos, sin] = passes(smaller, plane) ? [cosMax, sinMax] : [cosine(smaller), sine(smaller)];
    for (let i = 0; i < x.length; i++) {
      const value = Math.fround(Math.min(Math.max(cos * x[i] + sin * length * side[i], lo[i]), hi[i]));
      // a zero keeps its sign
      out[i] = value === x[i] ? x[i] : value;
    }
    if (halfTangentBetween(x, out) <= limit) return out;
  }
  return x;
}

/** The plane of an input and a direction. */
interface Plane {
  /** ‖x‖. */
  readonly length: number;
  /** The unit vector orthogonal to x, on the direction's side. */
  readonly side: Float64Array;
  /** Length of the direction's part orthogonal to x. */
  readonly distance: number;
  /** Sine and cosine of the angle between the two. */
  readonly sin: number;
  readonly cos: number;
}

/** The plane of `x` and `toward`; none where one of the two is 0, or they are parallel, where no side is nearer. */
export function planeOf(x: Float64Array, toward: Float64Array): Plane | undefined {
  const [length, size] = [lengthOf(x), lengthOf(toward)];
  if (!(length > 0 && size > 0 && size < Infinity)) return undefined;
  const side = orthogonal(toward, x);
  const distance = lengthOf(side);
  if (distance < TINY * size) return undefined;
  const [sin, cos] = [distance / size, dot(x, toward) / (length * size)];
  return { length, side: side.map((value) => value / distance), distance, sin, cos };
}

/** Whether a turn by `angle` would pass the direction. */
export function passes(angle: number, { sin, cos }: Plane): boolean {
  return halfTangent(angle) >= sin / (1 + cos);
}
