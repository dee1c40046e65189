/** Bounds of every layer of a network over a region: from layer to layer, or substituted back to the inputs (CROWN). @module */

import type { Affine } from "./exact_linear.ts";
import { optimized } from "./alpha.ts";
import {
  activate,
  activationAt,
  type ActivationLayer,
  type Chain,
  type LinearLayer,
  type MixedLayer,
} from "./chain.ts";
import type { Neighborhood } from "./neighborhood.ts";
import { byIntervals, type Path, type Stage, substituted } from "./substitution.ts";
import { activationLines, type Bounds, maxoutLines, ROUGH } from "./relaxation.ts";
import type { Weights } from "./weights.ts";

/**
 * How bounds of the layers between are found: from layer to layer, substituted back to the inputs, or that with lines that are
 * best for each unit.
 */
export type Tightness = "interval" | "crown" | "alphaCrown";

/**
 * The stages of `chain` over `within`, each bounded with the lines of those before it. Bounds hold in exact arithmetic:
 * what double precision may lose is taken off.
 */
export function boundChain(
  chain: Chain,
  within: Neighborhood,
  { tightness = "crown", weights }: { tightness?: Tightness; weights?: Weights } = {},
): Path {
  const stages: Stage[] = [];
  const path: Path = { within, stages, losses: [], weights };
  const { layers } = chain;
  for (let k = 0; k + 1 < layers.length; k += 2) {
    const [linear, layer] = [layers[k] as LinearLayer, layers[k + 1]];
    const pieces = layer.type === "maxout" ? layer.pieces : 1;
    const both = (rows: Affine): Bounds => {
      const interval = byIntervals(path, rows);
      // from the inputs on, an L∞ ball is what intervals are
      if (tightness === "interval" || (k === 0 && within.norm === "Linf")) return interval;
      const least = tightness === "crown" ? substituted : optimized;
      const lo = least(path, rows);
      const hi = least(path, negated(rows)).map((value) => -value);
      return {
        lo: lo.map((value, u) => Math.max(value, interval.lo[u])),
        hi: hi.map((value, u) => Math.min(value, interval.hi[u])),
      };
    };
    const before = both(linear);
    if (layer.type === "linear") throw new Error("two linear layers in a row");
    if (layer.type !== "maxout") {
      const after = outputs(layer, before);
      stages.push({ linear, layer, before, after, lines: activationLines(layer, before) });
      continue;
    }
    const units = linear.rows / pieces;
    const leader = new Int32Array(units);
    const after = { lo: new Float64Array(units), hi: new Float64Array(units) };
    for (let u = 0; u < units; u++) {
      const middle = (p: number) => before.lo[p * units + u] + before.hi[p * units + u];
      for (let p = 1; p < pieces; p++) if (middle(p) > middle(leader[u])) leader[u] = p;
      const over = (ends: Float64Array) =>
        Array.from({ length: pieces }, (_, p) => ends[p * units + u]).reduce((a, b) => Math.max(a, b));
      after.lo[u] = over(before.lo);
      after.hi[u] = over(before.hi);
    }
    const compared = { leader, ahead: both(lessLeader(linear, leader)) };
    for (let u = 0; u < units; u++) {
      for (const ends of [compared.ahead.lo, compared.ahead.hi]) ends[leader[u] * units + u] = 0;
    }
    stages.push({ linear, layer, before, after, lines: maxoutLines(pieces, compared), compared });
  }
  return path;
}

/** Bounds of what activations make of arguments between `before`. */
function outputs(layer: ActivationLayer | MixedLayer, before: Bounds): Bounds {
  const after = { lo: before.lo.slice(), hi: before.hi.slice() };
  for (let u = 0; u < after.lo.length; u++) {
    const activation = activationAt(layer, u), [l, h] = [before.lo[u], before.hi[u]];
    const a = activate(activation, l), b = activate(activation, h), { type } = activation;
    const exact = type === "relu" || type === "leakyRelu" || type === "identity";
    const error = exact ? 0 : ROUGH * Math.max(1, Math.abs(a), Math.abs(b));
    after.lo[u] = type === "square" && l < 0 && h > 0 ? 0 : Math.min(a, b) - error;
    after.hi[u] = Math.max(a, b) + error;
  }
  return after;
}

function negated({ rows, cols, W, b, slack }: Affine): Affine {
  return { rows, cols, W: W.map((w) => -w), b: b.map((value) => -value), slack };
}

/** Each piece's row less that of its unit's leader. */
function lessLeader({ rows, cols, W, b, slack }: Affine, leader: Int32Array): Affine {
  const units = leader.length;
  const own = (r: number) => leader[r % units] * units + r % units;
  return {
    rows,
    cols,
    W: W.map((w, at) => w - W[own(Math.floor(at / cols)) * cols + at % cols]),
    b: b.map((value, r) => value - b[own(r)]),
    slack: slack?.map((value, r) => value + slack[own(r)]),
  };
}
