/** The kernels of asm/exponential.ts again. @module */

import type { Numbers } from "./numbers.ts";

const { exp: e, max, min } = Math;

export function exponentialForward(out: Numbers, scores: Numbers, n: number): void {
  for (let i = 0; i < n; i++) out[i] = e(min(scores[i], 0));
}

export function exponentialLoss(
  loss: Numbers,
  dScores: Numbers,
  scores: Numbers,
  labels: Numbers,
  scale: number,
  rows: number,
  cols: number,
): void {
  for (let r = 0; r < rows; r++) {
    loss[r] = 0;
    for (let c = 0; c < cols; c++) {
      const i = r * cols + c;
      const rest = max(-Math.expm1(scores[i]), 1e-6);
      loss[r] -= c === labels[r] ? scores[i] : Math.log(rest);
      dScores[i] = scale * (c === labels[r] ? -1 : e(scores[i]) / rest);
    }
  }
}
