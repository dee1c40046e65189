/** Branch and bound: the region, or the signs of hidden units, in halves until a bound or a witness settles each. @module */

import { type Chain, type LinearLayer, marginOf, scoresOf } from "./chain.ts";
import { boundChain } from "./crown.ts";
import { differences } from "./exact_linear.ts";
import { halfBilinear, hasOneHiddenLayer, splitCandidates } from "./hidden.ts";
import type { Neighborhood } from "./neighborhood.ts";
import { bilinearMaximum } from "./semidefinite.ts";
import { type Path, substituted } from "./substitution.ts";
import type { Workspace } from "../runtime/workspace.ts";

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
  { label, rival, within, workspace, goOn }: Search,
): SearchResult | undefined {
  const path = boundChain(chain, within);
  const open: ReadonlyMap<number, boolean>[] = [new Map()];
  while (open.length > 0) {
    if (!goOn()) return;
    const signs = open.pop()!;
    const of = halfBilinear(chain, path, { label, rival, signs });
    const { bound, t } = bilinearMaximum(of, workspace, { checks: CHECKS, goal: 0 });
    if (bound < 0) continue;
    const witness = pointToward(chain, { within, label, t });
    if (witness) return { certified: false, witness };
    const [unit] = splitCandidates(chain, path, { label, rival, signs, t });
    if (unit === undefined) return;
    for (const sign of [false, true]) open.push(new Map([...signs, [unit, sign]]));
  }
  return { certified: true };
}

function searchBoxes(chain: Chain, { label, rival, within, goOn }: Search): SearchResult | undefined {
  const rows = differences(chain.layers.at(-1) as LinearLayer, label, [rival]);
  const { cols, W } = chain.layers[0] as LinearLayer;
  // the part with the least bound first: what is misclassified lies deepest there
  const open: { part: Neighborhood; bound: number }[] = [];
  const consider = (part: Neighborhood): void => {
    if (distanceTo(part, within) > within.epsilon) return;
    // a part need not hold the center of the ball, so it is bounded as the box that it is
    const path: Path = boundChain(chain, part === within ? part : { ...part, norm: "Linf" });
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

/** The corner of the box toward which the relaxed `t` lies, or `t` itself, if it is misclassified. */
export function pointToward(
  chain: Chain,
  { within, label, t }: { within: Neighborhood; label: number; t: Float64Array },
): Float64Array | undefined {
  const { x, lo, hi, norm, epsilon } = within;
  const at = (place: (i: number, toward: number) => number): Float64Array => {
    let k = 0;
    return inBall(x.map((value, i) => lo[i] < hi[i] ? place(i, t[k++]) : value), within);
  };
  const points = norm === "L2"
    ? [at((i, toward) => Math.min(hi[i], Math.max(lo[i], x[i] + epsilon * toward)))]
    : [
      at((i, toward) => toward > 0 ? hi[i] : lo[i]),
      at((i, toward) => Math.min(hi[i], Math.max(lo[i], (lo[i] + hi[i]) / 2 + toward * (hi[i] - lo[i]) / 2))),
    ];
  return points.find((point) => marginOf(scoresOf(chain, point), label) < 0);
}
