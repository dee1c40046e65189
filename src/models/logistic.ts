import { binary } from "../heads.ts";
import { checkSizes, type Family } from "./family.ts";
import { linearFamily } from "./softmax_linear.ts";

/**
 * The family of logistic regressions, P(class 1) = 1 / (1 + e^−(w·x + b)) with W (1, D) and b (1): two classes,
 * one score. The fast gradient sign method is exact on it (paper, section 5).
 *
 * @throws {InputError} if `inputs` is not a whole number ≥ 1
 */
export function logistic(
  { inputs }: {
    /** Number of inputs, D. */
    inputs: number;
  },
): Family {
  checkSizes("logistic", { inputs });
  return linearFamily("logistic", {
    inputs,
    classes: 2,
    head: binary,
    config: { inputs },
    recipe: { optimizer: { name: "sgd", learningRate: 0.1, momentum: 0.5 }, batchSize: 100 },
  });
}
