/** What the cases share: sizes of a maxout step on 100 digits, and empty arrays. @module */

import type { Case } from "../verify.ts";

/** Examples, inputs, classes, units and pieces. */
export const [B, D, C, U, P] = [100, 784, 10, 240, 5];

/** A case; its name is by default that of its kernel. */
export type Draft = Omit<Case, "name"> & { readonly name?: string };

/** An empty float array. */
export function zeros(n: number): Float32Array {
  return new Float32Array(n);
}

/** An empty integer array. */
export function integerBuffer(n: number): Int32Array {
  return new Int32Array(n);
}
