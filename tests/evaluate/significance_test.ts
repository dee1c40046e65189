import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { InputError } from "../../src/errors.ts";
import { mcnemar, mostWorse, wilsonInterval } from "../../src/evaluate/significance.ts";

Deno.test("wilsonInterval() gives the intervals that Newcombe prints, method 3 of his Table I", () => {
  const printed: [number, number, number, number][] = [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ];
  for (const [count, of, least, greatest] of printed) {
    const found = wilsonInterval(count, of);
    assertAlmostEquals(found[0], least, 5e-5);
    assertAlmostEquals(found[1], greatest, 5e-5);
    const [low, high] = wilsonInterval(of - count, of);
    assertAlmostEquals(low, 1 - found[1], 1e-15);
    assertAlmostEquals(high, 1 - found[0], 1e-15);
  }
  assertEquals(wilsonInterval(0, 7)[0], 0);
  assertEquals(wilsonInterval(7, 7)[1], 1);
});

/** The probability of `k` heads or fewer among `n`, from whole numbers alone. */
function atMost(k: number, n: number): number {
  let [choose, sum] = [1n, 0n];
  for (let i = 0; i <= k; i++) {
    sum += choose;
    choose = choose * BigInt(n - i) / BigInt(i + 1);
  }
  // 17 digits of the quotient
  return Number(sum * 10n ** 60n / 2n ** BigInt(n)) / 1e60;
}

Deno.test("mcnemar() is the binomial test, from exact whole numbers, and the published example", () => {
  // the approval ratings of Agresti, by R's exact2x2
  assertAlmostEquals(mcnemar(150, 86).pValue, 3.716e-5, 5e-9);
  assertEquals(mcnemar(0, 0), { pValue: 1, pWorse: 1 });
  for (const [worse, better] of [[1, 0], [5, 0], [0, 5], [3, 3], [10, 2], [2, 10], [600, 500], [7, 8]]) {
    const { pValue, pWorse } = mcnemar(worse, better), n = worse + better;
    assertAlmostEquals(pWorse / atMost(better, n), 1, 1e-11);
    assertAlmostEquals(pValue / Math.min(1, 2 * atMost(Math.min(worse, better), n)), 1, 1e-11);
  }
});

Deno.test("mostWorse() is the last count that the test does not call worse", () => {
  for (const level of [0.05, 0.01, 0.5]) {
    for (const better of [...Array(12).keys(), 400]) {
      const worse = mostWorse(better, level);
      assert(mcnemar(worse, better).pWorse > level, `${worse} ${better} ${level}`);
      assert(mcnemar(worse + 1, better).pWorse <= level, `${worse} ${better} ${level}`);
    }
  }
  assertEquals(mostWorse(0, 0.05), 4);
});

Deno.test("invalid counts are refused", () => {
  assert(wilsonInterval(1, 1)[0] < 1);
  for (const [count, of] of [[0, 0], [1, 0], [0, 2.5], [-1, 3], [4, 3], [0.5, 3], [0, NaN]]) {
    assertThrows(() => wilsonInterval(count, of), InputError, "whole numbers");
  }
  assertThrows(() => mcnemar(-1, 0), InputError, "whole number ≥ 0");
  assertThrows(() => mcnemar(0, 1.5), InputError, "whole number ≥ 0");
});
