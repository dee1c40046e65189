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
 * @throws {RangeError} if ε is negative or not finite, bounds or targets do not fit
 * @throws {TypeError} if the inputs do not fit the model, or ε is one for each input
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
          const row = (m: typeof x) => rowsOf(m, i, i + 1).data;
          turn(row(out), row(x), { toward: row(g), angle, bounds });
        }
      });
    };
  },
  pullback: ({ epsilon }) => ({ x, gradient, dX }) => {
    const plane = planeOf(x, gradient);
    if (!plane) return new Float32Array(x.length);
    const { length, side, distance } = plane;
    if (passes(epsilon, plane)) return across(dX, gradient).map((value) => length * value / norm(gradient));
    return across(across(dX, x), side).map((value) => sine(epsilon) * length * value / distance);
  },
});

/** Writes x turned by at most `angle` toward a direction. */
function turn(
  out: Float32Array,
  x: Float32Array,
  { toward, angle, bounds: [lo, hi] }: { toward: Float32Array; angle: number; bounds: Bounds },
): void {
  out.set(x);
  const plane = angle > 0 ? planeOf(x, toward) : undefined;
  if (!plane) return;
  const { length, side, sin: most, cos: least } = plane;
  const within = halfTangent(angle) * (1 - TINY);
  for (const spared of SPARED) {
    const part = angle * (1 - spared);
    const [cos, sin] = passes(part, plane) ? [least, most] : [cosine(part), sine(part)];
    for (let i = 0; i < x.length; i++) {
      const value = Math.min(Math.max(cos * x[i] + sin * length * side[i], lo), hi);
      // a zero keeps its sign
      out[i] = Math.fround(value) === x[i] ? x[i] : value;
    }
    if (halfTangentBetween(x, out) <= within) return;
  }
  out.set(x);
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
function planeOf(x: Float32Array, toward: Float32Array): Plane | undefined {
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
