/** What counts of errors tell, and what they cannot: intervals and a paired test. @module */

import { InputError } from "../errors.ts";
import { shown } from "../wording.ts";

/** The 0.975 quantile of the standard normal distribution. */
const Z = 1.959963984540054;

/**
 * The Wilson score interval, least and greatest, of a rate of which `count` in `of` were counted: it holds the true rate in
 * about 95 % of samples, and stays within [0, 1].
 *
 * see: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927); R. G. Newcombe,
 * Two-sided confidence intervals for the single proportion, Statistics in Medicine 17 (1998), method 3
 *
 * @example
 * ```ts
 * import { wilsonInterval } from "./significance.ts";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const [least, greatest] = wilsonInterval(81, 263);
 * assertAlmostEquals(least, 0.2553, 5e-5);
 * assertAlmostEquals(greatest, 0.3662, 5e-5);
 * ```
 *
 * @throws {InputError} unless 0 ≤ `count` ≤ `of` are whole numbers and `of` > 0
 */
export function wilsonInterval(count: number, of: number): [least: number, greatest: number] {
  const action = `find the interval of ${shown(count)} in ${shown(of)}`;
  if (!(Number.isSafeInteger(of) && of > 0 && Number.isSafeInteger(count) && count >= 0 && count <= of)) {
    throw new InputError("value", action, "expected whole numbers, 0 ≤ count ≤ of and of > 0");
  }
  const rate = count / of, square = Z * Z / of;
  const center = (rate + square / 2) / (1 + square);
  const half = Z * Math.sqrt(rate * (1 - rate) / of + square / (4 * of)) / (1 + square);
  // at the ends rounding would leave a trace of what is exactly 0 or 1
  return [count === 0 ? 0 : center - half, count === of ? 1 : center + half];
}

/** What McNemar's test says of two classifiers on the same examples. */
export interface McNemar {
  /** How probable a difference as great in either direction is if both err alike. */
  readonly pValue: number;
  /** How probable as much more harm than repair is if both err alike. */
  readonly pWorse: number;
}

/**
 * McNemar's exact test of two classifiers on the same examples, of which `worse` were right before and are wrong now, and
 * `better` the other way about: if both err alike, each of these examples falls to either side with probability ½. Examples
 * on which they agree tell nothing.
 *
 * see: Q. McNemar, Note on the sampling error of the difference between correlated proportions or percentages,
 * Psychometrika 12 (1947); the exact form by the binomial distribution
 *
 * @example
 * ```ts
 * import { mcnemar } from "./significance.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(mcnemar(5, 0), { pValue: 2 / 32, pWorse: 1 / 32 });
 * ```
 *
 * @throws {InputError} unless both are whole numbers ≥ 0
 */
export function mcnemar(worse: number, better: number): McNemar {
  for (const count of [worse, better]) {
    if (Number.isSafeInteger(count) && count >= 0) continue;
    throw new InputError("value", "compare errors in pairs", `${shown(count)} must be a whole number ≥ 0`);
  }
  const n = worse + better;
  return { pValue: Math.min(1, 2 * atMost(Math.min(worse, better), n)), pWorse: atMost(better, n) };
}

/**
 * The probability of `k` heads or fewer among `n` tosses of a fair coin. Each term of the sum is had from its neighbor,
 * beginning with 1 in the middle: powers of ½ would vanish.
 */
function atMost(k: number, n: number): number {
  if (2 * k >= n) return 1 - (k === n ? 0 : atMost(n - k - 1, n));
  const middle = Math.floor(n / 2);
  let [term, below, tail] = [1, 0, 0];
  for (let i = middle; term > 0; i--) {
    below += term;
    if (i <= k) tail += term;
    term *= i / (n - i + 1);
  }
  // the upper half mirrors the lower; the middle term of an even n is its own mirror
  return tail / (2 * below - (n % 2 === 0 ? 1 : 0));
}

/**
 * Of so many examples, the most that may be wrong now and were right before without McNemar's exact test, one-sided at
 * `level`, calling the model worse, if `better` are right now that were wrong before.
 */
export function mostWorse(better: number, level: number): number {
  const seen = (worse: number) => mcnemar(worse, better).pWorse <= level;
  let [low, high] = [better, 2 * better + 1];
  while (!seen(high)) [low, high] = [high, 2 * high];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (seen(middle)) high = middle;
    else low = middle;
  }
  return low;
}
