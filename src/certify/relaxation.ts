/** Lines above and below activations between bounds of their arguments. @module */

import { activate, activationAt, type ActivationLayer, type MixedLayer } from "./chain.ts";

/** Functions Σₚ coefficient[p·U + u]·z[p·U + u] + constant[u], one below and one above each unit's output. */
export interface Lines {
  readonly lower: { readonly coefficients: Float64Array; readonly constants: Float64Array };
  readonly upper: { readonly coefficients: Float64Array; readonly constants: Float64Array };
}

/** Least and greatest value of each of a row of numbers. */
export interface Bounds {
  readonly lo: Float64Array;
  readonly hi: Float64Array;
}

/** Room for the lines of `units` units of `pieces` arguments each. */
export function linesFor(units: number, pieces: number): Lines {
  const side = () => ({
    coefficients: new Float64Array(units * pieces),
    constants: new Float64Array(units),
  });
  return { lower: side(), upper: side() };
}

/** What rounding may move a curved function's value or slope by, relative to 1. */
export const ROUGH = 2 ** -44;

/** The slope of a curved activation at `z`. */
export function slopeAt(layer: ActivationLayer, z: number): number {
  const f = activate(layer, z);
  return layer.type === "tanh"
    ? 1 - f * f
    : layer.type === "sigmoid"
    ? f * (1 - f)
    : layer.type === "exp"
    ? f
    : 2 * z;
}

/** The most by which a line through computed points of a curved activation between `l` and `h` may be off. */
export function roughness(layer: ActivationLayer, l: number, h: number): number {
  const far = 1 + Math.abs(l) + Math.abs(h);
  return ROUGH * far * (layer.type === "square" ? far : layer.type === "exp" ? 1 + activate(layer, h) : 1);
}

/** Which way a curved activation bends between `l` and `h`: up, down, or first up and then down. */
export function bendOf({ type }: ActivationLayer, l: number, h: number): "convex" | "concave" | "both" {
  if (type === "square" || type === "exp" || h <= 0) return "convex";
  return l >= 0 ? "concave" : "both";
}

/** Where a curved activation's ends are so near that a constant is the best line. */
export const NARROW = 1e-6;

/**
 * Lines for an activation of one argument in [lo, hi]. ReLU and leaky ReLU: the chord above; below the slope at the
 * middle (Zhang et al., Efficient Neural Network Robustness Certification with General Activation Functions, 2018). Tanh
 * and sigmoid: chord and tangent where they bend one way, else the lesser end slope through each end (Singh et al., An
 * Abstract Domain for Certifying Neural Networks, 2019).
 */
export function activationLines(all: ActivationLayer | MixedLayer, { lo, hi }: Bounds): Lines {
  const lines = linesFor(lo.length, 1);
  const { lower, upper } = lines;
  const put = (side: typeof lower, u: number, slope: number, constant: number) => {
    side.coefficients[u] = slope;
    side.constants[u] = constant;
  };
  for (let u = 0; u < lo.length; u++) {
    const [l, h] = [lo[u], hi[u]];
    const layer = activationAt(all, u);
    if (layer.type === "identity") {
      for (const side of [lower, upper]) put(side, u, 1, 0);
      continue;
    }
    if (layer.type === "relu" || layer.type === "leakyRelu") {
      const below = layer.type === "relu" ? 0 : layer.slope ?? 0;
      if (l >= 0 || h <= 0) {
        for (const side of [lower, upper]) put(side, u, l >= 0 ? 1 : below, 0);
      } else {
        const slope = (h - below * l) / (h - l);
        put(upper, u, slope, (below - slope) * l);
        put(lower, u, h > -l ? 1 : below, 0);
      }
      continue;
    }
    const f = (z: number) => activate(layer, z);
    const df = (z: number) => slopeAt(layer, z);
    const chord = h - l > NARROW ? (f(h) - f(l)) / (h - l) : 0;
    const middle = (l + h) / 2;
    const tangent = df(middle), minSlope = Math.min(df(l), df(h));
    const far = roughness(layer, l, h), bend = bendOf(layer, l, h);
    if (h - l <= NARROW) {
      // a square may be less between its ends
      put(lower, u, 0, layer.type === "square" && l < 0 && h > 0 ? 0 : Math.min(f(l), f(h)) - far);
      put(upper, u, 0, Math.max(f(l), f(h)) + far);
    } else if (bend === "concave") {
      put(lower, u, chord, f(l) - chord * l - far);
      put(upper, u, tangent, f(middle) - tangent * middle + far);
    } else if (bend === "convex") {
      put(lower, u, tangent, f(middle) - tangent * middle - far);
      put(upper, u, chord, f(l) - chord * l + far);
    } else {
      put(lower, u, minSlope, f(l) - minSlope * l - far);
      put(upper, u, minSlope, f(h) - minSlope * h + far);
    }
  }
  return lines;
}

/** The pieces of each maxout unit compared with the one that leads at the middle of the region. */
export interface Compared {
  /** The piece that leads, (U). */
  readonly leader: Int32Array;
  /** Bounds of each piece less the leader, (P·U); 0 and 0 for the leader. */
  readonly ahead: Bounds;
}

/**
 * Lines for maxout units: below, the leader; above, the concave envelope of max(0, d₁, d₂, …) over the box of the
 * differences d to the leader, Σ λₚ(dₚ − lₚ) + L with λₚ = (uₚ − L)⁺ / (uₚ − lₚ) and the least L ≥ 0 at which Σ λₚ ≤ 1.
 * For two pieces that is the chord.
 */
export function maxoutLines(pieces: number, { leader, ahead }: Compared): Lines {
  const units = leader.length;
  const lines = linesFor(units, pieces);
  for (let u = 0; u < units; u++) {
    const lead = leader[u] * units + u;
    lines.lower.coefficients[lead] = 1;
    const rivals: number[] = [];
    for (let p = 0; p < pieces; p++) {
      const at = p * units + u;
      if (at !== lead && ahead.hi[at] > 0) rivals.push(at);
    }
    const share = (at: number, level: number) =>
      Math.min(1, Math.max(0, (ahead.hi[at] - level) / (ahead.hi[at] - Math.min(ahead.lo[at], 0))));
    const total = (level: number) => rivals.reduce((sum, at) => sum + share(at, level), 0);
    let level = 0;
    if (total(0) > 1) {
      let low = 0, high = rivals.reduce((max, at) => Math.max(max, ahead.hi[at]), 0);
      for (let k = 0; k < 50; k++) {
        const middle = (low + high) / 2;
        if (total(middle) > 1) low = middle;
        else high = middle;
      }
      level = high;
    }
    let constant = level, rest = 1;
    for (const at of rivals) {
      const lambda = share(at, level);
      lines.upper.coefficients[at] = lambda;
      constant -= lambda * Math.min(ahead.lo[at], 0);
      rest -= lambda;
    }
    lines.upper.coefficients[lead] = rest;
    lines.upper.constants[u] = constant;
  }
  return lines;
}
