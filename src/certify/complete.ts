/** Branch and bound: the region, or the signs of hidden units, in halves until a bound or a witness settles each. @module */

import { apply, type Chain, type ChainLayer, type LinearLayer, marginOf, scoresOf } from "./chain.ts";
import { boundChain } from "./crown.ts";
import { difference, differences } from "./exact_linear.ts";
import { halfBilinear, splitCandidates } from "./hidden.ts";
import { hasOneHiddenLayer } from "./hidden_units.ts";
import type { Neighborhood } from "./neighborhood.ts";
import { bilinearMaximum } from "./semidefinite.ts";
import { type Path, substituted } from "./substitution.ts";
import type { Workspace } from "../runtime/workspace.ts";
import type { Weights } from "./weights.ts";

/** What a search came to: nothing if it was cut short. */
export interface SearchResult {
  readonly certified: boolean;
  /** A misclassified point of the region. */
  readonly witness?: Float64Array;
}

/** What a search works with. */
export interface Search {
  readonly label: number;
  readonly rival: number;
  readonly within: Neighborhood;
  readonly workspace: Workspace;
  readonly weights?: Weights;
  /** Whether to go on, asked before each bound. */
  readonly goOn: () => boolean;
}

/** Sweeps of a bound in a search. */
const CHECKS = [16, 40, 120];

/**
 * Whether the score of `rival` stays below that of `label` in the region: by the signs of hidden units where there is one
 * hidden layer of at most two pieces; else, and where all signs do not settle it, by halves of the box.
 * Undefined if `goOn` ended it, or there is nothing left to split.
 */
export function search(chain: Chain, of: Search): SearchResult | undefined {
  const { layers } = chain;
  const { type } = layers[1];
  const bySigns = hasOneHiddenLayer(chain, of.within) && (type !== "maxout" || layers[1].pieces === 2);
  return (bySigns ? searchSigns(chain, of) : undefined) ?? searchBoxes(chain, of);
}

function searchSigns(
  chain: Chain,
  { label, rival, within, workspace, weights, goOn }: Search,
): SearchResult | undefined {
  const path = boundChain(chain, within, { weights });
  const open: ReadonlyMap<number, boolean>[] = [new Map()];
  while (open.length > 0) {
    if (!goOn()) return;
    const signs = open.pop()!;
    const of = halfBilinear(chain, path, { label, rival, signs });
    const { bound, t, vectors } = bilinearMaximum(of, workspace, { checks: CHECKS, goal: 0 });
    if (bound < 0) continue;
    const witness = pointToward(chain, { within, label, rival, t });
    if (witness) return { certified: false, witness };
    const [unit] = splitCandidates(chain, path, { label, rival, signs, vectors });
    if (unit === undefined) return;
    for (const sign of [false, true]) open.push(new Map([...signs, [unit, sign]]));
  }
  return { certified: true };
}

function searchBoxes(
  chain: Chain,
  { label, rival, within, weights, goOn }: Search,
): SearchResult | undefined {
  const rows = differences(chain.layers.at(-1) as LinearLayer, label, [rival]);
  const { cols, W } = chain.layers[0] as LinearLayer;
  // the part with the least bound first: what is misclassified lies deepest there
  const open: { part: Neighborhood; bound: number }[] = [];
  const consider = (part: Neighborhood): void => {
    if (distanceTo(part, within) > within.epsilon) return;
    // a part need not hold the center of the ball, so it is bounded as the box that it is
    const path: Path = boundChain(chain, part === within ? part : { ...part, norm: "Linf" }, { weights });
    const [bound] = substituted(path, rows);
    if (!(bound > 0)) open.push({ part, bound });
  };
  consider(within);
  while (open.length > 0) {
    if (!goOn()) return;
    let worst = 0;
    for (let k = 1; k < open.length; k++) if (open[k].bound < open[worst].bound) worst = k;
    const [{ part }] = open.splice(worst, 1);
    const middle = inBall(part.lo.map((value, i) => (value + part.hi[i]) / 2), within);
    if (marginOf(scoresOf(chain, middle), label) < 0) return { certified: false, witness: middle };
    const widths = part.lo.map((value, i) => {
      let sum = 0;
      for (let r = i; r < W.length; r += cols) sum += Math.abs(W[r]);
      return (part.hi[i] - value) * sum;
    });
    const axis = widths.indexOf(widths.reduce((a, b) => Math.max(a, b)));
    const cut = (part.lo[axis] + part.hi[axis]) / 2;
    if (!(part.lo[axis] < cut && cut < part.hi[axis])) return;
    consider({ ...part, hi: part.hi.with(axis, cut) });
    consider({ ...part, lo: part.lo.with(axis, cut) });
  }
  return { certified: true };
}

/** How far the box of `part` lies from the center of the ball, in its norm. */
function distanceTo({ lo, hi }: Neighborhood, { norm, x }: Neighborhood): number {
  if (norm === "Linf") return 0;
  return lengthOf(x.map((value, i) => Math.max(lo[i] - value, value - hi[i], 0)), norm) * (1 - 1e-12);
}

function lengthOf(d: Float64Array, norm: "L1" | "L2"): number {
  const size = d.reduce((sum, value) => sum + (norm === "L2" ? value * value : Math.abs(value)), 0);
  return norm === "L2" ? Math.sqrt(size) : size;
}

/** `point`, moved toward the center until it is in the ball. */
function inBall(point: Float64Array, { norm, epsilon, x }: Neighborhood): Float64Array {
  if (norm === "Linf") return point;
  const length = lengthOf(point.map((value, i) => value - x[i]), norm);
  const share = length > epsilon ? epsilon * (1 - 1e-12) / length : 1;
  return point.map((value, i) => x[i] + share * (value - x[i]));
}

/** Steps from a point that a relaxation suggests, the first as long as the region reaches, each shorter than the last. */
const STEPS = 12;

/**
 * A misclassified point of the region near the relaxed `t`: that one, the corner of the box toward which it lies, or one to
 * which the gradient of the rival's lead goes on from there.
 */
export function pointToward(
  chain: Chain,
  { within, label, rival, t }: { within: Neighborhood; label: number; rival: number; t: Float64Array },
): Float64Array | undefined {
  const { x, lo, hi, norm, epsilon } = within;
  const ball = norm === "L2";
  const clipped = (place: (i: number) => number) =>
    inBall(x.map((_, i) => Math.min(hi[i], Math.max(lo[i], place(i)))), within);
  const wrong = (point: Float64Array) => marginOf(scoresOf(chain, point), label) < 0;
  const moved = new Float64Array(x.length);
  for (let i = 0, k = 0; i < x.length; i++) if (lo[i] < hi[i]) moved[i] = t[k++];
  let point = clipped((i) =>
    ball ? x[i] + epsilon * moved[i] : (lo[i] + hi[i] + moved[i] * (hi[i] - lo[i])) / 2
  );
  if (wrong(point)) return point;
  if (!ball) {
    point = clipped((i) => moved[i] > 0 ? hi[i] : lo[i]);
    if (wrong(point)) return point;
  }
  for (let k = 0; k < STEPS; k++) {
    const slopes = slopesAt(chain, point, { label, rival });
    const length = ball ? lengthOf(slopes, "L2") : 0;
    if (ball && length === 0) return undefined;
    const share = (STEPS - k) / STEPS, from = point;
    point = clipped((i) =>
      from[i] + share * (ball ? epsilon * slopes[i] / length : Math.sign(slopes[i]) * (hi[i] - lo[i]))
    );
    if (wrong(point)) return point;
  }
}

/** The gradient at `x` of the score of `rival` less that of `label`, for one hidden layer. */
function slopesAt(
  { layers }: Chain,
  x: Float64Array,
  { label, rival }: { label: number; rival: number },
): Float64Array {
  const [hidden, layer, top] = layers as [LinearLayer, ChainLayer, LinearLayer];
  const z = apply(hidden, x), { a: v } = difference(top, rival, label);
  const out = new Float64Array(x.length);
  for (let u = 0; u < v.length; u++) {
    let row = u;
    for (let p = u; p < z.length; p += v.length) if (z[p] > z[row]) row = p;
    const below = layer.type === "leakyRelu" ? layer.slope ?? 0 : 0;
    const weight = v[u] * (layer.type === "maxout" || z[row] > 0 ? 1 : below);
    if (weight === 0) continue;
    for (let i = 0, at = row * hidden.cols; i < out.length; i++, at++) out[i] += weight * hidden.W[at];
  }
  return out;
}
