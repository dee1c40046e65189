import { InputError } from "../errors.ts";
import type { Batch } from "../data/batch.ts";
import { predict, roundedDirection, scoreDirection } from "../loss.ts";
import type { Matrix } from "../matrix.ts";
import type { Differentiable } from "../models/classifier.ts";
import type { AttackOptions } from "./attack.ts";
import { targets } from "./budget.ts";

/** What an attack that follows a gradient takes beside its ε. */
export interface GradientOptions extends AttackOptions {
  /**
   * Labels whose loss is raised: the true ones (default, the paper's), or the model's own predictions, which leak
   * nothing of the truth into the attack. Of no account with a target.
   */
  labels?: "true" | "predicted";
  /**
   * The direction followed: that of the exact gradient also where a probability rounds to 1 (`"safe"`, default), or
   * of the gradient as plain float32 arithmetic has it (`"float32"`), where p − 1 is then 0 and the attack weaker.
   */
  gradient?: "safe" | "float32";
}

/**
 * The direction in the scores in which the attacked loss rises, or a target's falls; `attack` begins a message.
 *
 * @throws {InputError} if `labels` or `gradient` is another word
 */
export function uphill(
  attack: string,
  model: Differentiable,
  { batch, options }: { batch: Batch; options: GradientOptions },
): (scores: Matrix, first: number) => Matrix {
  const { target, labels: whose = "true", gradient = "safe" } = options;
  if (whose !== "true" && whose !== "predicted") {
    throw new InputError(
      "value",
      `attack by ${attack} with labels "${whose}"`,
      "expected true or predicted",
    );
  }
  if (gradient !== "safe" && gradient !== "float32") {
    throw new InputError(
      "value",
      `attack by ${attack} with gradient "${gradient}"`,
      "expected safe or float32",
    );
  }
  const labels = target !== undefined
    ? targets(target, batch)
    : whose === "true"
    ? batch.labels
    : predict(model, batch.x).predicted;
  const along = gradient === "safe" ? scoreDirection : roundedDirection;
  return along(model, { x: batch.x, labels }, target === undefined ? 1 : -1);
}
