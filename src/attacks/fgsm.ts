/** The fast gradient sign method. @module */

import { lengthOf, orthogonal } from "../constraints/angle.ts";
import type { Attack } from "./attack.ts";
import { makeAttack } from "./make_attack.ts";
import { LOSS_OPTIONS, type LossOptions, lossQueries, withEffectiveLoss } from "./direction.ts";

/**
 * The fast gradient sign method: xAdv = x + ε·sign(∇ₓ J(x, y)), J being the model's own loss (paper, section 4);
 * with a target, x − ε·sign(∇ₓ J(x, target)). In L2 the step is ε·∇J/‖∇J‖₂, in L1 it is ε on the input of the
 * greatest slope. Inputs whose slope is 0 stay.
 *
 * The direction is that of the exact gradient also where a float32 probability reaches 1, unless `gradient` says
 * otherwise; the step never passes ε, not by one bit.
 *
 * @example
 * ```ts
 * import { batch, fgsm, matrix, model, softmaxLinear } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const tensors = {
 *   W: { shape: [2, 1], data: new Float32Array([-1, 1]) },
 *   b: { shape: [2], data: new Float32Array(2) },
 * };
 * using linear = model(softmaxLinear({ inputs: 1, classes: 2 }), { tensors });
 * const attacked = fgsm(linear, batch({ x: matrix(1, 1, [0.125]), labels: [1] }), { epsilon: 0.25 });
 * assertEquals([attacked.x.data[0], attacked.fooled[0]], [-0.125, 1]);
 * ```
 *
 * @throws {InputError} if ε is negative or not finite, bounds or targets do not fit
 * @throws {InputError} if the inputs do not fit the model, or ε for each input comes with another norm than L∞
 */
export const fgsm: Attack<LossOptions> = makeAttack({
  name: "fgsm",
  summary: "One step of the whole size along the gradient's sign, or along the gradient in L2 and L1",
  needs: "gradients",
  norms: ["Linf", "L2", "L1"],
  options: LOSS_OPTIONS,
  adapt: withEffectiveLoss,
  *run(chunk, options) {
    const { x, region, constraint } = chunk;
    const follow = yield* lossQueries(chunk, options);
    const { gradient } = yield follow(x);
    region.step(gradient, x, { direction: gradient });
    if (constraint.discrete) region.project(gradient);
    return gradient;
  },
  pullback: ({ norm, epsilon }) =>
    norm !== "L2" ? undefined : ({ gradient, dX }) => {
      // x + ε g/‖g‖ moves with the part of g that is orthogonal to it only
      const length = lengthOf(gradient);
      return length > 0
        ? orthogonal(dX, gradient).map((value) => epsilon * value / length)
        : new Float64Array(dX.length);
    },
});
