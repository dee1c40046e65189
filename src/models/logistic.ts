import { binary } from "../heads.ts";
import { checkSizes, type Family } from "./family.ts";
import { linearFamily } from "./softmax_linear.ts";

/** Sizes of a logistic regression. */
export interface LogisticOptions {
  /** Number of inputs, D. */
  inputs: number;
  /** Number of classes, which can only be 2. */
  classes?: number;
}

/**
 * The family of logistic regressions, P(class 1) = 1 / (1 + e^−(w·x + b)) with W (1, D) and b (1): two classes,
 * one score. The fast gradient sign method is exact on it (paper, section 5).
 *
 * @throws {RangeError} if `inputs` is not a whole number ≥ 1, or `classes` not 2
 */
export function logistic({ inputs, classes = 2 }: LogisticOptions): Family {
  checkSizes("logistic", { inputs });
  if (classes !== 2) {
    throw new RangeError(`Cannot make a logistic model with classes ${classes}: it tells 2 apart`);
  }
  return linearFamily("logistic", {
    inputs,
    classes: 2,
    head: binary,
    config: { inputs },
    recipe: { optimizer: { name: "sgd", rate: 0.1, momentum: 0.5 }, batchSize: 100 },
  });
}
