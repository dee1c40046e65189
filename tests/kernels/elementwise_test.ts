import { assertWithin } from "../support.ts";
import { heaps } from "./trial.ts";

const { abs, fround } = Math;

/** What a kernel of one input gives, in both builds. */
function map(kernel: "exp" | "log" | "softplusForward", x: Float32Array): Float32Array[] {
  return heaps.map((heap) => {
    using input = heap.copy({ rows: 1, cols: x.length, data: x });
    using output = heap.matrix(1, x.length);
    heap.exports[kernel](output.address, input.address, x.length);
    return output.data.slice();
  });
}

/** Float32 numbers whose bits are `from`, `from + step`, … */
const patterns = (from: number, step: number, n: number) =>
  new Float32Array(new Int32Array(n).map((_, i) => from + i * step).buffer);
const line = (lo: number, hi: number, n: number) =>
  new Float32Array(n).map((_, i) => lo + (hi - lo) * (i + 0.5) / n);

/** All float32 numbers, in 2²¹ steps. */
const EVERYTHING = patterns(0, 2 ** 11, 2 ** 21);
const LEAST_NORMAL = 2 ** -126;

/**
 * Passes if `kernel` is `exact` to less than `most` units in the last place; what is not a normal float32 must be
 * NaN, infinite, or next to 0.
 */
function assertUlps(
  kernel: "exp" | "log" | "softplusForward",
  exact: (x: number) => number,
  most: number,
): void {
  const ones = patterns(0x3f000000, 64, 2 ** 18);
  for (const x of [EVERYTHING, ones, line(-104, 90, 2 ** 18)]) {
    const expected = new Float64Array(x).map(exact);
    const bits = new Int32Array(new Float32Array(expected).buffer);
    const tolerance = (i: number) => {
      const exponent = bits[i] >>> 23 & 255;
      return exponent === 0 ? LEAST_NORMAL : most * 2 ** (exponent - 150);
    };
    const wanted = expected.map((value) => isFinite(fround(value)) ? value : fround(value));
    for (const actual of map(kernel, x)) assertWithin(actual, wanted, tolerance, kernel);
  }
}

Deno.test("exp() is exact to 1 ulp", () => assertUlps("exp", Math.exp, 1));

Deno.test("log() is exact to 1 ulp, −∞ for denormals", () => {
  assertUlps("log", (x) => x < LEAST_NORMAL && x >= 0 ? -Infinity : Math.log(x), 1);
});

Deno.test("softplusForward() is exact to 2 ulp", () => {
  assertUlps("softplusForward", (x) => Math.max(x, 0) + Math.log1p(Math.exp(-abs(x))), 2);
});
