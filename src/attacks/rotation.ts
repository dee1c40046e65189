/** Rotation of inputs about the origin. @module */

import { lengthOf, orthogonal, passes, planeOf, sine } from "../constraints/angle.ts";
import { constraint } from "../constraints/mod.ts";
import type { Attack } from "./attack.ts";
import { makeAttack } from "./make_attack.ts";
import { LOSS_OPTIONS, type LossOptions, lossQueries, withEffectiveLoss } from "./direction.ts";

/**
 * Rotation: each input is turned about the origin by the angle ε, in radians, toward the gradient of its loss, and keeps
 * its norm (paper, end of section 4): xAdv = cos θ · x + sin θ · ‖x‖ · u, u being the gradient's direction made
 * orthogonal to x. θ is ε, or less where that would turn x past the gradient; an input of zeros stays. With a target it
 * turns down the gradient of the target's loss.
 *
 * The angle never passes ε. With bounds what leaves them is clipped, and then the norm is not kept.
 *
 * @throws {InputError} if ε is negative or not finite, bounds or targets do not fit
 * @throws {InputError} if the inputs do not fit the model, or ε is one for each input
 */
export const rotation: Attack<LossOptions> = makeAttack({
  name: "rotation",
  summary: "Turns each input about the origin toward the gradient; its size is the angle in radians",
  needs: "gradients",
  norms: ["angle"],
  constrain: constraint,
  options: LOSS_OPTIONS,
  adapt: withEffectiveLoss,
  *run(chunk, options) {
    const { x, region, constraint, matrix } = chunk;
    const follow = yield* lossQueries(chunk, options);
    const { gradient } = yield follow(x);
    const out = matrix("out");
    region.step(out, x, { direction: gradient });
    if (constraint.discrete) region.project(out);
    return out;
  },
  pullback: ({ epsilon }) => ({ x, gradient, dX }) => {
    const plane = planeOf(x, gradient);
    if (!plane) return new Float64Array(x.length);
    const { length, side, distance } = plane;
    const past = passes(epsilon, plane);
    const factor = length * (past ? 1 / lengthOf(gradient) : sine(epsilon) / distance);
    return (past ? orthogonal(dX, gradient) : orthogonal(orthogonal(dX, x), side))
      .map((value) => factor * value);
  },
});
