/** The fast minimum-norm attack. @module */

import { cosine } from "../constraints/angle.ts";
import { integer, number } from "../schema.ts";
import type { Attack } from "./attack.ts";
import { makeAttack } from "./make_attack.ts";
import { askLead, beginSearch, keepNearer } from "./nearest.ts";
import { finishSearch, type RefinementOptions, REFINEMENTS } from "./refine.ts";
import { distance, dualNorm, projectToBall, setRoom, writeDisplaced } from "./reach.ts";

/** Options of the attack. */
export interface FmnOptions extends RefinementOptions {
  /** Gradients that are followed; default 100. */
  iterations?: number;
  /** Length of the first step, in input units; the last has a hundredth of it; default 1. */
  stepSize?: number;
  /** Part by which the size changes at first, at the end a fiftieth of it; default 0.05. */
  gamma?: number;
}

/** The last step and the last change of size, as parts of the first. */
const LAST_STEP = 0.01, LAST_GAMMA = 0.02;

/** The number of features after a step: one fewer at least where they fool, one more where they do not. */
function nextCount(count: number, { change, fooled }: { change: number; fooled: number }): number {
  // at first a single one
  if (count === Infinity) return 1;
  if (!fooled) return Math.max(count + 1, Math.floor(count * (1 + change)));
  return Math.min(count - 1, Math.floor(count * (1 - change)));
}

/** From 1 to `last` along half a cosine. */
export function cosineSchedule(fraction: number, last: number): number {
  return last + (1 - last) * (1 + cosine(Math.PI * fraction)) / 2;
}

/**
 * The nearest adversarial examples by the fast minimum-norm attack (Pintor et al. 2021, algorithm 1): steps along the gradient
 * of the lead of the best wrong class, each projected on a ball whose size falls where the model is fooled and rises
 * where it is not. Before anything fools, the size is the distance to the boundary as the gradient foretells it. In L0 the
 * size is a number of features, one at first.
 *
 * ε is the greatest distance; an example that would need more, or for which nothing is found, stays as it was.
 *
 * @example
 * ```ts
 * import { batch, fmn, matrix, model, softmaxLinear } from "@gibbon/gibbon";
 * import { assert } from "@std/assert";
 *
 * const tensors = {
 *   W: { shape: [2, 1], data: new Float32Array([-1, 1]) },
 *   b: { shape: [2], data: new Float32Array(2) },
 * };
 * using linear = model(softmaxLinear({ inputs: 1, classes: 2 }), { tensors });
 * const attacked = fmn(linear, batch({ x: matrix(1, 1, [0.5]), labels: [1] }), { epsilon: 2 });
 * // just beyond the boundary at 0
 * assert(attacked.fooled[0] === 1 && attacked.x.data[0] > -1e-4);
 * ```
 *
 * @throws {InputError} if an option is out of its range, or does not fit the model or the examples
 */
export const fmn: Attack<FmnOptions> = makeAttack({
  name: "fmn",
  summary: "Looks for the nearest input of another class by steps on a ball that shrinks where they fool",
  needs: "gradients",
  goal: "nearest",
  norms: ["Linf", "L2", "L1", "L0"],
  options: {
    iterations: integer("Gradients that are followed", { min: 1, default: 100 }),
    stepSize: number("Length of the first step, in input units", { above: 0, default: 1 }),
    gamma: number("Part by which the size of the ball changes at first", {
      above: 0,
      below: 1,
      default: 0.05,
    }),
    ...REFINEMENTS,
  },
  *run(chunk, options) {
    const search = yield* beginSearch(chunk);
    const { rows, own, reach, far } = search, { inputs, d } = reach;
    const at = chunk.matrix("at", rows.length);
    at.data.set(own.data);
    const size = new Float64Array(rows.length).fill(Infinity);
    const { iterations, stepSize, gamma } = options;
    for (let step = 0; step < iterations && rows.length > 0; step++) {
      const { gradient, values, fooled } = yield* askLead(chunk, { x: at, rows, done: step / iterations });
      keepNearer(search, at, { fooled });
      const change = gamma * cosineSchedule(step / iterations, LAST_GAMMA);
      const length = stepSize * cosineSchedule(step / iterations, LAST_STEP);
      const { data: x } = at, { data: start } = own, { data: g } = gradient;
      for (let i = 0; i < rows.length; i++) {
        let square = 0;
        for (let j = 0, p = i * inputs; j < inputs; j++, p++) {
          if (reach.featureScale[j] === 0) g[p] = 0;
          square += g[p] * g[p];
        }
        if (square === 0) continue;
        if (reach.norm === "L0") size[i] = nextCount(size[i], { change, fooled: fooled[i] });
        else {size[i] = fooled[i] ? size[i] * (1 - change) : far[i] < Infinity
            ? size[i] * (1 + change)
            // a little beyond the boundary, or a linear model would hold it there
            : (distance(reach, [at, i], [own, i]) + Math.abs(values[i]) / dualNorm(reach, gradient, i)) *
              (1 + change);}
        size[i] = Math.min(size[i], far[i]);
        const factor = length / Math.sqrt(square);
        for (let j = 0, p = i * inputs; j < inputs; j++, p++) d[j] = x[p] - start[p] + factor * g[p];
        setRoom(reach, own, i);
        projectToBall(reach, size[i]);
        writeDisplaced(reach, at, own, i);
      }
    }
    return yield* finishSearch(chunk, search, options);
  },
});
