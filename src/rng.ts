/** Seeded random numbers that split into independent streams. @module */

import { InputError } from "./errors.ts";
import { shown } from "./wording.ts";
import type { Matrix } from "./matrix.ts";
import { randomKey, randomNormal, randomNumber, randomSigns, randomUniform } from "./kernels/random.ts";

/**
 * A stream of random numbers. Streams split by name, so that what one part of a program draws never
 * depends on how much another has drawn: `rng(1).split("dropout", epoch, step)`.
 */
export interface Rng {
  /** The stream's identity, a whole number below 2⁵³. */
  readonly key: number;
  /** The independent stream named by `parts` within this one, whatever has been drawn from it. */
  split(...parts: readonly (string | number)[]): Rng;
  /** The next number, uniform in [0, 1). */
  next(): number;
  /** The next whole number, uniform in 0 … n − 1. */
  below(n: number): number;
  /** 0 … n − 1 in random order. */
  permutation(n: number): Int32Array;
}

/**
 * The stream of `seed`, a whole number in 0 … 2⁵³ − 1. The same seed gives the same numbers everywhere.
 *
 * @example
 * ```ts
 * import { rng } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(rng(1).split("noise").next(), rng(1).split("noise").next());
 * ```
 *
 * @throws {InputError} if `seed` is not such a number
 */
export function rng(seed: number): Rng {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new InputError(
      "value",
      `seed a generator with ${shown(seed)}`,
      "must be a whole number in 0 … 2⁵³ − 1",
    );
  }
  return stream(randomKey(seed, 0));
}

/** `out` filled from `from`'s key with numbers uniform in [lo, hi); the stream does not move. */
export function fillUniform(
  out: Matrix,
  from: Rng,
  { lo = 0, hi = 1 }: { lo?: number; hi?: number } = {},
): void {
  randomUniform(out, { key: from.key, lo, hi });
}

/** `out` filled from `from`'s key with normal deviates; the stream does not move. */
export function fillNormal(
  out: Matrix,
  from: Rng,
  { mean = 0, std = 1 }: { mean?: number; std?: number } = {},
): void {
  randomNormal(out, { key: from.key, mean, std });
}

/** `out` filled from `from`'s key with `epsilon` and −`epsilon`; the stream does not move. */
export function fillSigns(out: Matrix, from: Rng, { epsilon }: { epsilon: number }): void {
  randomSigns(out, { key: from.key, epsilon });
}

function stream(key: number): Rng {
  let counter = 0;
  const next = () => randomNumber(key, counter++);
  const below = (n: number) => Math.floor(next() * n);
  return {
    key,
    next,
    below,
    split: (...parts) =>
      stream(
        parts.reduce<number>((k, part) => randomKey(k, typeof part === "string" ? hash(part) : part), key),
      ),
    permutation(n) {
      const order = Int32Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i--) {
        const j = below(i + 1);
        [order[i], order[j]] = [order[j], order[i]];
      }
      return order;
    },
  };
}

/** FNV-1a over UTF-16 units, raised above what a count would be. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return 0x100000000 + (h >>> 0);
}
