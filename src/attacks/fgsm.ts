import type { Batch } from "../data/batch.ts";
import { addStep, l1Direction, l2Direction, signStep } from "../kernels/attack.ts";
import { predict, scoreDirection } from "../loss.ts";
import type { Matrix } from "../matrix.ts";
import type { Model } from "../models/model.ts";
import {
  type Attack,
  type AttackOptions,
  budget,
  byChunks,
  type Epsilon,
  makeAttack,
  targets,
} from "./attack.ts";

/** What the fast gradient sign method takes beside its ε. */
export interface FgsmOptions extends AttackOptions {
  /** Norm that ε bounds; default `"Linf"`, the paper's. ε for each input goes with it alone. */
  norm?: "Linf" | "L2" | "L1";
  /**
   * Labels whose loss is raised: the true ones (default, the paper's), or the model's own predictions, which leak
   * nothing of the truth into the attack. Of no account with a target.
   */
  labels?: "true" | "predicted";
}

/**
 * The fast gradient sign method: xAdv = x + ε·sign(∇ₓ J(x, y)), J being the model's own loss (paper, section 4);
 * with a target, x − ε·sign(∇ₓ J(x, target)). In L2 the step is ε·∇J/‖∇J‖₂, in L1 it is ε on the input of the
 * greatest slope. Inputs whose slope is 0 stay.
 *
 * The direction is that of the exact gradient also where a float32 probability reaches 1; the step never passes ε,
 * not by one bit.
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
 * @throws {RangeError} if ε is negative or not finite, bounds or targets do not fit
 * @throws {TypeError} if the inputs do not fit the model, or ε for each input comes with another norm
 */
export const fgsm: Attack<FgsmOptions> = makeAttack({
  name: "fgsm",
  raisesLoss: true,
  prepare(model, batch, options) {
    const { norm = "Linf", bounds } = options;
    if (norm !== "Linf" && norm !== "L2" && norm !== "L1") {
      throw new TypeError(`Cannot attack by fgsm in norm ${norm}: expected Linf, L2 or L1`);
    }
    const dScores = uphill(model, batch, options);
    const step = (epsilon: Epsilon): Finish => {
      if (norm === "Linf") {
        const each = budget(epsilon, batch.x.cols);
        return (gradient, x) => signStep(gradient, x, { direction: gradient, epsilon: each, bounds });
      }
      if (typeof epsilon !== "number") {
        throw new TypeError(
          `Cannot attack by fgsm in norm ${norm} with an epsilon for each input: give one number`,
        );
      }
      const along = norm === "L2" ? l2Direction : l1Direction;
      return (gradient, x) => {
        along(gradient, gradient, { epsilon });
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
});

/** Turns a gradient into adversarial inputs, in place. */
type Finish = (gradient: Matrix, x: Matrix) => void;

/** The direction in the scores in which the attacked loss rises, or a target's falls. */
function uphill(
  model: Model,
  { x, labels, classes }: Batch,
  { target, labels: whose = "true" }: FgsmOptions,
) {
  if (target !== undefined) {
    return scoreDirection(model, { x, labels: targets(target, { x, labels, classes }) }, -1);
  }
  if (whose === "true") return scoreDirection(model, { x, labels });
  if (whose === "predicted") return scoreDirection(model, { x, labels: predict(model, x).predicted });
  throw new TypeError(`Cannot attack by fgsm with labels "${whose}": expected true or predicted`);
}
