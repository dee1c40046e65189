/** The attack by the saliency map of the Jacobian. @module */

import type { Matrix } from "../matrix.ts";
import { integer, number } from "../schema.ts";
import type { Attack } from "./attack.ts";
import { makeAttack } from "./make_attack.ts";
import { decisive } from "./lead.ts";
import { beginSearch, comparedLabels, keepNearer } from "./nearest.ts";
import { finishSearch, type RefinementOptions, REFINEMENTS } from "./refine.ts";
import type { Answer, Chunk, Query } from "./query.ts";
import { keptRowsOf } from "./rows.ts";

/** Options of the attack. */
export interface JsmaOptions extends RefinementOptions {
  /** Pairs of features that are moved at most; default 100. */
  steps?: number;
  /** Length of a move, in input units; by default to the end of the feature's bounds, or 1 where it has none. */
  stepSize?: number;
}

/** Features of the greatest slopes among which a pair is looked for. */
const CANDIDATES = 64;

/**
 * The Jacobian-based saliency map attack (Papernot et al. 2016): moves two features at a time, those that raise the score of
 * the class aimed at and lower the sum of the others most, by the product of the two slopes; up or down. Without a target it aims at
 * each step at the best of the wrong classes. Where no pair does both, it moves the pair that raises the one over the others
 * most. In the end, moves that were not needed are taken back along the boundary.
 *
 * ε is the greatest number of features; an example that would need more, or for which nothing is found, stays as it was.
 *
 * @example
 * ```ts
 * import { batch, jsma, matrix, model, softmaxLinear } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const tensors = {
 *   W: { shape: [2, 3], data: new Float32Array([0, 0, 0, 1, 2, 1]) },
 *   b: { shape: [2], data: new Float32Array([1, 0]) },
 * };
 * using linear = model(softmaxLinear({ inputs: 3, classes: 2 }), { tensors });
 * const examples = batch({ x: matrix(1, 3), labels: [0] });
 * const attacked = jsma(linear, examples, { epsilon: 1, bounds: [0, 1] });
 * // the second feature alone is enough
 * assertEquals([attacked.fooled[0], attacked.x.data[0], attacked.x.data[2]], [1, 0, 0]);
 * ```
 *
 * @throws {InputError} if an option is out of its range, or does not fit the model or the examples
 */
export const jsma: Attack<JsmaOptions> = makeAttack({
  name: "jsma",
  summary: "Moves pairs of features by the slopes of all scores, as few as it can",
  needs: "gradients",
  goal: "nearest",
  norms: ["L0"],
  options: {
    steps: integer("Pairs of features that are moved at most", { min: 1, default: 100 }),
    stepSize: number("Length of a move, in input units; by default to the end of the feature's bounds", {
      above: 0,
    }),
    ...REFINEMENTS,
  },
  *run(chunk, options) {
    const search = yield* beginSearch(chunk);
    const { own, reach: { lo, hi, inputs, featureScale } } = search;
    let open = search.rows.map((_, k) => k);
    let at = chunk.matrix("at", open.length);
    at.data.set(own.data);
    for (let step = 0; step < options.steps && open.length > 0; step++) {
      const { raised, lowered } = yield* slopesAt(chunk, {
        x: at,
        rows: open.map((k) => search.rows[k]),
        done: step / options.steps,
      });
      const moved = open.map((_, i) => {
        const from = i * inputs;
        const end = (j: number, way: number) => {
          const room = featureScale[j] === 0
            ? 0
            : way === 1
            ? hi[j] - at.data[from + j]
            : at.data[from + j] - lo[j];
          const most = options.stepSize ?? Infinity;
          return Math.min(room, most) < Infinity ? Math.min(room, most) : 1;
        };
        const pair = bestPair({
          raised: raised.data.subarray(from, from + inputs),
          lowered: lowered.data.subarray(from, from + inputs),
          open: (j, way) => end(j, way) > 0,
        });
        for (const j of pair?.features ?? []) {
          const value = Math.fround(at.data[from + j] + pair!.way * end(j, pair!.way));
          at.data[from + j] = Math.min(Math.max(value, lo[j]), hi[j]);
        }
        return Number(pair !== undefined);
      });
      const fooled = (yield {
        ask: "labels",
        x: at,
        rows: open.map((k) => search.rows[k]),
        done: (step + 0.5) / options.steps,
      }).fooled();
      keepNearer(search, at, { fooled, places: open });
      const left = open.map((_, i) => i).filter((i) => !fooled[i] && moved[i] === 1);
      at = keptRowsOf(chunk.matrix, "at", { m: at, left });
      open = left.map((i) => open[i]);
    }
    return yield* finishSearch(chunk, search, options);
  },
});

/** The slopes of the score of the class aimed at, and those of the sum of the others, (N, D). */
function* slopesAt(
  chunk: Chunk,
  { x, rows, done }: { x: Matrix; rows: Int32Array; done: number },
): Generator<Query, { raised: Matrix; lowered: Matrix }, Answer> {
  const labels = comparedLabels(chunk, rows);
  const ask = (own: number, others: number): Query => ({
    ask: "gradient",
    x,
    rows,
    done,
    dScores({ data }, scores, first) {
      const part = labels.subarray(first, first + scores.rows);
      const { to } = decisive(scores, part, chunk.target !== undefined);
      const { cols } = scores;
      // a lone score stands for it and its negative
      if (cols === 1) to.forEach((c, i) => data[i] = c === 1 ? own - others : others - own);
      else {to.forEach((aim, i) =>
          data.fill(others, i * cols, (i + 1) * cols).fill(own, i * cols + aim, i * cols + aim + 1)
        );}
    },
  });
  const { gradient } = yield ask(1, 0);
  const raised = chunk.matrix("raised", rows.length);
  raised.data.set(gradient.data);
  const { gradient: lowered } = yield ask(0, 1);
  return { raised, lowered };
}

/** Two features, or one alone, and the way that they move. */
interface PairOfFeatures {
  readonly features: readonly number[];
  readonly way: 1 | -1;
}

/** The most salient pair; undefined where no feature may move to any gain. */
function bestPair(
  { raised, lowered, open }: {
    raised: Float32Array;
    lowered: Float32Array;
    open: (feature: number, way: 1 | -1) => boolean;
  },
): PairOfFeatures | undefined {
  let best: PairOfFeatures | undefined, gain = 0, salient = false;
  // of the best so far, of which the first is taken by its sum
  let salience = 0;
  for (const way of [1, -1] as const) {
    const lead = (j: number) => way * (raised[j] - lowered[j]);
    const features = Array.from(raised.keys()).filter((j) => lead(j) > 0 && open(j, way))
      .sort((i, j) => lead(j) - lead(i)).slice(0, CANDIDATES);
    for (const [k, p] of features.entries()) {
      for (const q of features.slice(k)) {
        const count = p === q ? 0 : 1;
        const up = way * (raised[p] + count * raised[q]), down = -way * (lowered[p] + count * lowered[q]);
        const product = Math.max(up, 0) * Math.max(down, 0), sum = up + down;
        if (product > salience || (!salient && sum > gain)) {
          best = { features: p === q ? [p] : [p, q], way };
          salient ||= product > 0;
          [salience, gain] = [product, sum];
        }
      }
    }
  }
  return best;
}
