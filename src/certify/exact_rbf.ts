/** Diagonal RBF networks: exact robustness in L∞ with bounds and in L2, by one-variable quadratics. @module */

import { type Margin, minMargin } from "./exact_linear.ts";
import { type Minimum, type Neighborhood, roundingError } from "./neighborhood.ts";

/** Scores −Σᵢ βᶜᵢ (x − μᶜᵢ)² in double precision, μ and β (C, D) by rows. */
export interface Diagonal {
  readonly rows: number;
  readonly cols: number;
  readonly mu: Float64Array;
  readonly beta: Float64Array;
}

/** A sum of one-variable quadratics, Σ sᵢ(x − pᵢ)² − tᵢ(x − qᵢ)². */
interface Quadratics {
  s: Float64Array;
  p: Float64Array;
  t: Float64Array;
  q: Float64Array;
}

/** Halvings of the interval in which the multiplier of an L2 ball lies, at most. */
const HALVINGS = 200;

/**
 * The least margin of `label` over `within` and a worst input. Exact up to rounding in L∞, end points and vertex of
 * each quadratic, and in L2 without bounds, where one multiplier leaves no gap (Boyd and Vandenberghe, Convex
 * Optimization, appendix B.1); with bounds in L2, and in L1, `lower` is a bound.
 */
export function rbfMargin({ rows, cols, mu, beta }: Diagonal, label: number, within: Neighborhood): Margin {
  const row = (of: Float64Array, c: number) => of.subarray(c * cols, (c + 1) * cols);
  return minMargin({ classes: rows, label }, (rival) =>
    quadraticMinimum({
      s: row(beta, rival),
      p: row(mu, rival),
      t: row(beta, label),
      q: row(mu, label),
    }, within));
}

/** The least value of quadratics over a region. */
export function quadraticMinimum(of: Quadratics, within: Neighborhood): Minimum {
  if (within.norm === "Linf" || within.epsilon === 0) return penalised(of, within, 0).minimum;
  // the dual is concave in the multiplier: its slope is the size of the minimiser less that of the ball
  let [low, high] = [0, 1];
  const at = (multiplier: number) => penalised(of, within, multiplier);
  let best = at(0);
  if (best.excess <= 0) return best.minimum;
  let inside = at(high);
  while (inside.excess > 0 && high < 2 ** 500) {
    low = high;
    inside = at(high *= 4);
  }
  let outside = at(low);
  for (let k = 0; k < HALVINGS; k++) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    const found = at(middle);
    if (found.minimum.lower > best.minimum.lower) best = found;
    if (found.excess > 0) [low, outside] = [middle, found];
    else [high, inside] = [middle, found];
  }
  const lower = Math.max(best.minimum.lower, outside.minimum.lower, inside.minimum.lower);
  const x = onSphere(of, within, { inside: inside.minimum.x, outside: outside.minimum.x });
  return { lower, value: valueAt(of, x), x };
}

/** The least value of the quadratics and `multiplier` times the size of the move (δ²/2 or |δ|), less that of the ball. */
function penalised(
  of: Quadratics,
  within: Neighborhood,
  multiplier: number,
): { minimum: Minimum; excess: number } {
  const { x, lo, hi, norm, epsilon } = within;
  const point = new Float64Array(x.length);
  const cost = (delta: number) => norm === "L2" ? delta * delta / 2 : norm === "L1" ? Math.abs(delta) : 0;
  let value = 0, size = 0, moved = 0;
  for (let i = 0; i < x.length; i++) {
    const [s, p, t, q] = [of.s[i], of.p[i], of.t[i], of.q[i]];
    const f = (at: number) =>
      s * (at - p) * (at - p) - t * (at - q) * (at - q) + multiplier * cost(at - x[i]);
    // vertices of the quadratic, of one branch each side of x in L1
    const curvature = s - t + (norm === "L2" ? multiplier / 2 : 0);
    const linear = s * p - t * q + (norm === "L2" ? multiplier * x[i] / 2 : 0);
    let best = lo[i], min = f(lo[i]);
    const consider = (at: number) => {
      if (!(at > lo[i] && at < hi[i])) return;
      const here = f(at);
      if (here < min) [best, min] = [at, here];
    };
    if (f(hi[i]) < min) [best, min] = [hi[i], f(hi[i])];
    consider(x[i]);
    if (curvature > 0) {
      consider(linear / curvature);
      if (norm === "L1") {
        consider((linear - multiplier / 2) / curvature);
        consider((linear + multiplier / 2) / curvature);
      }
    }
    point[i] = best;
    value += min;
    moved += cost(best - x[i]);
    const far = Math.max(Math.abs(lo[i]), Math.abs(hi[i]));
    size += s * (far + Math.abs(p)) * (far + Math.abs(p)) + t * (far + Math.abs(q)) * (far + Math.abs(q)) +
      multiplier * cost(hi[i] - lo[i]);
  }
  const ball = norm === "L2" ? epsilon * epsilon / 2 : norm === "L1" ? epsilon : 0;
  const lower = value - multiplier * ball - roundingError(x.length, size + multiplier * ball);
  return { minimum: { lower, value: valueAt(of, point), x: point }, excess: moved - ball };
}

/** The best of the point within the ball and those on its surface toward the one outside. */
function onSphere(
  of: Quadratics,
  { x, norm, epsilon }: Neighborhood,
  { inside, outside }: { inside: Float64Array; outside: Float64Array },
): Float64Array {
  const length = (point: Float64Array) => {
    const sum = point.reduce((sum, value, i) => {
      const delta = Math.abs(value - x[i]);
      return sum + (norm === "L2" ? delta * delta : delta);
    }, 0);
    return norm === "L2" ? Math.sqrt(sum) : sum;
  };
  let [near, far] = [0, 1];
  const between = (share: number) => inside.map((value, i) => value + share * (outside[i] - value));
  for (let k = 0; k < 60; k++) {
    const middle = (near + far) / 2;
    if (length(between(middle)) <= epsilon) near = middle;
    else far = middle;
  }
  const [a, b] = [inside, between(near)];
  return valueAt(of, a) <= valueAt(of, b) ? a : b;
}

function valueAt({ s, p, t, q }: Quadratics, x: Float64Array): number {
  return x.reduce(
    (sum, v, i) => sum + s[i] * (v - p[i]) * (v - p[i]) - t[i] * (v - q[i]) * (v - q[i]),
    0,
  );
}
