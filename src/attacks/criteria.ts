/** What counts as fooled. @module */

import { InputError } from "../errors.ts";
import { shown } from "../wording.ts";
import type { Predictions } from "../predict.ts";
import { checkFunction, checkList } from "../checks.ts";

/**
 * Whether example `i`, with these predictions, counts as fooled; `label` is its true class, or the class aimed at if there is
 * a target.
 */
export type Criterion = (predictions: Predictions, i: number, label: number) => boolean;

/** The predicted class is not the label. An example that was wrong before the attack counts too, as in the paper. */
export const misclassified: Criterion = ({ predicted }, i, label): boolean => predicted[i] !== label;

/** The predicted class is the one aimed at. */
export const targeted: Criterion = ({ predicted }, i, label): boolean => predicted[i] === label;

/**
 * Some class has a probability above `threshold`, in [0, 1]: what a rubbish input should not bring about.
 *
 * @throws {InputError} if `threshold` is no probability
 */
export function confident(threshold: number): Criterion {
  checkProbability(threshold);
  return ({ probabilities: { data, cols } }, i) =>
    data.subarray(i * cols, (i + 1) * cols).some((p) => p > threshold);
}

/**
 * The probability of the class `target` is at least `threshold`, in [0, 1].
 *
 * @throws {InputError} if `target` is no class, or `threshold` no probability
 */
export function confidentIn(target: number, threshold: number): Criterion {
  checkProbability(threshold);
  if (!Number.isSafeInteger(target) || target < 0) {
    throw new InputError("value", "judge by a class", `${shown(target)} is not a whole number ≥ 0`);
  }
  return ({ probabilities: { data, cols } }, i) => data[i * cols + target] >= threshold;
}

function checkProbability(threshold: number): void {
  if (threshold >= 0 && threshold <= 1) return;
  throw new InputError("value", "judge by a threshold", `${shown(threshold)} is not a number in [0, 1]`);
}

/** 1 for each example that counts as fooled, else 0; `labels` (B) are what the criterion compares with, if it does. */
export function judge(
  predictions: Predictions,
  criterion: Criterion,
  labels?: ArrayLike<number>,
): Uint8Array {
  checkList("judge", predictions?.predicted, "predicted");
  checkFunction("judge", criterion, "the criterion");
  if (labels !== undefined) checkList("judge", labels, "labels");
  return fooledOf(predictions, criterion, labels);
}

/** The same of what is known to fit. */
export function fooledOf(
  predictions: Predictions,
  criterion: Criterion,
  labels?: ArrayLike<number>,
): Uint8Array {
  const { length } = predictions.predicted;
  const fooled = new Uint8Array(length);
  for (let i = 0; i < length; i++) fooled[i] = Number(criterion(predictions, i, labels ? labels[i] : -1));
  return fooled;
}
