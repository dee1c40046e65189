/** The attack of Carlini and Wagner. @module */

import { integer, number } from "../schema.ts";
import type { Attack } from "./attack.ts";
import { makeAttack } from "./make_attack.ts";
import { askLead, beginSearch, keepNearer } from "./nearest.ts";
import { finishSearch, type RefinementOptions, REFINEMENTS } from "./refine.ts";
import { writeDisplaced } from "./reach.ts";

/** Options of the attack. */
export interface CarliniWagnerOptions extends RefinementOptions {
  /** Weights c that are tried for each example; default 9. */
  binarySearchSteps?: number;
  /** Steps of Adam for each of them; default 100. */
  iterations?: number;
  /** Size of a step, in input units; default 0.01. */
  learningRate?: number;
  /** The weight that is tried first; default 0.1. */
  initialWeight?: number;
  /** By how much the wrong class is to lead, in scores; default 0. */
  confidence?: number;
}

/** Adam's own numbers, and by how much a weight grows until one is enough. */
const BETA1 = 0.9, BETA2 = 0.999, TINY = 1e-8, GROWTH = 10;

/**
 * The nearest adversarial examples in L2 by Carlini and Wagner (2017, section VI): Adam on ‖δ‖² + c·max(κ − lead, 0), the lead
 * being that of the best wrong class over the label in scores, and a search for the least c that is enough. Bounds are kept by
 * projection.
 *
 * ε is the greatest distance; an example that would need more, or for which nothing is found, stays as it was. Slow: nine
 * times a hundred gradients an example.
 *
 * @example
 * ```ts
 * import { batch, carliniWagner, matrix, model, softmaxLinear } from "@gibbon/gibbon";
 * import { assert } from "@std/assert";
 *
 * const tensors = {
 *   W: { shape: [2, 1], data: new Float32Array([-1, 1]) },
 *   b: { shape: [2], data: new Float32Array(2) },
 * };
 * using linear = model(softmaxLinear({ inputs: 1, classes: 2 }), { tensors });
 * const attacked = carliniWagner(linear, batch({ x: matrix(1, 1, [0.5]), labels: [1] }), { epsilon: 2 });
 * // just beyond the boundary at 0
 * assert(attacked.fooled[0] === 1 && attacked.x.data[0] > -1e-4);
 * ```
 *
 * @throws {InputError} if an option is out of its range, or does not fit the model or the examples
 */
export const carliniWagner: Attack<CarliniWagnerOptions> = makeAttack({
  name: "carliniWagner",
  summary: "Looks for the nearest input of another class by Adam on distance and lead, weighted by a search",
  needs: "gradients",
  goal: "nearest",
  norms: ["L2"],
  options: {
    binarySearchSteps: integer("Weights that are tried for each example", { min: 1, default: 9 }),
    iterations: integer("Steps of Adam for each of them", { min: 1, default: 100 }),
    learningRate: number("Size of a step, in input units", { above: 0, default: 0.01 }),
    initialWeight: number("The weight that is tried first", { above: 0, default: 0.1 }),
    confidence: number("By how much the wrong class is to lead, in scores", { min: 0, default: 0 }),
    ...REFINEMENTS,
  },
  *run(chunk, options) {
    const { binarySearchSteps, iterations, learningRate, initialWeight, confidence } = options;
    const search = yield* beginSearch(chunk);
    const { rows, own, reach } = search, { inputs, d } = reach;
    const at = chunk.matrix("at", rows.length);
    const mean = chunk.matrix("mean", rows.length), square = chunk.matrix("square", rows.length);
    const weight = new Float64Array(rows.length).fill(initialWeight);
    const least = new Float64Array(rows.length), enough = new Float64Array(rows.length).fill(Infinity);
    for (let tried = 0; tried < binarySearchSteps && rows.length > 0; tried++) {
      const reached = new Uint8Array(rows.length);
      at.data.set(own.data);
      mean.data.fill(0);
      square.data.fill(0);
      // 1 − β^t
      let left1 = 1, left2 = 1;
      for (let step = 0; step <= iterations; step++) {
        const done = (tried + step / (iterations + 1)) / binarySearchSteps;
        const { gradient, values, fooled } = yield* askLead(chunk, { x: at, rows, done });
        for (let i = 0; i < rows.length; i++) {
          if (!(values[i] >= confidence)) fooled[i] = 0;
          reached[i] ||= fooled[i];
        }
        keepNearer(search, at, { fooled });
        if (step === iterations) break;
        left1 *= BETA1;
        left2 *= BETA2;
        const { data: x } = at, { data: first } = own, { data: g } = gradient;
        const { data: m } = mean, { data: v } = square;
        for (let i = 0; i < rows.length; i++) {
          const c = values[i] < confidence ? weight[i] : 0;
          for (let j = 0, p = i * inputs; j < inputs; j++, p++) {
            const moved = x[p] - first[p];
            const slope = reach.featureScale[j] > 0 ? 2 * moved - c * g[p] : 0;
            m[p] = BETA1 * m[p] + (1 - BETA1) * slope;
            v[p] = BETA2 * v[p] + (1 - BETA2) * slope * slope;
            d[j] = moved - learningRate * (m[p] / (1 - left1)) / (Math.sqrt(v[p] / (1 - left2)) + TINY);
          }
          writeDisplaced(reach, at, own, i);
        }
      }
      for (let i = 0; i < rows.length; i++) {
        if (reached[i]) enough[i] = Math.min(enough[i], weight[i]);
        else least[i] = Math.max(least[i], weight[i]);
        weight[i] = enough[i] < Infinity ? (least[i] + enough[i]) / 2 : weight[i] * GROWTH;
      }
    }
    return yield* finishSearch(chunk, search, options);
  },
});
