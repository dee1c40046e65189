/** How far features may go, distances, balls and planes within bounds: one example at a time, in double. @module */

import type { Constraint, Distance } from "../constraints/constraint.ts";
import { projectL0, projectL1, projectL2 } from "../constraints/norms.ts";
import type { Matrix } from "../matrix.ts";

/** What bounds a search for the nearest input, whatever the size. */
export interface Reach {
  readonly norm: Exclude<Distance, "angle">;
  readonly inputs: number;
  readonly lo: Float32Array;
  readonly hi: Float32Array;
  /** How far a feature goes while another goes 1; 0 if it stays. 1 but in L∞ with a size for each feature. */
  readonly featureScale: Float64Array;
  /** Numbers of one example to work with: a difference to where it starts, and the box around that. */
  readonly d: Float64Array;
  readonly minStep: Float64Array;
  readonly maxStep: Float64Array;
  /** Its slopes without their signs, how far each feature can go along them, and how fast it does. */
  readonly steep: Float64Array;
  readonly room: Float64Array;
  readonly speed: Float64Array;
}

/** 1 for each feature that may move, 0 for those that stay; the share of the greatest size where sizes differ. */
export function featureScales({ inputs, epsilon, fixed }: Constraint): Float64Array {
  if (typeof epsilon === "number") return Float64Array.from({ length: inputs }, (_, i) => fixed?.[i] ? 0 : 1);
  const max = epsilon.reduce((a, b) => Math.max(a, b), 0);
  return epsilon.map((size, i) => max > 0 && !fixed?.[i] ? size / max : 0);
}

/** The reach of a constraint in a norm. */
export function reach(constraint: Constraint): Reach {
  const { inputs, norm, lo, hi } = constraint;
  const room = () => new Float64Array(inputs);
  return {
    norm: norm as Reach["norm"],
    inputs,
    lo,
    hi,
    featureScale: featureScales(constraint),
    d: room(),
    minStep: room(),
    maxStep: room(),
    steep: room(),
    room: room(),
    speed: room(),
  };
}

/** The distance between row `i` of `x` and row `k` of `own`. */
export function distance(
  { norm, inputs, featureScale }: Reach,
  [x, i]: [Matrix, number],
  [own, k]: [Matrix, number],
): number {
  const { data: a } = x, { data: b } = own;
  let sum = 0;
  for (let j = 0, p = i * inputs, q = k * inputs; j < inputs; j++, p++, q++) {
    const d = Math.abs(a[p] - b[q]);
    if (d === 0) continue;
    if (norm === "Linf") sum = Math.max(sum, d / featureScale[j]);
    else sum += norm === "L2" ? d * d : norm === "L1" ? d : 1;
  }
  return norm === "L2" ? Math.sqrt(sum) : sum;
}

/** The norm of a gradient that is dual to the distance: how fast a function rises at most. */
export function dualNorm(
  { norm, inputs, featureScale }: Reach,
  { data }: Matrix,
  i: number,
): number {
  let sum = 0;
  for (let j = 0, p = i * inputs; j < inputs; j++, p++) {
    const g = Math.abs(data[p]) * featureScale[j];
    if (norm === "L1") sum = Math.max(sum, g);
    else sum += norm === "L2" ? g * g : g;
  }
  return norm === "L2" ? Math.sqrt(sum) : sum;
}

/** The length of the difference at hand. */
export function lengthOf({ norm, d, featureScale }: Reach): number {
  let sum = 0;
  for (let j = 0; j < d.length; j++) {
    if (d[j] === 0) continue;
    const far = Math.abs(d[j]);
    if (norm === "Linf") sum = Math.max(sum, far / featureScale[j]);
    else sum += norm === "L2" ? far * far : norm === "L1" ? far : 1;
  }
  return norm === "L2" ? Math.sqrt(sum) : sum;
}

/** Writes the room of row `i` of `from` to `least` and `greatest`. */
export function setRoom(
  { inputs, lo, hi, featureScale, minStep, maxStep }: Reach,
  { data }: Matrix,
  i: number,
): void {
  for (let j = 0, p = i * inputs; j < inputs; j++, p++) {
    minStep[j] = featureScale[j] > 0 ? lo[j] - data[p] : 0;
    maxStep[j] = featureScale[j] > 0 ? hi[j] - data[p] : 0;
  }
}

/** Writes row `i` of `out` = row `i` of `own` + `d`, clipped; a difference of 0 leaves the bits. */
export function writeDisplaced({ inputs, lo, hi, d }: Reach, out: Matrix, own: Matrix, i: number): void {
  const { data } = out, { data: x } = own;
  for (let j = 0, p = i * inputs; j < inputs; j++, p++) {
    const value = d[j] === 0 ? x[p] : Math.fround(x[p] + d[j]);
    data[p] = value < lo[j] ? lo[j] : value > hi[j] ? hi[j] : value;
  }
}

/** Writes over `d` the nearest point of the ball of this size within the room. */
export function projectToBall(within: Reach, size: number): void {
  const { norm, d, minStep, maxStep, featureScale } = within;
  if (norm === "L2") return projectL2({ d, lo: minStep, hi: maxStep }, size);
  if (norm === "L1") return projectL1({ d, lo: minStep, hi: maxStep }, size);
  if (norm === "L0") return projectL0({ d, lo: minStep, hi: maxStep }, size);
  for (let j = 0; j < d.length; j++) {
    const far = size * featureScale[j];
    d[j] = Math.min(Math.max(d[j], -far, minStep[j]), far, maxStep[j]);
  }
}
