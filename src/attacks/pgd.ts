/** Projected gradient descent. @module */

import { type Matrix, rowOf } from "../matrix.ts";
import { LOSSES, type LossName } from "../loss.ts";
import { boolean, choice, integer, number } from "../schema.ts";
import type { Attack } from "./attack.ts";
import { makeAttack } from "./make_attack.ts";
import { divergenceQueries } from "./departure.ts";
import { blockSlopes, LOSS_OPTIONS, type LossOptions, lossQueries, withEffectiveLoss } from "./direction.ts";
import { allRows, gather, keptRowsOf, scatter } from "./rows.ts";

/** Options of projected gradient descent. */
export interface PgdOptions extends Omit<LossOptions, "loss"> {
  /**
   * The loss that is raised, as in `LossOptions`, or the divergence of the model's answer from that to the example itself,
   * which asks for no label: what training by `trades` takes. It needs a random start.
   */
  loss?: LossName | "divergence";
  /** Gradients that are followed; default 40. */
  steps?: number;
  /** Size of a step, in input units; default 2.5 ε / steps. */
  stepSize?: number;
  /** Walks for each example, of which the first that fools the model is kept; default 1. */
  restarts?: number;
  /** Whether a walk begins at a random point of what is allowed; default true. Without, all walks are the same. */
  randomStart?: boolean;
  /** Part of the direction that the next step keeps, in [0, 1], as Dong et al. (2018) do with 1; default 0. */
  momentum?: number;
  /** Whether a walk ends as soon as it fools the model, as a measure of robust accuracy wants it; default false. */
  stopEarly?: boolean;
}

/**
 * Projected gradient descent (Madry et al. 2018): steps along the gradient's sign, or along the gradient in L2 and on the
 * feature of the greatest slope in L1, each followed by the projection on what is allowed. `fgsm` is one step of size ε from
 * the example itself.
 *
 * Integers, grids and one-hot groups count in the end alone: on the way they are numbers like others.
 *
 * @example
 * ```ts
 * import { batch, matrix, model, pgd, softmaxLinear } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const tensors = {
 *   W: { shape: [2, 1], data: new Float32Array([-1, 1]) },
 *   b: { shape: [2], data: new Float32Array(2) },
 * };
 * using linear = model(softmaxLinear({ inputs: 1, classes: 2 }), { tensors });
 * const attacked = pgd(linear, batch({ x: matrix(1, 1, [0.125]), labels: [1] }), { epsilon: 0.25 });
 * assertEquals([attacked.x.data[0], attacked.fooled[0]], [-0.125, 1]);
 * ```
 *
 * @throws {InputError} if an option is out of its range, or does not fit the model or the examples
 */
export const pgd: Attack<PgdOptions> = makeAttack({
  name: "pgd",
  summary: "Many small steps along the gradient, each projected on what is allowed",
  needs: "gradients",
  norms: ["Linf", "L2", "L1"],
  options: {
    steps: integer("Gradients that are followed", { min: 1, default: 40 }),
    stepSize: number("Size of a step, in input units; by default 2.5 times the size over the steps", {
      min: 0,
    }),
    restarts: integer("Walks for each example, of which the first that fools the model is kept", {
      min: 1,
      default: 1,
    }),
    randomStart: boolean("Begin at a random point of what is allowed", { default: true }),
    momentum: number("Part of the direction that the next step keeps", { min: 0, max: 1, default: 0 }),
    stopEarly: boolean("End a walk as soon as it fools the model", { default: false }),
    ...LOSS_OPTIONS,
    loss: choice("The loss that is raised", [...LOSSES, "divergence"], { default: "own" }),
  },
  adapt: withEffectiveLoss,
  *run(chunk, options) {
    const { x, constraint, rng, matrix } = chunk;
    const { steps, stepSize, restarts, randomStart, momentum } = options;
    const { loss } = options;
    const follow = loss === "divergence"
      ? yield* divergenceQueries(chunk)
      : yield* lossQueries(chunk, { ...options, loss });
    // a point of the walk is no allowed input where some features take single values
    const stopEarly = options.stopEarly && !constraint.discrete;
    const out = matrix("out");
    let open = allRows(x.rows);
    for (let walk = 0;; walk++) {
      const around = () =>
        open.length < x.rows
          ? constraint.around(
            gather(matrix("from", open.length), x, open),
            (name) => matrix(name, open.length),
          )
          : chunk.region;
      let region = around();
      let at = matrix("at", open.length);
      if (randomStart) region.sample(at, (i) => rng(open[i]).split("walk", walk));
      else at.data.set(region.original.data);
      let velocity = momentum === 0 ? undefined : matrix("velocity", open.length);
      velocity?.data.fill(0);
      for (let step = 0; step < steps; step++) {
        const answer = yield follow(at, {
          rows: open.length < x.rows ? open : undefined,
          done: (walk + step / steps) / restarts,
        });
        let { gradient } = answer;
        if (stopEarly && step > 0) {
          const fooled = answer.fooled();
          const left = allRows(open.length).filter((i) => !fooled[i]);
          if (left.length < open.length) {
            scatter(out, at, open);
            const narrow = (name: string, m: Matrix) => keptRowsOf(matrix, name, { m, left });
            at = narrow("at", at);
            gradient = gather(matrix("slopes", left.length), gradient, left);
            if (velocity) velocity = narrow("velocity", velocity);
            open = left.map((i) => open[i]);
            if (open.length === 0) return out;
            region = around();
          }
        }
        if (velocity) accelerate(gradient, velocity, momentum);
        if (constraint.norm === "L1" && steps > 1) blockSlopes(gradient, at, constraint);
        region.stepWithin(at, { direction: gradient, part: 2.5 / steps, length: stepSize });
      }
      if (constraint.discrete) region.project(at);
      scatter(out, at, open);
      if (walk + 1 === restarts) return out;
      const rows = open.length < x.rows ? open : undefined;
      const fooled = (yield { ask: "scores", x: at, rows, done: (walk + 1) / restarts }).fooled();
      open = open.filter((_, i) => !fooled[i]);
      if (open.length === 0) return out;
    }
  },
});

/** velocity ← μ·velocity + g / ‖g‖₁ by rows, which then replaces the gradient. */
function accelerate(gradient: Matrix, velocity: Matrix, momentum: number): void {
  for (const row of allRows(gradient.rows)) {
    const g = rowOf(gradient, row), v = rowOf(velocity, row);
    const sum = g.reduce((total, slope) => total + Math.abs(slope), 0);
    g.forEach((slope, i) => g[i] = v[i] = momentum * v[i] + (sum > 0 ? slope / sum : 0));
  }
}
