import type { Batch } from "../data/batch.ts";
import { addStep, l1Direction, l2Direction, signStep } from "../kernels/attack.ts";
import { lossDirection, predict } from "../loss.ts";
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
  prepare(model: Model, batch: Batch, options: FgsmOptions) {
    const { norm = "Linf", bounds, target } = options;
    if (norm !== "Linf" && norm !== "L2" && norm !== "L1") {
      throw new TypeError(`Cannot attack by fgsm in norm ${norm}: expected Linf, L2 or L1`);
    }
    const direction = uphill(model, batch, options);
    if (target !== undefined) {
      for (let i = 0; i < direction.data.length; i++) direction.data[i] = -direction.data[i];
    }

    return (epsilon: Epsilon): Matrix => {
      if (norm === "Linf") {
        const each = budget(epsilon, batch.x.cols);
        return byChunks(
          batch.x,
          (out, rows) => signStep(out, rows(batch.x), { direction: rows(direction), epsilon: each, bounds }),
        );
      }
      if (typeof epsilon !== "number") {
        throw new TypeError(
          `Cannot attack by fgsm in norm ${norm} with an epsilon for each input: give one number`,
        );
      }
      const along = norm === "L2" ? l2Direction : l1Direction;
      return byChunks(batch.x, (out, rows) => {
        along(out, rows(direction), { epsilon });
        addStep(out, rows(batch.x), { step: out, bounds });
      });
    };
  },
});

/** The direction in which the loss that is attacked rises. */
function uphill(model: Model, batch: Batch, { target, labels = "true" }: FgsmOptions): Matrix {
  if (target !== undefined) return lossDirection(model, { x: batch.x, labels: targets(target, batch) });
  if (labels === "true") return lossDirection(model, batch);
  if (labels === "predicted") {
    return lossDirection(model, { x: batch.x, labels: predict(model, batch.x).predicted });
  }
  throw new TypeError(`Cannot attack by fgsm with labels "${labels}": expected true or predicted`);
}
