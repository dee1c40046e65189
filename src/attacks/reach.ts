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

/** The reach of a constraint in a norm. */
export function reach({ inputs, norm, epsilon, lo, hi, fixed }: Constraint): Reach {
  const max = typeof epsilon === "number" ? 1 : epsilon.reduce((a, b) => Math.max(a, b), 0);
  const featureScale = Float64Array.from({ length: inputs }, (_, i) => {
    if (fixed?.[i]) return 0;
    return typeof epsilon === "number" ? 1 : max > 0 ? epsilon[i] / max : 0;
  });
  const room = () => new Float64Array(inputs);
  return {
    norm: norm as Reach["norm"],
    inputs,
    lo,
    hi,
    featureScale: featureScale,
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
  { norm, inputs, featureScale: featureScale }: Reach,
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
  { norm, inputs, featureScale: featureScale }: Reach,
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
export function lengthOf({ norm, d, featureScale: featureScale }: Reach): number {
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
  { inputs, lo, hi, featureScale: featureScale, minStep: minStep, maxStep: maxStep }: Reach,
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
  const { norm, d, minStep: minStep, maxStep: maxStep, featureScale: featureScale } = within;
  if (norm === "L2") return projectL2({ d, lo: minStep, hi: maxStep }, size);
  if (norm === "L1") return projectL1({ d, lo: minStep, hi: maxStep }, size);
  if (norm === "L0") return projectL0({ d, lo: minStep, hi: maxStep }, size);
  for (let j = 0; j < d.length; j++) {
    const far = featureScale[j] > 0 ? size * featureScale[j] : 0;
    d[j] = Math.min(Math.max(d[j], -far, minStep[j]), far, maxStep[j]);
  }
}

/**
 * Writes to `d` the shortest difference within the room at which a·d = `gap`, a being row `i` of `slopes`; where none
 * reaches it, the one that comes nearest. Tells whether it is reached. In L∞ and L2 d is min(room, t·pace) or min(room, t·|a|) in the direction of each
 * slope, t found by Newton's steps from below (a·d is concave in t); in L1 the greatest slopes go first, in L0 those of the
 * features that can gain most.
 */
export function projectToPlane(within: Reach, { data }: Matrix, i: number, gap: number): boolean {
  const {
    norm,
    inputs,
    featureScale: featureScale,
    d,
    minStep: minStep,
    maxStep: maxStep,
    steep,
    room,
    speed,
  } = within;
  d.fill(0);
  const left = Math.abs(gap);
  if (!(left > 0 && left < Infinity)) return left === 0;
  const first = i * inputs, up = gap > 0;
  for (let j = 0; j < inputs; j++) {
    const slope = data[first + j];
    steep[j] = featureScale[j] > 0 ? Math.abs(slope) : 0;
    room[j] = slope > 0 === up ? maxStep[j] : -minStep[j];
    speed[j] = norm === "Linf" ? featureScale[j] : steep[j];
  }
  const reached = norm === "L1"
    ? greedily(within, steep, left)
    : norm === "L0"
    ? greedily(within, gains(within, left), left)
    : alongSpeeds(within, left);
  for (let j = 0; j < inputs; j++) if (d[j] > 0 && data[first + j] > 0 !== up) d[j] = -d[j];
  return reached;
}

/** In L∞ and L2: all features at their speeds, as long as there is room. */
function alongSpeeds({ inputs, d, steep, room, speed }: Reach, left: number): boolean {
  for (let t = 0, rounds = 0; rounds < 100; rounds++) {
    let reached = 0, rate = 0;
    for (let j = 0; j < inputs; j++) {
      const far = t * speed[j];
      if (far < room[j]) reached += steep[j] * far, rate += steep[j] * speed[j];
      else if (steep[j] > 0) reached += steep[j] * room[j];
    }
    const next = rate > 0 ? t + (left - reached) / rate : Infinity;
    if (next > t * (1 + 1e-15) && next < Infinity) {
      t = next;
      continue;
    }
    for (let j = 0; j < inputs; j++) {
      if (steep[j] > 0) d[j] = Math.min(room[j], rate > 0 ? t * speed[j] : Infinity);
    }
    return rate > 0;
  }
  return false;
}

/** How much each feature can gain, up to what is wanted. */
function gains({ steep, room, speed }: Reach, wanted: number): Float64Array {
  for (let j = 0; j < speed.length; j++) {
    // no slope is no gain, whatever the room
    speed[j] = steep[j] > 0 ? Math.min(steep[j] * room[j], wanted) : 0;
  }
  return speed;
}

/** The features of the greatest worth to their limits, the last as far as is needed; by quickselect. */
function greedily({ inputs, d, steep, room }: Reach, worth: Float64Array, left: number): boolean {
  let open = new Int32Array(inputs), count = 0;
  for (let j = 0; j < inputs; j++) if (steep[j] > 0 && room[j] > 0) open[count++] = j;
  open = open.subarray(0, count);
  while (open.length > 0) {
    const pivot = worth[open[open.length >> 1]];
    let gain = 0, above = 0, below = 0;
    const others = new Int32Array(open.length);
    for (const j of open) {
      if (worth[j] > pivot) others[above++] = j, gain += steep[j] * room[j];
      else if (worth[j] < pivot) others[others.length - ++below] = j;
    }
    if (above > 0 && gain >= left) {
      open = others.subarray(0, above);
      continue;
    }
    for (let k = 0; k < above; k++) d[others[k]] = room[others[k]];
    left -= gain;
    for (const j of open) {
      if (worth[j] !== pivot) continue;
      d[j] = Math.max(Math.min(room[j], left / steep[j]), 0);
      left -= d[j] * steep[j];
      if (left <= 0) return true;
    }
    open = others.subarray(others.length - below);
  }
  return false;
}
