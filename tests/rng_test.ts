import { InputError } from "../src/errors.ts";
import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import "../src/runtime/inlined.ts";
import { init } from "../src/runtime/variants.ts";
import { matrix } from "../src/matrix.ts";
import { fillNormal, fillSigns, fillUniform, type Rng, rng } from "../src/rng.ts";

const N = 1_000_000;

/** How far a mean of N independent draws of this deviation may lie from its expectation: five of its own deviations. */
const bound = (deviation: number, n = N) => 5 * deviation / Math.sqrt(n);

const draw = (from: Rng, n: number) => Array.from({ length: n }, () => from.next());
const mean = (values: ArrayLike<number>, f = (value: number) => value) => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += f(values[i]);
  return sum / values.length;
};

function assertMean(
  values: ArrayLike<number>,
  expected: number,
  deviation: number,
  f?: (value: number) => number,
) {
  const actual = mean(values, f), most = bound(deviation, values.length);
  assert(Math.abs(actual - expected) <= most, `Mean ${actual} is farther than ${most} from ${expected}`);
}

/** Passes if counts of equally likely events are as uneven as chance makes them, within five deviations. */
function assertEven(counts: ArrayLike<number>) {
  const cells = counts.length, expected = mean(counts);
  const chi2 = mean(counts, (count) => (count - expected) ** 2) * cells / expected;
  const deviation = Math.sqrt(2 * (cells - 1));
  assert(Math.abs(chi2 - (cells - 1)) <= 5 * deviation, `χ² is ${chi2} with ${cells - 1} degrees of freedom`);
}

const normals = (from: Rng, n = N) => {
  const m = matrix(1, n);
  fillNormal(m, from);
  return m.data;
};
const uniforms = (from: Rng, n = N) => {
  const m = matrix(1, n);
  fillUniform(m, from);
  return m.data;
};

Deno.test("rng() gives the same numbers for the same seed, others for another", () => {
  assertEquals(draw(rng(7), 100), draw(rng(7), 100));
  assertNotEquals(draw(rng(7), 100), draw(rng(8), 100));
  assertEquals(rng(2 ** 53 - 1).key, rng(2 ** 53 - 1).key);
});

Deno.test("rng() gives the same numbers in both builds", () => {
  const all = (["baseline", "relaxed"] as const).map((kernels) => {
    init({ kernels });
    return [draw(rng(7), 100), rng(7).split("a", 3).key, uniforms(rng(7), 101), normals(rng(7), 101)];
  });
  init();
  assertEquals(all[1], all[0]);
});

Deno.test("rng() refuses a seed that is not a whole number from 0 to 2⁵³ − 1", () => {
  for (const seed of [-1, 0.5, NaN, Infinity, 2 ** 53]) {
    assertThrows(() => rng(seed), InputError, `Cannot seed a generator with ${seed}: must be a whole number`);
  }
});

Deno.test("Rng.next() is uniform in [0, 1)", () => {
  const values = draw(rng(1), N);
  assert(values.every((value) => value >= 0 && value < 1 && Number.isInteger(value * 2 ** 53)));
  assertMean(values, 1 / 2, Math.sqrt(1 / 12));
  assertMean(values, 1 / 3, Math.sqrt(4 / 45), (value) => value ** 2);
});

Deno.test("Rng.next() has even bytes, from the first to the sixth", () => {
  const values = draw(rng(2), N);
  for (let byte = 0; byte < 6; byte++) {
    const counts = new Float64Array(256);
    for (const value of values) counts[Math.floor(value * 256 ** (byte + 1)) % 256]++;
    assertEven(counts);
  }
});

Deno.test("Rng.next() has even pairs of consecutive numbers", () => {
  const from = rng(3), counts = new Float64Array(1024);
  for (let i = 0; i < N; i++) counts[from.below(32) * 32 + from.below(32)]++;
  assertEven(counts);
});

Deno.test("Rng.split() depends neither on earlier draws nor on the order of splits", () => {
  const used = rng(1);
  const later = used.split("b");
  draw(used, 10);
  draw(later, 10);
  assertEquals(draw(used.split("a"), 10), draw(rng(1).split("a"), 10));
  assertEquals(draw(used.split("b"), 10), draw(rng(1).split("b"), 10));
});

Deno.test("Rng.split() by several parts is split by one after the other", () => {
  assertEquals(
    rng(1).split("epoch", 3, "step", 7).key,
    rng(1).split("epoch").split(3).split("step").split(7).key,
  );
  assertEquals(rng(1).split().key, rng(1).key);
});

Deno.test("Rng.split() gives a stream of its own for each name, place and seed", () => {
  const names = Array.from({ length: 1000 }, (_, i) => [i, `${i}`, `dropout${i}`, `dropout ${i}`]).flat();
  const keys = [1, 2].flatMap((seed) => [
    ...names.map((name) => rng(seed).split(name).key),
    ...names.map((name) => rng(seed).split("a", name).key),
    ...names.map((name) => rng(seed).split(name, "a").key),
  ]);
  assertEquals(new Set(keys).size, keys.length);
});

Deno.test("Rng.split() gives uncorrelated streams to adjacent names and seeds", () => {
  const streams = [rng(1), rng(2), rng(1).split(0), rng(1).split(1), rng(1).split("a"), rng(1).split("b")];
  const values = streams.map((from) => uniforms(from));
  for (let i = 0; i < streams.length; i++) {
    for (let j = 0; j < i; j++) {
      const products = values[i].map((value, k) => (value - 0.5) * (values[j][k] - 0.5));
      assertMean(products, 0, 1 / 12);
    }
  }
});

Deno.test("Rng.split() has even first numbers over consecutive parts", () => {
  const counts = new Float64Array(256), from = rng(4);
  for (let part = 0; part < 100_000; part++) counts[from.split(part).below(256)]++;
  assertEven(counts);
});

Deno.test("Rng.below() is uniform over 0 … n − 1", () => {
  for (const n of [1, 2, 3, 10, 1000]) {
    const counts = new Float64Array(n), from = rng(n);
    for (let i = 0; i < 100_000; i++) counts[from.below(n)]++;
    assertEquals(counts.length, n);
    if (n > 1) assertEven(counts);
  }
});

Deno.test("Rng.permutation() has every number once", () => {
  for (const n of [0, 1, 2, 3, 100, 60_000]) {
    assertEquals(rng(n).permutation(n).sort(), Int32Array.from({ length: n }, (_, i) => i));
  }
  assertEquals(rng(1).permutation(50), rng(1).permutation(50));
  assertNotEquals(rng(1).permutation(50), rng(2).permutation(50));
});

Deno.test("Rng.permutation() has all orders equally often", () => {
  const counts = new Map<string, number>(), from = rng(5);
  for (let i = 0; i < 60_000; i++) {
    const order = from.permutation(4).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assertEquals(counts.size, 24);
  assertEven([...counts.values()]);
});

Deno.test("fillUniform() is uniform in [lo, hi)", () => {
  const m = matrix(1000, 1000);
  fillUniform(m, rng(1), { lo: -3, hi: 5 });
  assert(m.data.every((value) => value >= -3 && value < 5));
  assertMean(m.data, 1, 8 * Math.sqrt(1 / 12));
  assertMean(m.data, 64 / 12, 64 * Math.sqrt(1 / 180), (value) => (value - 1) ** 2);
});

Deno.test("fillUniform() has even bytes", () => {
  const values = uniforms(rng(6));
  for (let byte = 0; byte < 3; byte++) {
    const counts = new Float64Array(256);
    for (const value of values) counts[Math.floor(value * 256 ** (byte + 1)) % 256]++;
    assertEven(counts);
  }
});

Deno.test("fillNormal() has the moments of a normal distribution", () => {
  const values = normals(rng(1));
  assertMean(values, 0, 1);
  assertMean(values, 1, Math.sqrt(2), (z) => z ** 2);
  assertMean(values, 0, Math.sqrt(15), (z) => z ** 3);
  assertMean(values, 3, Math.sqrt(96), (z) => z ** 4);
});

Deno.test("fillNormal() has the tails of a normal distribution", () => {
  const values = normals(rng(2));
  // P(|z| > 1), 2, 3 and 4
  [0.31731050786, 0.04550026390, 0.00269979606, 0.00006334248].forEach((p, i) => {
    assertMean(values, p, Math.sqrt(p * (1 - p)), (z) => Math.abs(z) > i + 1 ? 1 : 0);
  });
});

Deno.test("fillNormal() has uncorrelated neighbours", () => {
  const values = normals(rng(3));
  for (const lag of [1, 2, 3, 4, 8]) {
    assertMean(values.subarray(lag).map((z, i) => z * values[i]), 0, 1);
  }
});

Deno.test("fillNormal() takes a mean and a deviation", () => {
  const plain = normals(rng(1), 1000), m = matrix(10, 100);
  fillNormal(m, rng(1), { mean: 2, std: 0.5 });
  assertEquals(m.data, plain.map((z) => Math.fround(z * 0.5) + 2));
});

Deno.test("fillSigns() is epsilon and −epsilon, equally often", () => {
  const m = matrix(1000, 1000);
  fillSigns(m, rng(1), { epsilon: 0.25 });
  assert(m.data.every((value) => Math.abs(value) === 0.25));
  assertMean(m.data, 0, 0.25);
  const counts = new Float64Array(256);
  for (let i = 0; i < N; i += 8) {
    let byte = 0;
    for (let bit = 0; bit < 8; bit++) byte = byte * 2 + (m.data[i + bit] > 0 ? 1 : 0);
    counts[byte]++;
  }
  assertEven(counts);
});

Deno.test("fillUniform(), fillNormal() and fillSigns() do not move the stream", () => {
  const from = rng(1), m = matrix(1, 9);
  fillUniform(m, from);
  fillNormal(m, from);
  fillSigns(m, from, { epsilon: 1 });
  assertEquals(from.next(), rng(1).next());
  const again = matrix(1, 9);
  fillSigns(again, from, { epsilon: 1 });
  assertEquals(again, m);
});
