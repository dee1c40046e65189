import type { Bounds } from "../kernels/attack.ts";
import { rowsOf } from "../matrix.ts";
import { type Attack, byChunks, lengthOf, makeAttack } from "./attack.ts";
import { type GradientOptions, uphill } from "./uphill.ts";

/** What must be spared of the angle for float32 inputs to stay within it, tried in turn; with all of it they stay. */
const SPARED = [0, ...Array.from({ length: 27 }, (_, i) => 1 / (1 << (26 - i)))];

/** Allowance for the rounding of the angle's own measurement. */
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
});

/** Writes x turned by at most `angle` toward a direction. */
function turn(
  out: Float32Array,
  x: Float32Array,
  { toward, angle, bounds: [lo, hi] }: { toward: Float32Array; angle: number; bounds: Bounds },
): void {
  const [length, along] = [norm(x), unit(toward)];
  out.set(x);
  if (length === 0 || along === undefined || angle === 0) return;
  const cosine = along.reduce((sum, value, i) => sum + value * x[i], 0) / length;
  const across = along.map((value, i) => value - cosine * x[i] / length);
  const sine = norm(across);
  // along the gradient already, or against it, where no side is nearer
  if (sine < TINY) return;
  const within = halfTangent(angle);
  for (const spared of SPARED) {
    const part = angle * (1 - spared);
    const [cos, sin] = halfTangent(part) < sine / (1 + cosine)
      ? [cosineOf(part), sineOf(part)]
      : [cosine, sine];
    for (let i = 0; i < x.length; i++) {
      const value = Math.min(Math.max(cos * x[i] + sin * length * (across[i] / sine), lo), hi);
      // a zero keeps its sign
      out[i] = Math.fround(value) === x[i] ? x[i] : value;
    }
    if (halfTangentBetween(x, out) <= within * (1 - TINY)) return;
  }
  out.set(x);
}

/** The tangent of half the angle between two vectors, which is accurate also for small ones. */
function halfTangentBetween(a: Float32Array, b: Float32Array): number {
  const [p, q] = [norm(a), norm(b)];
  let [apart, together] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    const [u, v] = [a[i] / p, b[i] / q];
    apart += (u - v) * (u - v);
    together += (u + v) * (u + v);
  }
  return Math.sqrt(apart / together);
}

/** tan(angle / 2), infinite from a half turn on. */
function halfTangent(angle: number): number {
  return angle >= Math.PI ? Infinity : sineOf(angle) / (1 + cosineOf(angle));
}

/** sin and cos for angles up to a half turn, by their series: those of `Math` differ between engines. */
function sineOf(angle: number): number {
  let [sum, term] = [0, angle];
  for (let k = 1; Math.abs(term) > 1e-18 * angle; k += 2) {
    sum += term;
    term *= -angle * angle / ((k + 1) * (k + 2));
  }
  return sum;
}

function cosineOf(angle: number): number {
  let [sum, term] = [0, 1];
  for (let k = 0; Math.abs(term) > 1e-18; k += 2) {
    sum += term;
    term *= -angle * angle / ((k + 1) * (k + 2));
  }
  return sum;
}

function norm(v: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < v.length; i++) sum += v[i] * v[i];
  return Math.sqrt(sum);
}

/** `v` over its length; nothing if it is 0 or not finite. */
function unit(v: Float32Array): Float64Array | undefined {
  const most = v.reduce((m, value) => Math.max(m, Math.abs(value)), 0);
  if (!(most > 0 && most < Infinity)) return undefined;
  const scaled = Float64Array.from(v, (value) => value / most);
  const length = norm(scaled);
  return scaled.map((value) => value / length);
}
