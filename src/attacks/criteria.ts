/** What counts as fooled. @module */

import type { Predictions } from "../loss.ts";

/** Whether example `i`, with these predictions, counts as fooled. */
export type Criterion = (predictions: Predictions, i: number) => boolean;

/** The predicted class is not the label. An example that was wrong before the attack counts too, as in the paper. */
export function misclassified(labels: ArrayLike<number>): Criterion {
  return ({ predicted }, i) => predicted[i] !== labels[i];
}

/** The predicted class is the target. */
export function hit(targets: ArrayLike<number>): Criterion {
  return ({ predicted }, i) => predicted[i] === targets[i];
}

/** Some class has a probability above `threshold`: what a rubbish input should not bring about. */
export function confident(threshold: number): Criterion {
  return ({ probabilities: { data, cols } }, i) =>
    data.subarray(i * cols, (i + 1) * cols).some((p) => p > threshold);
}

/** The probability of the target is at least `threshold`. */
export function confidentOf(target: number, threshold: number): Criterion {
  return ({ probabilities: { data, cols } }, i) => data[i * cols + target] >= threshold;
}

/** 1 for each example that counts as fooled, else 0. */
export function judge(predictions: Predictions, criterion: Criterion): Uint8Array {
  return Uint8Array.from(predictions.predicted, (_, i) => Number(criterion(predictions, i)));
}
