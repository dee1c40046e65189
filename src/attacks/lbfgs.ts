import { InputError } from "../errors.ts";
import type { Batch } from "../data/batch.ts";
import type { Bounds } from "../kernels/attack.ts";
import { predict, predictions } from "../loss.ts";
import { type Matrix, matrix, rowsOf } from "../matrix.ts";
import type { Differentiable } from "../models/classifier.ts";
import { type Attack, type AttackOptions, makeAttack } from "./attack.ts";
import { CHUNK, lengthOf, targets } from "./budget.ts";
import { minimize } from "./minimize.ts";
import { norm } from "./vectors.ts";

/** How hard the search looks. */
export interface LbfgsOptions extends AttackOptions {
  /** Weights c that are tried for each example; default 12. */
  binarySearchSteps?: number;
  /** Steps of L-BFGS for each of them, at most; default 30. */
  iterations?: number;
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
 * Without a target it aims at the class that the model finds most probable beside the label. ε is the greatest ‖r‖₂; an
 * example that would need more, or for which none is found, stays as it was. Slow: about 100 times as much as `fgsm`.
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
  raisesLoss: true,
  distance: "L2",
  minimal: true,
  prepare(model, batch, options) {
    const { binarySearchSteps: searches = 12, iterations = 30 } = options;
    for (const [name, value] of Object.entries({ binarySearchSteps: searches, iterations })) {
      if (Number.isSafeInteger(value) && value >= 1) continue;
      throw new InputError(
        "value",
        `attack by lbfgs with ${name} ${value}`,
        "must be a whole number ≥ 1",
      );
    }
    const found = matrix(batch.x.rows, batch.x.cols, batch.x.data.slice());
    for (let first = 0; first < batch.x.rows; first += CHUNK) {
      const rows = (m: Matrix) => rowsOf(m, first, Math.min(first + CHUNK, m.rows));
      const labels = aims(model, batch, options).subarray(first, first + CHUNK);
      search(model, rows(found), { ...options, x: rows(batch.x), labels, searches, iterations });
    }
    return (epsilon) => {
      const most = lengthOf("lbfgs", epsilon);
      const out = matrix(found.rows, found.cols, batch.x.data.slice());
      for (let i = 0; i < out.rows; i++) {
        const [near, x] = [found, batch.x].map((m) => rowsOf(m, i, i + 1).data);
        if (norm(Float64Array.from(near).map((value, j) => value - x[j])) <= most) {
          out.data.set(near, i * out.cols);
        }
      }
      return out;
    };
  },
});

/** The classes aimed at: where there is no target, the label of an example that is missed already, else the runner-up. */
function aims(model: Differentiable, batch: Batch, { target }: LbfgsOptions): Int32Array {
  if (target !== undefined) return targets(target, batch);
  const { probabilities, predicted } = predict(model, batch.x);
  const scores = model.scores(batch.x);
  // by scores where there is one a class, for probabilities tie where they round to 0
  const { data, cols } = scores.cols === model.classes ? scores : probabilities;
  return batch.labels.map((label, i) => {
    if (predicted[i] !== label) return predicted[i];
    let best = label === 0 ? 1 : 0;
    for (let c = 0; c < cols; c++) if (c !== label && data[i * cols + c] > data[i * cols + best]) best = c;
    return best;
  });
}

/** Writes over `found`, where there is one, the nearest input taken for its class; runs all examples at once. */
function search(
  model: Differentiable,
  found: Matrix,
  { x, labels, bounds, searches, iterations }: {
    x: Matrix;
    labels: Int32Array;
    bounds?: Bounds;
    searches: number;
    iterations: number;
  },
): void {
  const walks = Array.from(labels, (_, i) => {
    const row = rowsOf(x, i, i + 1).data;
    const walk = nearest(row, { bounds, searches, iterations });
    return { i, walk, step: walk.next() };
  });
  for (let open = walks; open.length > 0;) {
    const places = matrix(open.length, x.cols);
    open.forEach(({ step }, k) => places.data.set(step.value as Float32Array, k * x.cols));
    const answers = evaluate(model, places, Int32Array.from(open, ({ i }) => labels[i]));
    open.forEach((each, k) => each.step = each.walk.next(answers(k)));
    open = open.filter(({ i, step }) => {
      if (!step.done) return true;
      if (step.value) found.data.set(step.value, i * x.cols);
      return false;
    });
  }
}

/** The loss of an input, its gradient there, and whether the input is taken for the class aimed at. */
interface Answer {
  readonly loss: number;
  readonly gradient: Float32Array;
  readonly reached: boolean;
}

function evaluate(model: Differentiable, places: Matrix, labels: Int32Array): (row: number) => Answer {
  const losses = new Float32Array(places.rows);
  const predicted = new Int32Array(places.rows);
  const gradient = model.inputGradient(places, (scores, first) => {
    const dScores = matrix(scores.rows, scores.cols);
    const loss = matrix(scores.rows, 1);
    model.head.loss({ loss, dScores }, scores, labels.subarray(first, first + scores.rows));
    losses.set(loss.data, first);
    predicted.set(predictions(model, scores).predicted, first);
    return dScores;
  });
  return (row) => ({
    loss: losses[row],
    gradient: rowsOf(gradient, row, row + 1).data,
    reached: predicted[row] === labels[row],
  });
}

/**
 * The nearest input to `x` that was seen to be taken for its class, if one was. Yields inputs of which it is to be told.
 */
function* nearest(
  x: Float32Array,
  { bounds: [lo, hi] = [-Infinity, Infinity], searches, iterations }: {
    bounds?: Bounds;
    searches: number;
    iterations: number;
  },
): Generator<Float32Array, Float32Array | undefined, Answer> {
  let best: { place: Float32Array; distance: number } | undefined;
  const limits = {
    lo: Float64Array.from(x, (value) => lo - value),
    hi: Float64Array.from(x, (value) => hi - value),
  };
  let r: Float64Array = new Float64Array(x.length);
  let [c, enough, short] = [FIRST, Infinity, 0];
  for (let tried = 0; tried < searches; tried++) {
    const walk = minimize(r, { ...limits, iterations, tolerance: TOLERANCE });
    const reached = new Set<Float64Array>();
    let step = walk.next();
    while (!step.done) {
      const at = step.value;
      const place = x.map((value, i) => Math.min(Math.max(value + at[i], lo), hi));
      const answer = yield place;
      const distance = norm(at);
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
    // it is the least point that must be there, whatever was seen on the way
    if (reached.has(r)) enough = c;
    else short = c;
    c = enough === Infinity ? c * GROWTH : Math.sqrt(Math.max(short, enough / (GROWTH * GROWTH)) * enough);
  }
  return best?.place;
}
