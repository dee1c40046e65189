import { InputError } from "../errors.ts";
import { addStep, l1Direction, l2Direction, signStep } from "../kernels/attack.ts";
import type { Matrix } from "../matrix.ts";
import { type Attack, type Epsilon, makeAttack } from "./attack.ts";
import { budget, byChunks, lengthOf } from "./budget.ts";
import { type GradientOptions, uphill } from "./uphill.ts";
import { across, norm as lengthIn2 } from "./vectors.ts";

/** What the fast gradient sign method takes beside its ε. */
export interface FgsmOptions extends GradientOptions {
  /** Norm that ε bounds; default `"Linf"`, the paper's. ε for each input goes with it alone. */
  norm?: "Linf" | "L2" | "L1";
}

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
 * @throws {InputError} if the inputs do not fit the model, or ε for each input comes with another norm
 */
export const fgsm: Attack<FgsmOptions> = makeAttack({
  name: "fgsm",
  raisesLoss: true,
  prepare(model, batch, options) {
    const { norm = "Linf", bounds } = options;
    if (norm !== "Linf" && norm !== "L2" && norm !== "L1") {
      throw new InputError("value", `attack by fgsm in norm ${norm}`, "expected Linf, L2 or L1");
    }
    const dScores = uphill("fgsm", model, { batch, options });
    const step = (epsilon: Epsilon): Finish => {
      if (norm === "Linf") {
        const each = budget(epsilon, batch.x.cols);
        return (gradient, x) => signStep(gradient, x, { direction: gradient, epsilon: each, bounds });
      }
      const length = lengthOf(`fgsm in norm ${norm}`, epsilon);
      const along = norm === "L2" ? l2Direction : l1Direction;
      return (gradient, x) => {
        along(gradient, gradient, { epsilon: length });
        addStep(gradient, x, { step: gradient, bounds });
      };
    };

    if (!Array.isArray(options.epsilon) && model.inputStep) {
      return (epsilon) => model.inputStep!(batch.x, dScores, step(epsilon));
    }
    // several steps, or a model that cannot make one, from a gradient that is found once
    const gradient = model.inputGradient(batch.x, dScores);
    return (epsilon) => {
      const finish = step(epsilon);
      return byChunks(batch.x, (out, rows) => {
        out.data.set(rows(gradient).data);
        finish(out, rows(batch.x));
      });
    };
  },
  pullback: ({ norm, epsilon }) =>
    norm !== "L2" ? undefined : ({ gradient, dX }) => {
      // x + ε g/‖g‖ moves with g across it only
      const length = lengthIn2(gradient);
      return length > 0
        ? across(dX, gradient).map((value) => epsilon * value / length)
        : new Float64Array(dX.length);
    },
});

/** Turns a gradient into adversarial inputs, in place. */
type Finish = (gradient: Matrix, x: Matrix) => void;
