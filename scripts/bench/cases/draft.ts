/** What the cases share: sizes of a maxout step on 100 digits, and room. @module */

import type { Case } from "../verify.ts";

/** Examples, inputs, classes, units and pieces. */
export const [B, D, C, U, P] = [100, 784, 10, 240, 5];

/** A case, called as its kernel is unless it says otherwise. */
export type Draft = Omit<Case, "name"> & { readonly name?: string };

/** Room for numbers. */
export function zeros(n: number): Float32Array {
  return new Float32Array(n);
}

/** Room for whole numbers. */
export function integerBuffer(n: number): Int32Array {
  return new Int32Array(n);
}
