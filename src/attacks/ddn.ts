/** The attack that decouples direction and norm. @module */

import { lossScoreGradient } from "../loss.ts";
import { integer, number } from "../schema.ts";
import type { Attack } from "./attack.ts";
import { makeAttack } from "./make_attack.ts";
import { cosineSchedule } from "./fmn.ts";
import { beginSearch, comparedLabels, keepNearer } from "./nearest.ts";
import { finishSearch, type RefinementOptions, REFINEMENTS } from "./refine.ts";
import { writeDisplaced } from "./reach.ts";

/** Options of the attack. */
export interface DdnOptions extends RefinementOptions {
  /** Gradients that are followed; default 100. */
  iterations?: number;
  /** Part by which the norm rises or falls in each step; default 0.05. */
  gamma?: number;
  /** The norm at first; default 1. */
  initialNorm?: number;
}

/** The last step, as part of the first, which has the length 1. */
const LAST_STEP = 0.01;

/**
 * The nearest adversarial examples in L2 by decoupled direction and norm (Rony et al. 2019, algorithm 1): steps along the
 * gradient of the cross-entropy, each scaled to a sphere that shrinks by γ where the model is fooled and grows by γ where it is
 * not.
 *
 * ε is the greatest distance; an example that would need more, or for which nothing is found, stays as it was.
 *
 * @example
 * ```ts
 * import { batch, ddn, matrix, model, softmaxLinear } from "@gibbon/gibbon";
 * import { assert } from "@std/assert";
 *
 * const tensors = {
 *   W: { shape: [2, 1], data: new Float32Array([-1, 1]) },
 *   b: { shape: [2], data: new Float32Array(2) },
 * };
 * using linear = model(softmaxLinear({ inputs: 1, classes: 2 }), { tensors });
 * const attacked = ddn(linear, batch({ x: matrix(1, 1, [0.5]), labels: [1] }), { epsilon: 2 });
 * // just beyond the boundary at 0
 * assert(attacked.fooled[0] === 1 && attacked.x.data[0] > -1e-4);
 * ```
 *
 * @throws {InputError} if an option is out of its range, or does not fit the model or the examples
 */
export const ddn: Attack<DdnOptions> = makeAttack({
  name: "ddn",
  summary: "Looks for the nearest input of another class by steps on a sphere that shrinks where they fool",
  needs: "gradients",
  goal: "nearest",
  norms: ["L2"],
  options: {
    iterations: integer("Gradients that are followed", { min: 1, default: 100 }),
    gamma: number("Part by which the norm rises or falls in each step", {
      above: 0,
      below: 1,
      default: 0.05,
    }),
    initialNorm: number("The norm at first", { above: 0, default: 1 }),
    ...REFINEMENTS,
  },
  *run(chunk, options) {
    const search = yield* beginSearch(chunk);
    const { rows, own, reach } = search, { inputs, d } = reach;
    const write = lossScoreGradient(chunk.model, "crossEntropy"), labels = comparedLabels(chunk, rows);
    const sign = chunk.target ? -1 : 1;
    const at = chunk.matrix("at", rows.length);
    at.data.set(own.data);
    const norm = new Float64Array(rows.length).fill(options.initialNorm);
    for (let step = 0; step < options.iterations && rows.length > 0; step++) {
      const answer = yield {
        ask: "gradient",
        x: at,
        rows,
        done: step / options.iterations,
        dScores: (dScores, scores, first) =>
          write(dScores, scores, labels.subarray(first, first + scores.rows)),
      };
      const fooled = answer.fooled();
      keepNearer(search, at, { fooled });
      const length = sign * cosineSchedule(step / options.iterations, LAST_STEP);
      const { data: g } = answer.gradient, { data: start } = own, { data: x } = at;
      for (let i = 0; i < rows.length; i++) {
        let square = 0, total = 0;
        for (let j = 0, p = i * inputs; j < inputs; j++, p++) {
          if (reach.featureScale[j] === 0) g[p] = 0;
          square += g[p] * g[p];
        }
        const factor = square > 0 ? length / Math.sqrt(square) : 0;
        for (let j = 0, p = i * inputs; j < inputs; j++, p++) {
          d[j] = x[p] - start[p] + factor * g[p];
          total += d[j] * d[j];
        }
        norm[i] *= fooled[i] ? 1 - options.gamma : 1 + options.gamma;
        const scale = total > 0 ? norm[i] / Math.sqrt(total) : 0;
        for (let j = 0; j < inputs; j++) d[j] *= scale;
        writeDisplaced(reach, at, own, i);
      }
    }
    return yield* finishSearch(chunk, search, options);
  },
});
