/** The fast adaptive boundary attack. @module */

import { integer, number } from "../schema.ts";
import type { Attack } from "./attack.ts";
import { makeAttack } from "./make_attack.ts";
import { rivals } from "./lead.ts";
import { askLead, beginSearch, comparedLabels, keepNearer } from "./nearest.ts";
import { finishSearch, type RefinementOptions, REFINEMENTS } from "./refine.ts";
import { lengthOf, setRoom, writeDisplaced } from "./reach.ts";
import { projectToPlane } from "./plane.ts";

/** Options of the attack. */
export interface FabOptions extends RefinementOptions {
  /** Gradients that are followed toward each class; default 100. */
  iterations?: number;
  /** Classes aimed at, one walk each, the most probable beside the label first; default 9. */
  targets?: number;
  /** Greatest weight of the original's own way to the boundary; default 0.1. */
  alphaMax?: number;
  /** How far beyond the boundary a step goes, as a multiple of the way to it; default 1.05. */
  eta?: number;
  /** Part of the way from the original that is left once the model is fooled; default 0.9. */
  beta?: number;
}

/**
 * The nearest adversarial examples by the fast adaptive boundary attack (Croce and Hein 2020, algorithm 1, its targeted form):
 * each step goes to the boundary that the gradient foretells, both from where it is and from the original, and mixes
 * the two; where the model is fooled it goes back toward the original. Both are exact projections on the plane
 * within the bounds, so that on a linear model the first is the nearest there is.
 *
 * ε is the greatest distance; an example that would need more, or for which nothing is found, stays as it was.
 *
 * @example
 * ```ts
 * import { batch, fab, matrix, model, softmaxLinear } from "@gibbon/gibbon";
 * import { assert } from "@std/assert";
 *
 * const tensors = {
 *   W: { shape: [2, 1], data: new Float32Array([-1, 1]) },
 *   b: { shape: [2], data: new Float32Array(2) },
 * };
 * using linear = model(softmaxLinear({ inputs: 1, classes: 2 }), { tensors });
 * const attacked = fab(linear, batch({ x: matrix(1, 1, [0.5]), labels: [1] }), { epsilon: 2 });
 * // just beyond the boundary at 0
 * assert(attacked.fooled[0] === 1 && attacked.x.data[0] > -1e-4);
 * ```
 *
 * @throws {InputError} if an option is out of its range, or does not fit the model or the examples
 */
export const fab: Attack<FabOptions> = makeAttack({
  name: "fab",
  summary: "Looks for the nearest input of another class along the boundary, drawn toward the original",
  needs: "gradients",
  goal: "nearest",
  norms: ["Linf", "L2", "L1"],
  options: {
    iterations: integer("Gradients that are followed toward each class", { min: 1, default: 100 }),
    targets: integer("Classes aimed at in turn, the most probable first", { min: 1, default: 9 }),
    alphaMax: number("Greatest weight of the original's own way to the boundary", {
      min: 0,
      max: 1,
      default: 0.1,
    }),
    eta: number("How far beyond the boundary a step goes, as a multiple of the way to it", {
      min: 1,
      default: 1.05,
    }),
    beta: number("Part of the way from the original that is left once the model is fooled", {
      above: 0,
      max: 1,
      default: 0.9,
    }),
    ...REFINEMENTS,
  },
  *run(chunk, options) {
    const { iterations, targets, alphaMax, eta, beta } = options;
    const search = yield* beginSearch(chunk);
    const { rows, own, reach } = search, { inputs, d } = reach;
    const { classes } = chunk.model;
    const next = chunk.target ? undefined : rivals(search.scores, comparedLabels(chunk, rows), classes);
    const walks = next ? Math.min(targets, classes - 1) : 1;
    const at = chunk.matrix("at", rows.length);
    const start = new Float64Array(inputs);
    for (let walk = 0; walk < walks && rows.length > 0; walk++) {
      const to = next?.filter((_, i) => i % (classes - 1) === walk);
      at.data.set(own.data);
      for (let step = 0; step <= iterations; step++) {
        const done = (walk + step / (iterations + 1)) / walks;
        const { gradient, values, fooled } = yield* askLead(chunk, { x: at, rows, to, done });
        keepNearer(search, at, { fooled });
        if (step === iterations) break;
        const { data: x } = at, { data: first } = own, { data: g } = gradient;
        for (let i = 0; i < rows.length; i++) {
          const begin = i * inputs;
          if (fooled[i]) {
            // the plane moves with the point that it is of: a gradient is not asked for again
            for (let j = 0, p = begin; j < inputs; j++, p++) {
              values[i] += (beta - 1) * g[p] * (x[p] - first[p]);
            }
            for (let j = 0, p = begin; j < inputs; j++, p++) d[j] = beta * (x[p] - first[p]);
            writeDisplaced(reach, at, own, i);
          }
          let gap = -values[i];
          for (let j = 0, p = begin; j < inputs; j++, p++) gap += g[p] * (x[p] - first[p]);
          setRoom(reach, own, i);
          projectToPlane(reach, gradient, i, gap);
          const far = lengthOf(reach);
          start.set(d);
          setRoom(reach, at, i);
          projectToPlane(reach, gradient, i, -values[i]);
          const near = lengthOf(reach);
          // nowhere to go
          if (near + far === 0) continue;
          const share = Math.min(near / (near + far), alphaMax);
          for (let j = 0, p = begin; j < inputs; j++, p++) {
            d[j] = (1 - share) * (x[p] - first[p] + eta * d[j]) + share * eta * start[j];
          }
          writeDisplaced(reach, at, own, i);
        }
      }
    }
    return yield* finishSearch(chunk, search, options);
  },
});
