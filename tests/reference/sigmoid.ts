/** The kernels of asm/sigmoid.ts again. @module */

import { type Numbers, softplus } from "./numbers.ts";

const { exp: e, max } = Math;

export function sigmoidForward(out: Numbers, scores: Numbers, n: number): void {
  for (let i = 0; i < n; i++) out[i] = 1 / (1 + e(-scores[i]));
}

export function sigmoidLoss(
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
      const i = r * cols + c, turn = c === labels[r] ? -1 : 1;
      loss[r] += softplus(turn * scores[i]);
      dScores[i] = scale * turn / (1 + e(-turn * scores[i]));
    }
  }
}

export function sigmoidDirection(
  dScores: Numbers,
  scores: Numbers,
  labels: Numbers,
  rows: number,
  cols: number,
): void {
  for (let r = 0; r < rows; r++) {
    const turn = (c: number) => c === labels[r] ? -1 : 1;
    const logSlope = (c: number) => -softplus(-turn(c) * scores[r * cols + c]);
    let most = -Infinity;
    for (let c = 0; c < cols; c++) most = max(most, logSlope(c));
    for (let c = 0; c < cols; c++) dScores[r * cols + c] = turn(c) * e(logSlope(c) - most);
  }
}
