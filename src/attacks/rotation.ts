import type { Bounds } from "../kernels/attack.ts";
import { rowsOf } from "../matrix.ts";
import { cosine, halfTangent, halfTangentBetween, sine } from "./angle.ts";
import { type Attack, makeAttack } from "./attack.ts";
import { byChunks, lengthOf } from "./budget.ts";
import { type GradientOptions, uphill } from "./uphill.ts";
import { across, dot, norm } from "./vectors.ts";

/** What must be spared of the angle for float32 inputs to stay within it, tried in turn; with all of it they stay. */
const SPARED = [0, ...Array.from({ length: 27 }, (_, i) => 1 / (1 << (26 - i)))];

/** Allowance for rounding in double. */
const TINY = 1e-12;

/**
 * Rotation: each input is turned about the origin by the angle ε, in radians, toward the gradient of its loss, and keeps
 * its norm (paper, end of section 4): xAdv = cos θ · x + sin θ · ‖x‖ · u, u being the gradient's direction made
 * orthogonal to x. θ is ε, or less where that would turn x past the gradient; an input of zeros stays. With a target it
 * turns down the gradient of the target's loss.
 *
 * The angle never passes ε. With bounds what leaves them is clipped, and then the norm is not kept.
 *
 * @throws {InputError} if ε is negative or not finite, bounds or targets do not fit
 * @throws {InputError} if the inputs do not fit the model, or ε is one for each input
 */
export const rotation: Attack<GradientOptions> = makeAttack({
  name: "rotation",
  raisesLoss: true,
  distance: "angle",
  prepare(model, batch, options) {
    const { bounds = [-Infinity, Infinity] } = options;
    const gradient = model.inputGradient(batch.x, uphill("rotation", model, { batch, options }));
    return (epsilon) => {
      const angle = lengthOf("rotation", epsilon);
      return byChunks(batch.x, (out, rows) => {
        const [x, g] = [rows(batch.x), rows(gradient)];
        for (let i = 0; i < x.rows; i++) {
          const row = (m: typeof x) => new Float64Array(rowsOf(m, i, i + 1).data);
          out.data.set(turned(row(x), { toward: row(g), angle, bounds }), i * x.cols);
        }
      });
    };
  },
  pullback: ({ epsilon }) => ({ x, gradient, dX }) => {
    const plane = planeOf(x, gradient);
    if (!plane) return new Float64Array(x.length);
    const { length, side, distance } = plane;
    const past = passes(epsilon, plane);
    const factor = length * (past ? 1 / norm(gradient) : sine(epsilon) / distance);
    return (past ? across(dX, gradient) : across(across(dX, x), side)).map((value) => factor * value);
  },
});

/** x, in float32, turned by at most `angle` toward a direction. */
function turned(
  x: Float64Array,
  { toward, angle, bounds: [lo, hi] }: { toward: Float64Array; angle: number; bounds: Bounds },
): Float64Array {
  const plane = angle > 0 ? planeOf(x, toward) : undefined;
  if (!plane) return x;
  const { length, side, sin: most, cos: least } = plane;
  const within = halfTangent(angle) * (1 - TINY);
  const out = new Float64Array(x.length);
  for (const spared of SPARED) {
    const part = angle * (1 - spared);
    const [cos, sin] = passes(part, plane) ? [least, most] : [cosine(part), sine(part)];
    for (let i = 0; i < x.length; i++) {
      const value = Math.fround(Math.min(Math.max(cos * x[i] + sin * length * side[i], lo), hi));
      // a zero keeps its sign
      out[i] = value === x[i] ? x[i] : value;
    }
    if (halfTangentBetween(x, out) <= within) return out;
  }
  return x;
}

/** The plane of an input and a direction. */
interface Plane {
  /** ‖x‖. */
  readonly length: number;
  /** The unit vector across x toward the direction. */
  readonly side: Float64Array;
  /** Length of the direction across x. */
  readonly distance: number;
  /** Sine and cosine of the angle between the two. */
  readonly sin: number;
  readonly cos: number;
}

/** Nothing where there is no plane: one of the two is 0, or they are parallel, where no side is nearer. */
function planeOf(x: Float64Array, toward: Float64Array): Plane | undefined {
  const [length, size] = [norm(x), norm(toward)];
  if (!(length > 0 && size > 0 && size < Infinity)) return undefined;
  const side = across(toward, x);
  const distance = norm(side);
  if (distance < TINY * size) return undefined;
  const [sin, cos] = [distance / size, dot(x, toward) / (length * size)];
  return { length, side: side.map((value) => value / distance), distance, sin, cos };
}

/** Whether a turn by `angle` would pass the direction. */
function passes(angle: number, { sin, cos }: Plane): boolean {
  return halfTangent(angle) >= sin / (1 + cos);
}
