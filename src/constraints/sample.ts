/** Random points of a ball. @module */

import { type Matrix, matrix } from "../matrix.ts";
import { fillNormal, fillUniform, type Rng } from "../rng.ts";
import type { Constraint } from "./constraint.ts";
import { addWithin, towardZero } from "./float32.ts";

/**
 * Writes a point drawn from `from`, uniform in the ball around `original`, bounds and what else is allowed aside. All are of
 * one input, (1, D); `v` is room to work in.
 */
export function sample(
  constraint: Constraint,
  out: Matrix,
  { original, from, v }: { original: Matrix; from: Rng; v: Matrix },
): void {
  const { norm, inputs } = constraint;
  if (norm === "L0") return sampleL0(constraint, out, original, from);
  if (norm === "Linf") fillUniform(v, from, { lo: -1, hi: 1 });
  else fillBall(constraint, v, from);
  const { data: to } = out, { data: x } = original, { data: d } = v, { sizes } = constraint;
  for (let i = 0; i < inputs; i++) {
    to[i] = addWithin(x[i], norm === "Linf" ? Math.fround(d[i] * sizes[i]) : d[i]);
  }
}

/** A point of the ball in L2 or L1 around 0, rounded toward it. */
function fillBall({ norm, epsilon, inputs }: Constraint, v: Matrix, from: Rng): void {
  // the radius in a ball of D dimensions is distributed as the greatest of D uniform numbers
  fillUniform(v, from.split("radius"));
  const radius = (epsilon as number) * v.data.reduce((a, b) => Math.max(a, b), 0);
  if (norm === "L1") fillSpacings(v, from);
  else fillNormal(v, from);
  let sum = 0;
  for (const value of v.data) sum += norm === "L1" ? Math.abs(value) : value * value;
  const factor = sum > 0 ? radius / (norm === "L1" ? sum : Math.sqrt(sum)) : 0;
  for (let i = 0; i < inputs; i++) v.data[i] = towardZero(factor * v.data[i]);
}

/** Features drawn from those that may move, each anywhere in its bounds, or a normal step away where it has none. */
function sampleL0(
  { inputs, epsilon, lo, hi, fixed }: Constraint,
  out: Matrix,
  original: Matrix,
  from: Rng,
): void {
  const free = Array.from({ length: inputs }, (_, i) => i).filter((i) => !fixed?.[i]);
  const step = matrix(1, inputs);
  fillNormal(step, from.split("steps"));
  const { data: to } = out, { data: x } = original;
  to.set(x);
  for (let count = Math.min(Math.floor(epsilon as number), free.length); count > 0; count--) {
    const [i] = free.splice(from.below(free.length), 1);
    const width = hi[i] - lo[i];
    to[i] = Number.isFinite(width) ? lo[i] + from.next() * width : x[i] + step.data[i];
  }
}

/** Lengths of random signs, uniform among those of one sum: the spaces between sorted uniform numbers. */
function fillSpacings(v: Matrix, from: Rng): void {
  const signs = matrix(1, v.cols);
  fillUniform(v, from.split("spaces"));
  fillUniform(signs, from.split("signs"), { lo: -1, hi: 1 });
  v.data.sort();
  for (let i = v.cols - 1; i > 0; i--) v.data[i] -= v.data[i - 1];
  for (let i = 0; i < v.cols; i++) if (signs.data[i] < 0) v.data[i] = -v.data[i];
}
