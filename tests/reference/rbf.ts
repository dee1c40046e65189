/** The kernels of asm/rbf.ts again. @module */

import type { Numbers } from "./numbers.ts";

export function rbfForward(
  scores: Numbers,
  x: Numbers,
  mu: Numbers,
  beta: Numbers,
  rows: number,
  classes: number,
  inputs: number,
): void {
  for (let b = 0; b < rows; b++) {
    for (let c = 0; c < classes; c++) {
      let sum = 0;
      for (let i = 0; i < inputs; i++) {
        sum += beta[c * inputs + i] * (x[b * inputs + i] - mu[c * inputs + i]) ** 2;
      }
      scores[b * classes + c] = -sum;
    }
  }
}

export function rbfBackward(
  dX: Numbers,
  dScores: Numbers,
  x: Numbers,
  mu: Numbers,
  beta: Numbers,
  rows: number,
  classes: number,
  inputs: number,
): void {
  for (let b = 0; b < rows; b++) {
    for (let i = 0; i < inputs; i++) {
      let sum = 0;
      for (let c = 0; c < classes; c++) {
        const at = c * inputs + i;
        sum += dScores[b * classes + c] * beta[at] * (x[b * inputs + i] - mu[at]);
      }
      dX[b * inputs + i] = -2 * sum;
    }
  }
}

export function rbfParameters(
  dMu: Numbers,
  dBeta: Numbers,
  dScores: Numbers,
  x: Numbers,
  mu: Numbers,
  beta: Numbers,
  accumulate: number,
  rows: number,
  classes: number,
  inputs: number,
): void {
  if (!accumulate) [dMu, dBeta].forEach((d) => d.fill(0));
  for (let b = 0; b < rows; b++) {
    for (let c = 0; c < classes; c++) {
      for (let i = 0; i < inputs; i++) {
        const at = c * inputs + i, slope = dScores[b * classes + c], d = x[b * inputs + i] - mu[at];
        dMu[at] += 2 * slope * beta[at] * d;
        dBeta[at] -= slope * d ** 2;
      }
    }
  }
}

export function squaresForward(
  scores: Numbers,
  z: Numbers,
  rows: number,
  classes: number,
  rank: number,
): void {
  for (let i = 0; i < rows * classes * rank; i++) scores[Math.floor(i / rank)] -= z[i] ** 2;
}

export function squaresBackward(
  dZ: Numbers,
  dScores: Numbers,
  z: Numbers,
  rows: number,
  classes: number,
  rank: number,
): void {
  for (let i = 0; i < rows * classes * rank; i++) dZ[i] = -2 * dScores[Math.floor(i / rank)] * z[i];
}
