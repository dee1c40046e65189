/** The nearest point of a plane within bounds, in each norm: one example at a time, in double. @module */

import type { Matrix } from "../matrix.ts";
import type { Reach } from "./reach.ts";

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
    featureScale,
    d,
    minStep,
    maxStep,
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
    steep[j] = Math.abs(slope);
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
  for (let t = 0;;) {
    let reached = 0, rate = 0;
    for (let j = 0; j < inputs; j++) {
      const far = t * speed[j];
      if (far < room[j]) reached += steep[j] * far, rate += steep[j] * speed[j];
      else reached += steep[j] * room[j];
    }
    const next = t + (left - reached) / rate;
    if (next > t * (1 + 1e-15) && next < Infinity) {
      t = next;
      continue;
    }
    for (let j = 0; j < inputs; j++) {
      if (steep[j] > 0) d[j] = Math.min(room[j], t * speed[j]);
    }
    return rate > 0 || reached >= left;
  }
}

/** How much each feature can gain, up to what is wanted. */
function gains({ steep, room, speed }: Reach, wanted: number): Float64Array {
  for (let j = 0; j < speed.length; j++) {
    speed[j] = Math.min(steep[j] * room[j], wanted);
  }
  return speed;
}

/** The features of the greatest worth to their limits, the last as far as is needed; by quickselect. */
function greedily({ inputs, d, steep, room }: Reach, worth: Float64Array, left: number): boolean {
  let open = new Int32Array(inputs), count = 0;
  for (let j = 0; j < inputs; j++) if (steep[j] > 0) open[count++] = j;
  open = open.subarray(0, count);
  while (open.length > 0) {
    const pivot = worth[open[open.length >> 1]];
    let gain = 0, above = 0, below = 0;
    const others = new Int32Array(open.length);
    for (const j of open) {
      if (worth[j] > pivot) others[above++] = j, gain += steep[j] * room[j];
      else if (worth[j] < pivot) others[others.length - ++below] = j;
    }
    if (gain >= left) {
      open = others.subarray(0, above);
      continue;
    }
    for (let k = 0; k < above; k++) d[others[k]] = room[others[k]];
    left -= gain;
    for (const j of open) {
      if (worth[j] !== pivot) continue;
      d[j] = Math.min(room[j], left / steep[j]);
      // by what it can gain: what it does gain may be less than is left by rounding alone
      left -= steep[j] * room[j];
      if (left <= 0) return true;
    }
    open = others.subarray(others.length - below);
  }
  return false;
}
