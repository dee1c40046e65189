/** The kernels of asm/attack.ts again. @module */

import type { Numbers } from "./numbers.ts";

const { abs, max, min, sign, sqrt } = Math;

export function signStep(
  out: Numbers,
  x: Numbers,
  g: Numbers,
  epsilon: Numbers,
  lo: number,
  hi: number,
  rows: number,
  cols: number,
): void {
  for (let i = 0; i < rows * cols; i++) {
    out[i] = min(max(x[i] + epsilon[i % cols] * (Number.isNaN(g[i]) ? 0 : sign(g[i])), lo), hi);
  }
}

export function stepWithin(
  x: Numbers,
  g: Numbers,
  epsilon: Numbers,
  least: Numbers,
  greatest: Numbers,
  rows: number,
  cols: number,
): void {
  for (let i = 0; i < rows * cols; i++) {
    const to = x[i] + epsilon[i % cols] * (Number.isNaN(g[i]) ? 0 : sign(g[i]));
    x[i] = min(max(to, least[i]), greatest[i]);
  }
}

export function addStep(out: Numbers, x: Numbers, d: Numbers, lo: number, hi: number, n: number): void {
  for (let i = 0; i < n; i++) out[i] = min(max(x[i] + d[i], lo), hi);
}

export function countBeyond(
  x: Numbers,
  own: Numbers,
  size: number,
  lo: number,
  hi: number,
  n: number,
): number {
  let count = 0;
  for (let i = 0; i < n; i++) count += Number(!(abs(x[i] - own[i]) <= size && x[i] >= lo && x[i] <= hi));
  return count;
}

export function clampWithin(x: Numbers, own: Numbers, least: Numbers, greatest: Numbers, n: number): void {
  for (let i = 0; i < n; i++) {
    if (Number.isNaN(x[i])) x[i] = own[i];
    x[i] = min(max(x[i], least[i]), greatest[i]);
  }
}

export function l2Direction(d: Numbers, g: Numbers, epsilon: number, rows: number, cols: number): void {
  for (let r = 0; r < rows; r++) {
    let sum = 0;
    for (let c = 0; c < cols; c++) sum += g[r * cols + c] ** 2;
    const some = sum > 0 && sum < Infinity;
    for (let c = 0; c < cols; c++) d[r * cols + c] = some ? epsilon * g[r * cols + c] / sqrt(sum) : 0;
  }
}

export function l1Direction(d: Numbers, g: Numbers, epsilon: number, rows: number, cols: number): void {
  for (let r = 0; r < rows; r++) {
    let most = 0, at = -1;
    for (let i = r * cols; i < (r + 1) * cols; i++) {
      d[i] = 0;
      if (abs(g[i]) > most) [most, at] = [abs(g[i]), i];
    }
    if (at >= 0) d[at] = epsilon * sign(g[at]);
  }
}
