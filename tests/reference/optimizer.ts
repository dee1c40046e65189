/** The kernels of asm/optimizer.ts again. @module */

import type { Numbers } from "./numbers.ts";
import { gatherRows } from "./sparse.ts";

const { sign, sqrt } = Math;

export function sgdStep(
  p: Numbers,
  v: Numbers,
  g: Numbers,
  rate: number,
  momentum: number,
  l1: number,
  l2: number,
  n: number,
): void {
  for (let i = 0; i < n; i++) {
    v[i] = momentum * v[i] - rate * (g[i] + l1 * sign(p[i]) + l2 * p[i]);
    p[i] += v[i];
  }
}

export function sgdGather(
  p: Numbers,
  v: Numbers,
  row: Numbers,
  g: Numbers,
  indices: Numbers,
  values: Numbers,
  counts: Numbers,
  x: Numbers,
  onto: number,
  rate: number,
  momentum: number,
  l1: number,
  l2: number,
  most: number,
  rows: number,
  cols: number,
  height: number,
  capacity: number,
): void {
  const gradient = g.slice();
  gatherRows(gradient, indices, values, counts, x, onto, rows, cols, height, capacity);
  sgdStep(p, v, gradient, rate, momentum, l1, l2, rows * cols);
  if (most > 0) limitRowNorms(p, most, rows, cols);
  row.set(gradient.subarray((rows - 1) * cols));
}

export function adamStep(
  p: Numbers,
  m: Numbers,
  v: Numbers,
  g: Numbers,
  rate: number,
  b1: number,
  b2: number,
  c1: number,
  c2: number,
  guard: number,
  l1: number,
  l2: number,
  n: number,
): void {
  for (let i = 0; i < n; i++) {
    const gradient = g[i] + l1 * sign(p[i]) + l2 * p[i];
    m[i] = b1 * m[i] + (1 - b1) * gradient;
    v[i] = b2 * v[i] + (1 - b2) * gradient ** 2;
    p[i] -= rate * (m[i] / c1) / (sqrt(v[i] / c2) + guard);
  }
}

export function limitRowNorms(w: Numbers, most: number, rows: number, cols: number): void {
  for (let r = 0; r < rows; r++) {
    const row = w.subarray(r * cols, (r + 1) * cols);
    const norm = Math.hypot(...row);
    if (norm > most) { for (let c = 0; c < cols; c++) row[c] *= most / norm; }
  }
}
