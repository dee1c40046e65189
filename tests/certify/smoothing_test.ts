import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import {
  binomialTail,
  clopperPearson,
  exp,
  log,
  logGamma,
  normalCdf,
  normalQuantile,
} from "../../src/certify/functions.ts";
import { smoothing } from "../../src/certify/smoothing.ts";
import { batch } from "../../src/data/batch.ts";
import { InputError } from "../../src/errors.ts";
import { matrix } from "../../src/matrix.ts";
import { softmaxLinear } from "../../src/models/mod.ts";
import { model } from "../../src/models/model.ts";

Deno.test("exp and log are those of the engine to 1e-15, and at their ends", () => {
  for (let x = -700; x < 700; x += 0.731) assertAlmostEquals(exp(x) / Math.exp(x), 1, 4e-15);
  for (let x = -700; x < 700; x += 0.731) assertAlmostEquals(log(Math.exp(x)), x, 2e-13);
  assertEquals([exp(0), exp(-1000), exp(1000), log(1), log(0)], [1, 0, Infinity, 0, -Infinity]);
});

Deno.test("logGamma is the logarithm of factorials", () => {
  let factorial = 0;
  for (let n = 1; n < 60; n++) {
    assertAlmostEquals(logGamma(n), factorial, 1e-12 * (1 + factorial));
    factorial += Math.log(n);
  }
  assertAlmostEquals(logGamma(0.5), Math.log(Math.PI) / 2, 1e-13);
});

Deno.test("binomialTail is the sum of its terms", () => {
  for (const [n, p] of [[1, 0.3], [10, 0.5], [17, 0.9], [30, 0.01]]) {
    let choose = 1, sum = 0;
    const tails: number[] = [];
    for (let k = 0; k <= n; k++) {
      tails.push(1 - sum);
      sum += choose * p ** k * (1 - p) ** (n - k);
      choose *= (n - k) / (k + 1);
    }
    tails.forEach((tail, k) => assertAlmostEquals(binomialTail(k, n, p), tail, 1e-13));
  }
});

Deno.test("clopperPearson has its closed forms, and published values", () => {
  // all of n: α^(1/n)
  for (const n of [10, 100, 1000]) {
    const bound = clopperPearson(n, n, 0.001), exact = 0.001 ** (1 / n);
    assert(bound <= exact);
    assertAlmostEquals(bound, exact, 2e-9);
  }
  // one of n: 1 − (1 − α)^(1/n)
  assertAlmostEquals(clopperPearson(1, 20, 0.05), 1 - 0.95 ** (1 / 20), 1e-10);
  // scipy.stats.binomtest(8, 10).proportion_ci(0.95), lower end of the two-sided interval
  assertAlmostEquals(clopperPearson(8, 10, 0.025), 0.4439045376923585, 1e-8);
  assertEquals(clopperPearson(0, 10, 0.001), 0);
});

Deno.test("normalCdf and normalQuantile are each other's inverse, at tabled values", () => {
  assertAlmostEquals(normalCdf(1.959963984540054), 0.975, 1e-14);
  assertAlmostEquals(normalCdf(-1), 0.15865525393145707, 1e-14);
  assertAlmostEquals(normalQuantile(0.999), 3.090232306167813, 1e-9);
  for (const p of [0.5, 0.6, 0.9, 0.9999]) assertAlmostEquals(normalCdf(normalQuantile(p)), p, 1e-13);
});

const tensors = {
  W: { shape: [2, 2], data: new Float32Array([-3, -4, 3, 4]) },
  b: { shape: [2], data: new Float32Array(2) },
};

Deno.test("smoothing of a linear model: no radius passes the distance to its border, and nearly all of it is claimed", () => {
  using linear = model(softmaxLinear({ inputs: 2, classes: 2 }), { tensors });
  const x = matrix(6, 2, [0.06, 0.08, 0.12, 0.16, 0.18, 0.24, 0, 0, -0.12, -0.16, 0.4, -0.3]);
  const found = smoothing(linear, batch({ x, labels: [1, 1, 1, 1, 0, 0] }), {
    std: 0.25,
    samples: 20000,
    seed: 3,
  });
  // the distance of x to the border 3x + 4y = 0
  const distance = [0.1, 0.2, 0.3, 0, 0.2, 0];
  found.radius.forEach((r, i) => {
    assert(r <= distance[i], `${i}: ${r}`);
    assert(r >= distance[i] - 0.02, `${i}: ${r}`);
  });
  assertEquals(found.predicted.map((c, i) => distance[i] > 0 ? c : -1), [1, 1, 1, -1, 0, -1]);
  assertEquals(found.abstained, found.predicted.filter((c) => c < 0).length);
});

Deno.test("smoothing gives the same result for the same seed and place in any batch", () => {
  using linear = model(softmaxLinear({ inputs: 2, classes: 2 }), { tensors });
  const all = batch({ x: matrix(2, 2, [0.1, 0.1, 0.2, -0.1]), labels: [1, 1] });
  const one = batch({ x: matrix(1, 2, [0.1, 0.1]), labels: [1] });
  const options = { samples: 300, seed: 5 };
  assertEquals(smoothing(linear, all, options).radius[0], smoothing(linear, one, options).radius[0]);
});

Deno.test("smoothing refuses options out of range", () => {
  using linear = model(softmaxLinear({ inputs: 2, classes: 2 }), { tensors });
  const one = batch({ x: matrix(1, 2), labels: [1] });
  for (const options of [{ std: 0 }, { samples: 0 }, { alpha: 1 }, { seed: -1 }]) {
    assertThrows(() => smoothing(linear, one, options), InputError);
  }
});
