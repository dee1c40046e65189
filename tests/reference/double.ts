/** The kernels of asm/double.ts again. @module */

import type { Numbers } from "./numbers.ts";

export function doubleSpread(out: Numbers, w: Numbers, x: Numbers, rows: number, cols: number): void {
  out.fill(0);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      out[i] += w[i * cols + j] * x[j];
      out[rows + i] += Math.abs(w[i * cols + j]) * x[cols + j];
    }
  }
}

export function doubleGather(
  out: Numbers,
  a: Numbers,
  indices: Numbers,
  w: Numbers,
  m: number,
  k: number,
  p: number,
  rows: number,
): void {
  out.fill(0);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < 6 * p; j++) {
      for (let l = 0; l < k; l++) {
        const panel = Math.floor(j / 6) * rows * 6;
        out[i * 6 * p + j] += a[l * m + i] * w[panel + indices[l] * 6 + j % 6];
      }
    }
  }
}
