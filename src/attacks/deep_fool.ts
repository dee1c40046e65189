/** DeepFool. @module */

import { integer, number } from "../schema.ts";
import type { Attack } from "./attack.ts";
import { makeAttack } from "./make_attack.ts";
import { rivals } from "./lead.ts";
import { askLead, beginSearch, comparedLabels, keepNearer } from "./nearest.ts";
import { finishSearch, type RefinementOptions, REFINEMENTS } from "./refine.ts";
import { lengthOf, setRoom, writeDisplaced } from "./reach.ts";
import { projectToPlane } from "./plane.ts";
import { allRows, gather, scatter } from "./rows.ts";

/** Options of the attack. */
export interface DeepFoolOptions extends RefinementOptions {
  /** Steps at most; default 50. */
  iterations?: number;
  /** By how much more than the distance to the boundary a step goes; default 0.02. */
  overshoot?: number;
  /** Classes whose boundaries are looked at, the most probable beside the label; default 10. */
  candidates?: number;
}

/**
 * The nearest adversarial examples by DeepFool (Moosavi-Dezfooli et al. 2016, algorithm 2): each step goes to the nearest of
 * the boundaries to the other classes as they are by the gradients, and a little further, until the model is fooled. The
 * nearest point of a boundary is that within the bounds.
 *
 * ε is the greatest distance; an example that would need more, or for which nothing is found, stays as it was. With a target
 * the boundary is that to the target.
 *
 * @example
 * ```ts
 * import { batch, deepFool, matrix, model, softmaxLinear } from "@gibbon/gibbon";
 * import { assert } from "@std/assert";
 *
 * const tensors = {
 *   W: { shape: [2, 1], data: new Float32Array([-1, 1]) },
 *   b: { shape: [2], data: new Float32Array(2) },
 * };
 * using linear = model(softmaxLinear({ inputs: 1, classes: 2 }), { tensors });
 * const attacked = deepFool(linear, batch({ x: matrix(1, 1, [0.5]), labels: [1] }), { epsilon: 2 });
 * // just beyond the boundary at 0
 * assert(attacked.fooled[0] === 1 && attacked.x.data[0] > -1e-4);
 * ```
 *
 * @throws {InputError} if an option is out of its range, or does not fit the model or the examples
 */
export const deepFool: Attack<DeepFoolOptions> = makeAttack({
  name: "deepFool",
  summary:
    "Looks for the nearest input of another class by steps to the boundary that the gradients foretell",
  needs: "gradients",
  goal: "nearest",
  norms: ["L2", "Linf"],
  options: {
    iterations: integer("Steps at most", { min: 1, default: 50 }),
    overshoot: number("By how much more than the distance to the boundary a step goes", {
      min: 0,
      default: 0.02,
    }),
    candidates: integer("Classes whose boundaries are looked at, the most probable first", {
      min: 1,
      default: 10,
    }),
    ...REFINEMENTS,
  },
  *run(chunk, options) {
    const search = yield* beginSearch(chunk);
    const { rows, own, reach } = search;
    const { classes } = chunk.model;
    const next = chunk.target ? undefined : rivals(search.scores, comparedLabels(chunk, rows), classes);
    const count = next ? Math.min(options.candidates, classes - 1) : 1;
    const at = chunk.matrix("walk", rows.length);
    at.data.set(own.data);
    let open = allRows(rows.length);
    for (let step = 0; step < options.iterations && open.length > 0; step++) {
      const here = gather(chunk.matrix("here", open.length), at, open);
      const there = chunk.matrix("there", open.length);
      const nearest = new Float64Array(open.length).fill(Infinity);
      for (let rank = 0; rank < count; rank++) {
        const { gradient, values } = yield* askLead(chunk, {
          x: here,
          rows: open.map((k) => rows[k]),
          to: next && open.map((k) => next[k * (classes - 1) + rank]),
          done: step / options.iterations,
        });
        for (let i = 0; i < open.length; i++) {
          setRoom(reach, here, i);
          const reached = projectToPlane(reach, gradient, i, -values[i] * (1 + options.overshoot));
          // a boundary out of bounds comes last
          const far = reached ? lengthOf(reach) : Number.MAX_VALUE;
          if (!(far > 0 && far < nearest[i])) continue;
          nearest[i] = far;
          writeDisplaced(reach, there, here, i);
        }
      }
      const moved = allRows(open.length).filter((i) => nearest[i] < Infinity);
      const tried = gather(chunk.matrix("tried", moved.length), there, moved);
      open = moved.map((i) => open[i]);
      if (open.length === 0) break;
      const fooled = (yield { ask: "scores", x: tried, rows: open.map((k) => rows[k]) }).fooled();
      keepNearer(search, tried, { fooled, places: open });
      scatter(at, tried, open);
      open = open.filter((_, i) => !fooled[i]);
    }
    return yield* finishSearch(chunk, search, options);
  },
});
