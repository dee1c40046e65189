/** The kernels of asm/gemm.ts again. @module */

import type { Numbers } from "./numbers.ts";

export function gemmNN(
  out: Numbers,
  a: Numbers,
  b: Numbers,
  accumulate: number,
  m: number,
  n: number,
  k: number,
): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = accumulate ? out[i * n + j] : 0;
      for (let l = 0; l < k; l++) sum += a[i * k + l] * b[l * n + j];
      out[i * n + j] = sum;
    }
  }
}

export function gemmNT(
  out: Numbers,
  a: Numbers,
  b: Numbers,
  accumulate: number,
  m: number,
  n: number,
  k: number,
): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = accumulate ? out[i * n + j] : 0;
      for (let l = 0; l < k; l++) sum += a[i * k + l] * b[j * k + l];
      out[i * n + j] = sum;
    }
  }
}

export function gemmTN(
  out: Numbers,
  a: Numbers,
  b: Numbers,
  accumulate: number,
  m: number,
  n: number,
  k: number,
): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = accumulate ? out[i * n + j] : 0;
      for (let l = 0; l < k; l++) sum += a[l * m + i] * b[l * n + j];
      out[i * n + j] = sum;
    }
  }
}
