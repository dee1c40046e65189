/** Inputs in [0, 1] as probabilities of binary ones. @module */

import type { Batch } from "../data/batch.ts";
import { log } from "../kernels/elementwise.ts";
import { type Matrix, matrix } from "../matrix.ts";

/** Shares nearer to 0 or 1 than this are taken for it: an input that is always 0 has no log odds. */
const MIN_MEAN = 1e-3;

/** The log odds of each input's mean over the examples, (1, D): what an input layer without units above it says. */
export function logOdds({ x }: Batch): Matrix {
  const means = new Float64Array(x.cols);
  x.data.forEach((value, i) => means[i % x.cols] += value / x.rows);
  const odds = matrix(1, x.cols);
  means.forEach((mean, i) => {
    const kept = Math.min(Math.max(mean, MIN_MEAN), 1 - MIN_MEAN);
    odds.data[i] = kept / (1 - kept);
  });
  log(odds, odds);
  return odds;
}
