/** The nearest adversarial examples, by L-BFGS. @module */

import { lengthOf } from "../constraints/angle.ts";
import { predictedClasses } from "../predict.ts";
import { type Matrix, matrix as ordinary, rowsOf } from "../matrix.ts";
import { choice, integer } from "../schema.ts";
import type { Attack } from "./attack.ts";
import { makeAttack } from "./make_attack.ts";
import { rivals } from "./lead.ts";
import { minimize } from "./minimize.ts";
import { beginSearch, comparedLabels, keepNearer } from "./nearest.ts";
import { finishSearch, type RefinementOptions, REFINEMENTS } from "./refine.ts";
import type { Answer, Chunk, Query } from "./query.ts";

/** Options of the attack. */
export interface LbfgsOptions extends RefinementOptions {
  /** Weights c that are tried for each example; default 12. */
  binarySearchSteps?: number;
  /** Steps of L-BFGS for each of them, at most; default 30. */
  iterations?: number;
  /**
   * Classes aimed at without a target: all but the label (default), of which the nearest input is kept, or the one that the
   * model finds most probable beside it.
   */
  targets?: "all" | "runnerUp";
}

/** The first weight that is tried, and by how much it grows until one is enough. */
const FIRST = 0.1, GROWTH = 4;

/** A search stops where a step gains less than this part of its value. */
const TOLERANCE = 1e-4;

/**
 * The nearest adversarial examples that L-BFGS finds, as Szegedy et al. (2014, section 4.1) made them before the fast
 * gradient sign method: x + r with the least ‖r‖₂ that the model takes for the class aimed at. For each weight c it
 * minimizes ½‖r‖² + c·J(x + r, class) within the bounds, and looks for the least c that is enough: c grows fourfold until
 * one is, then the gap is bisected. Some hundred gradients an example, where the fast gradient sign method takes one.
 *
 * Without a target it aims at every other class in turn. ε is the greatest ‖r‖₂; an
 * example that would need more, or for which none is found, stays as it was. Slow: about 100 times as much as `fgsm` for each
 * class.
 *
 * @example
 * ```ts
 * import { batch, lbfgs, matrix, model, softmaxLinear } from "@gibbon/gibbon";
 * import { assert } from "@std/assert";
 *
 * const tensors = {
 *   W: { shape: [2, 1], data: new Float32Array([-1, 1]) },
 *   b: { shape: [2], data: new Float32Array(2) },
 * };
 * using linear = model(softmaxLinear({ inputs: 1, classes: 2 }), { tensors });
 * const attacked = lbfgs(linear, batch({ x: matrix(1, 1, [0.5]), labels: [1] }), { epsilon: 2 });
 * // just beyond the boundary at 0
 * assert(attacked.fooled[0] === 1 && attacked.x.data[0] > -0.05);
 * ```
 *
 * @throws {InputError} if ε is negative or not finite, bounds or targets do not fit, or nothing is to be tried
 * @throws {InputError} if the inputs do not fit the model, or ε is one for each input
 */
export const lbfgs: Attack<LbfgsOptions> = makeAttack({
  name: "lbfgs",
  summary:
    "Looks for the nearest input of another class by an optimizer; leaves those that need more than the size",
  needs: "gradients",
  goal: "nearest",
  norms: ["L2"],
  options: {
    binarySearchSteps: integer("Weights that are tried for each example", { min: 1, default: 12 }),
    iterations: integer("Steps of L-BFGS for each of them, at most", { min: 1, default: 30 }),
    targets: choice("Classes aimed at", ["all", "runnerUp"], { default: "all" }),
    ...REFINEMENTS,
  },
  *run(chunk, options) {
    const search = yield* beginSearch(chunk);
    const { rows, own, far } = search, { classes } = chunk.model;
    const next = chunk.target ? undefined : rivals(search.scores, comparedLabels(chunk, rows), classes);
    const walks = next && options.targets === "all" ? classes - 1 : 1;
    // few searches take all the steps that they may
    const maxRounds = options.binarySearchSteps * (options.iterations + 1);
    for (let rank = 0; rank < walks; rank++) {
      const labels = next ? rows.map((_, k) => next[k * (classes - 1) + rank]) : comparedLabels(chunk, rows);
      const found = chunk.matrix("reached", rows.length), fooled = new Uint8Array(rows.length);
      const searches = Array.from(rows, (row, k) => {
        const walk = nearest({ x: rowsOf(own, k, k + 1).data.slice(), limit: far[k] }, chunk, options);
        return { k, row, label: labels[k], walk, step: walk.next() };
      });
      for (let open = searches, round = 0; open.length > 0; round++) {
        const done = (rank + Math.min(round / maxRounds, 1)) / walks;
        const places = chunk.matrix("places", open.length);
        open.forEach(({ step }, i) => places.data.set(step.value as Float32Array, i * places.cols));
        const seen = yield* losses(chunk, { places, done }, open);
        open.forEach((each, i) => each.step = each.walk.next(seen(i)));
        open = open.filter(({ k, step }) => {
          if (!step.done) return true;
          if (step.value) found.data.set(step.value, k * found.cols), fooled[k] = 1;
          return false;
        });
      }
      keepNearer(search, found, { fooled });
    }
    return yield* finishSearch(chunk, search, options);
  },
});

/** The loss of an input, its gradient there, and whether the input is taken for the class aimed at. */
interface Seen {
  readonly loss: number;
  readonly gradient: Float32Array;
  readonly reached: boolean;
}

function* losses(
  { model }: Chunk,
  { places, done }: { places: Matrix; done: number },
  open: readonly { readonly row: number; readonly label: number }[],
): Generator<Query, (k: number) => Seen, Answer> {
  const labels = Int32Array.from(open, ({ label }) => label);
  const values = new Float32Array(places.rows), predicted = new Int32Array(places.rows);
  const { gradient } = yield {
    ask: "gradient",
    x: places,
    done,
    rows: Int32Array.from(open, ({ row }) => row),
    dScores(dScores, scores, first) {
      const loss = ordinary(scores.rows, 1);
      model.head.loss({ loss, dScores }, scores, labels.subarray(first, first + scores.rows));
      values.set(loss.data, first);
      predicted.set(predictedClasses(model, scores), first);
    },
  };
  const data = gradient.data.slice();
  return (k) => ({
    loss: values[k],
    gradient: data.subarray(k * places.cols, (k + 1) * places.cols),
    reached: predicted[k] === labels[k],
  });
}

/**
 * The nearest input to `x` that was seen to be taken for its class, if one was; no farther than `limit` is looked. Yields inputs of which it is to be told.
 */
function* nearest(
  { x, limit }: { x: Float32Array; limit: number },
  { constraint: { lo, hi, fixed } }: Chunk,
  { binarySearchSteps, iterations }: Required<LbfgsOptions>,
): Generator<Float32Array, Float32Array | undefined, Seen> {
  let best: { place: Float32Array; distance: number } | undefined;
  const limits = {
    lo: Float64Array.from(x, (value, i) => fixed?.[i] ? 0 : lo[i] - value),
    hi: Float64Array.from(x, (value, i) => fixed?.[i] ? 0 : hi[i] - value),
  };
  let r: Float64Array = new Float64Array(x.length);
  let [c, enough, short] = [FIRST, Infinity, 0];
  for (let tried = 0; tried < binarySearchSteps; tried++) {
    const walk = minimize(r, { ...limits, iterations, tolerance: TOLERANCE });
    const reached = new Set<Float64Array>();
    let step = walk.next();
    while (!step.done) {
      const at = step.value;
      const place = x.map((value, i) => Math.min(Math.max(value + at[i], lo[i]), hi[i]));
      const answer = yield place;
      const distance = lengthOf(at);
      if (answer.reached) {
        reached.add(at);
        if (distance === 0) return undefined;
        if (!best || distance < best.distance) best = { place, distance };
      }
      step = walk.next({
        value: distance * distance / 2 + c * answer.loss,
        gradient: at.map((value, i) => value + c * answer.gradient[i]),
      });
    }
    r = step.value;
    // with a greater weight it lies farther
    if (!reached.has(r) && lengthOf(r) >= limit) break;
    // it is the least point that must be there, whatever was seen on the way
    if (reached.has(r)) enough = c;
    else short = c;
    c = enough === Infinity ? c * GROWTH : Math.sqrt(Math.max(short, enough / (GROWTH * GROWTH)) * enough);
  }
  return best?.place;
}
