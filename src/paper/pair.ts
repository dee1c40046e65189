/** The examples of two digits, 3 and 7. @module */

import { type Batch, select } from "../data/batch.ts";

/** Digits that the logistic regression tells apart. */
export const PAIR = [3, 7];

/** The examples of 3 and 7 alone, as classes 0 and 1. */
export function pair({ x, labels }: Batch): Batch {
  const chosen = Array.from(labels.keys()).filter((i) => PAIR.includes(labels[i]));
  const all = select({ x, labels, classes: 10 }, chosen);
  return { ...all, labels: all.labels.map((label) => PAIR.indexOf(label)), classes: 2 };
}
