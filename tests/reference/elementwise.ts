/** The kernels of asm/elementwise.ts again. @module */

import { type Numbers, softplus } from "./numbers.ts";

const { exp: e } = Math;

export function addBias(out: Numbers, bias: Numbers, rows: number, cols: number): void {
  for (let i = 0; i < rows * cols; i++) out[i] += bias[i % cols];
}

export function columnSums(out: Numbers, x: Numbers, accumulate: number, rows: number, cols: number): void {
  if (!accumulate) out.fill(0);
  for (let i = 0; i < rows * cols; i++) out[i % cols] += x[i];
}

export function exp(out: Numbers, x: Numbers, n: number): void {
  for (let i = 0; i < n; i++) out[i] = e(x[i]);
}

export function log(out: Numbers, x: Numbers, n: number): void {
  for (let i = 0; i < n; i++) out[i] = Math.log(x[i]);
}

export function multiply(out: Numbers, a: Numbers, b: Numbers, n: number): void {
  for (let i = 0; i < n; i++) out[i] = a[i] * b[i];
}

export function rectifierForward(out: Numbers, x: Numbers, slope: number, n: number): void {
  for (let i = 0; i < n; i++) out[i] = x[i] > 0 ? x[i] : slope === 0 && x[i] < 0 ? 0 : slope * x[i];
}

export function rectifierBackward(dX: Numbers, dY: Numbers, x: Numbers, slope: number, n: number): void {
  for (let i = 0; i < n; i++) dX[i] = x[i] > 0 ? dY[i] : slope * dY[i];
}

export function countNotFinite(x: Numbers, n: number): number {
  return x.slice(0, n).reduce((count, value) => count + Number(!Number.isFinite(value)), 0);
}

export function softplusForward(out: Numbers, x: Numbers, n: number): void {
  for (let i = 0; i < n; i++) out[i] = softplus(x[i]);
}

export function softplusBackward(dX: Numbers, dY: Numbers, y: Numbers, n: number): void {
  for (let i = 0; i < n; i++) dX[i] = dY[i] * -Math.expm1(-y[i]);
}
