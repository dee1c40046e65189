/** Numbers that are a pure function of a key and a counter. @module */

import type { Matrix } from "../matrix.ts";
import { heap, run } from "../runtime/variants.ts";

/** A key for the stream that `part`, a whole number in 0 … 2⁵³ − 1, names within `key`. */
export function randomKey(key: number, part: number): number {
  return heap().exports.randomKey(key, part);
}

/** The `counter`-th number of stream `key`, uniform in [0, 1), a multiple of 2⁻⁵³. */
export function randomNumber(key: number, counter: number): number {
  return heap().exports.randomNumber(key, counter);
}

/** `out` filled with numbers uniform in [lo, hi), a multiple of (hi − lo)·2⁻²⁴ above lo. */
export function randomUniform(out: Matrix, { key, lo, hi }: { key: number; lo: number; hi: number }): void {
  run("randomUniform", { out, lo, hi, key, counter: 0, n: out.rows * out.cols });
}

/** `out` filled with normal deviates. */
export function randomNormal(
  out: Matrix,
  { key, mean = 0, std = 1 }: { key: number; mean?: number; std?: number },
): void {
  run("randomNormal", { out, mean, std, key, counter: 0, n: out.rows * out.cols });
}

/** `out` filled with `scale`, each with probability `keep`, else 0: a dropout mask. */
export function randomMask(
  out: Matrix,
  { key, keep, scale }: { key: number; keep: number; scale: number },
): void {
  run("randomMask", { out, keep, scale, key, counter: 0, n: out.rows * out.cols });
}

/** `out` filled with `epsilon` and −`epsilon`, equally likely. */
export function randomSigns(out: Matrix, { key, epsilon }: { key: number; epsilon: number }): void {
  run("randomSigns", { out, epsilon, key, counter: 0, n: out.rows * out.cols });
}
