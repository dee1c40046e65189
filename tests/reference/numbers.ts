/** What the references of several kernels share. @module */

/** What stands for an address. */
export type Numbers = Float64Array;

/** log(1 + e^x). */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
