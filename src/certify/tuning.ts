/** Slopes of lines that bound activations, and how a bound changes with them. @module */

import { activate, activationAt } from "./chain.ts";
import { bendOf, type Lines, linesFor, NARROW, roughness, slopeAt } from "./relaxation.ts";
import type { Stage } from "./substitution.ts";

/** The lines that a stage may have, by parameters. */
export interface Tuning {
  /** How many parameters have more than one value. */
  readonly count: number;
  readonly start: Float64Array;
  lines(p: Float64Array): Lines;
  /** Moves parameters to allowed ones. */
  project(p: Float64Array): void;
  /** How a bound rises with each parameter, where it rises by `slopes` with each unit, whose arguments are `z`. */
  gradient(p: Float64Array, slopes: Float64Array, z: Float64Array): Float64Array;
}

export function tuningOf(stage: Stage): Tuning {
  return stage.compared ? maxoutTuning(stage) : activationTuning(stage);
}

/** Shares of the pieces of a maxout unit, below it, that add up to 1. */
function maxoutTuning({ lines, compared }: Stage): Tuning {
  const { leader, ahead } = compared!, units = leader.length, rows = ahead.hi.length;
  const piecesOf = (u: number) => {
    const all = [leader[u] * units + u];
    for (let row = u; row < rows; row += units) if (row !== all[0] && ahead.hi[row] > 0) all.push(row);
    return all;
  };
  const open = Array.from(leader, (_, u) => piecesOf(u)).filter(({ length }) => length > 1);
  return {
    count: open.length,
    start: lines.lower.coefficients.slice(),
    lines: (p) => ({
      upper: lines.upper,
      lower: { coefficients: p.slice(), constants: lines.lower.constants },
    }),
    project(p) {
      for (const pieces of open) {
        ontoSimplex(p, pieces);
        // what rounding leaves falls to the leader
        p[pieces[0]] = Math.max(0, 1 - pieces.slice(1).reduce((sum, row) => sum + p[row], 0));
      }
    },
    gradient(p, slopes, z) {
      const g = new Float64Array(p.length);
      for (const pieces of open) {
        const a = slopes[pieces[0] % units];
        if (a > 0) { for (const row of pieces) g[row] = a * z[row]; }
      }
      return g;
    },
  };
}

/** Moves the entries of `p` at `places` to the nearest shares that are ≥ 0 and add up to 1. */
function ontoSimplex(p: Float64Array, places: readonly number[]): void {
  const sorted = places.map((at) => p[at]).sort((a, b) => b - a);
  let sum = 0, level = 0;
  sorted.forEach((value, k) => {
    sum += value;
    if (value > (sum - 1) / (k + 1)) level = (sum - 1) / (k + 1);
  });
  for (const at of places) p[at] = Math.max(0, p[at] - level);
}

/** Where in its range each line lies, in [0, 1]: parameters of the lower lines, then of the upper ones. */
function activationTuning({ layer: all, before: { lo, hi }, lines }: Stage): Tuning {
  const layer = all as Exclude<Stage["layer"], { type: "maxout" }>;
  const units = lo.length;
  const from = new Float64Array(2 * units), to = new Float64Array(2 * units);
  const sides = [lines.lower, lines.upper];
  const start = new Float64Array(2 * units);
  for (let u = 0; u < units; u++) {
    const own = activationAt(layer, u), [l, h] = [lo[u], hi[u]];
    if (own.type === "identity") continue;
    if (own.type === "relu" || own.type === "leakyRelu") {
      if (l >= 0 || h <= 0) continue;
      [from[u], to[u]] = [own.type === "relu" ? 0 : own.slope ?? 0, 1];
      start[u] = lines.lower.coefficients[u] === 1 ? 1 : 0;
      continue;
    }
    if (h - l <= NARROW) continue;
    const bend = bendOf(own, l, h);
    if (bend !== "concave") {
      [from[u], to[u]] = [l, bend === "convex" ? h : touching(own, { from: l, end: h })];
    }
    if (bend !== "convex") {
      [from[units + u], to[units + u]] = [bend === "concave" ? l : touching(own, { from: h, end: l }), h];
    }
    for (const at of [u, units + u]) if (!(from[at] < to[at])) from[at] = to[at] = 0;
    start.fill(0.5, u, u + 1).fill(0.5, units + u, units + u + 1);
  }
  const open = Array.from(from.keys()).filter((at) => from[at] < to[at]);
  const isKinked = (u: number) => ["relu", "leakyRelu"].includes(activationAt(layer, u).type);
  const placeOf = (p: Float64Array, at: number) => from[at] + p[at] * (to[at] - from[at]);
  return {
    count: open.length,
    start,
    lines(p) {
      const out = linesFor(units, 1), both = [out.lower, out.upper];
      both.forEach((side, k) => {
        side.coefficients.set(sides[k].coefficients);
        side.constants.set(sides[k].constants);
      });
      for (const at of open) {
        const u = at % units, own = activationAt(layer, u), place = placeOf(p, at), upper = at >= units;
        const side = both[Number(upper)];
        if (isKinked(u)) {
          side.coefficients[u] = place;
          continue;
        }
        const slope = slopeAt(own, place), far = roughness(own, lo[u], hi[u]);
        side.coefficients[u] = slope;
        side.constants[u] = activate(own, place) - slope * place + (upper ? far : -far);
      }
      return out;
    },
    project(p) {
      for (const at of open) p[at] = Math.min(1, Math.max(0, p[at]));
    },
    gradient(p, slopes, z) {
      const g = new Float64Array(p.length);
      for (const at of open) {
        const u = at % units, activation = activationAt(layer, u), range = to[at] - from[at];
        if (slopes[u] > 0 === at >= units || slopes[u] === 0) continue;
        const place = placeOf(p, at);
        const rise = isKinked(u) ? z[u] : curvature(activation, place) * (z[u] - place);
        g[at] = slopes[u] * rise * range;
      }
      return g;
    },
  };
}

/** The second derivative of a curved activation. */
function curvature(activation: Parameters<typeof slopeAt>[0], z: number): number {
  const f = activate(activation, z), slope = slopeAt(activation, z);
  if (activation.type === "tanh") return -2 * f * slope;
  if (activation.type === "sigmoid") return (1 - 2 * f) * slope;
  return activation.type === "exp" ? f : 2;
}

/** Halvings of a range in which a tangent's place is looked for. */
const HALVINGS = 40;

/**
 * Of an S-shaped activation, the place farthest from `from`, on its side of 0, whose tangent passes the function's value at
 * `end` on the side of the tangent at `from`; `from` itself where not even that does.
 */
function touching(
  activation: Parameters<typeof slopeAt>[0],
  { from, end }: { from: number; end: number },
): number {
  const passes = (place: number) => {
    const there = activate(activation, place) + slopeAt(activation, place) * (end - place) -
      activate(activation, end);
    return from < end ? there <= 0 : there >= 0;
  };
  if (!passes(from)) return from;
  let [near, far] = [from, 0];
  for (let k = 0; k < HALVINGS; k++) {
    const middle = (near + far) / 2;
    if (passes(middle)) near = middle;
    else far = middle;
  }
  return near;
}
