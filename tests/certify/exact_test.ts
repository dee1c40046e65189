import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { type Affine, linearDistance, linearMargin } from "../../src/certify/exact_linear.ts";
import { type Diagonal, rbfMargin } from "../../src/certify/exact_rbf.ts";
import { linearMinimum, type Neighborhood, neighborhood, type Norm } from "../../src/certify/neighborhood.ts";
import { rng } from "../../src/rng.ts";

const NORMS: readonly Norm[] = ["Linf", "L2", "L1"];
const BOX = { lo: -0.4, hi: 0.6 };

function numbers(n: number, seed: number, { lo = -1, hi = 1 } = {}): Float64Array {
  const from = rng(seed);
  return Float64Array.from({ length: n }, () => lo + (hi - lo) * from.next());
}

function affine(rows: number, cols: number, seed: number): Affine {
  return { rows, cols, W: numbers(rows * cols, seed), b: numbers(rows, seed + 1000) };
}

function diagonal(rows: number, cols: number, seed: number): Diagonal {
  return { rows, cols, mu: numbers(rows * cols, seed), beta: numbers(rows * cols, seed + 1000, { lo: 0.1 }) };
}

function length(delta: Float64Array, norm: Norm): number {
  const sizes = delta.map(Math.abs);
  if (norm === "Linf") return sizes.reduce((a, b) => Math.max(a, b), 0);
  if (norm === "L1") return sizes.reduce((a, b) => a + b, 0);
  return Math.sqrt(sizes.reduce((a, b) => a + b * b, 0));
}

/** Points of a grid over the ball in two dimensions that lie in the region, its corners and its rim included. */
function* grid(within: Neighborhood, epsilon: number, steps: number): Generator<Float64Array> {
  const { x, lo, hi, norm } = within;
  for (let i = -steps; i <= steps; i++) {
    for (let j = -steps; j <= steps; j++) {
      const delta = Float64Array.of(i / steps * epsilon, j / steps * epsilon);
      const far = length(delta, norm);
      const scale = far > epsilon ? epsilon / far : 1;
      yield x.map((value, k) => Math.min(hi[k], Math.max(lo[k], value + scale * delta[k])));
    }
  }
}

function margin(scores: (x: Float64Array) => Float64Array, x: Float64Array, label: number): number {
  const s = scores(x);
  return Math.min(...Array.from(s.keys()).filter((c) => c !== label).map((c) => s[label] - s[c]));
}

const linearScores = ({ cols, W, b }: Affine) => (x: Float64Array) =>
  b.map((bias, c) => x.reduce((sum, v, i) => sum + W[c * cols + i] * v, bias));

const rbfScores = ({ rows, cols, mu, beta }: Diagonal) => (x: Float64Array) =>
  new Float64Array(rows).map((_, c) =>
    -x.reduce((sum, v, i) => sum + beta[c * cols + i] * (v - mu[c * cols + i]) ** 2, 0)
  );

function assertInside(point: Float64Array, within: Neighborhood, epsilon: number) {
  assert(point.every((v, i) => v >= within.lo[i] - 1e-12 && v <= within.hi[i] + 1e-12));
  const far = length(point.map((v, i) => v - within.x[i]), within.norm);
  assert(far <= epsilon * (1 + 1e-9), `${far} is beyond ${epsilon}`);
}

for (const norm of NORMS) {
  Deno.test(`linearMargin is the least on a grid in ${norm}, with and without bounds`, () => {
    for (let seed = 0; seed < 16; seed++) {
      const scores = affine(3, 2, seed);
      const epsilon = [0, 0.1, 0.5, 2][seed % 4];
      const box = seed % 3 === 0 ? undefined : BOX;
      const within = neighborhood(numbers(2, seed + 50, { lo: -0.4, hi: 0.6 }), { norm, epsilon, box });
      const found = linearMargin(scores, seed % 3, within);
      const brute = Math.min(
        ...grid(within, epsilon, 24).map((x) => margin(linearScores(scores), x, seed % 3)),
      );
      assert(found.lower <= brute + 1e-12, `seed ${seed}: ${found.lower} above ${brute}`);
      assertAlmostEquals(found.lower, brute, 5e-3 * epsilon + 1e-12);
      assertAlmostEquals(found.value, found.lower, 1e-9);
      assertAlmostEquals(margin(linearScores(scores), found.x, seed % 3), found.value, 1e-12);
      assertInside(found.x, within, epsilon);
    }
  });

  Deno.test(`linearDistance is the radius at which linearMargin reaches 0 in ${norm}`, () => {
    let reached = 0;
    for (let seed = 0; seed < 16; seed++) {
      const scores = affine(3, 5, seed);
      const x = numbers(5, seed + 50, { lo: -0.4, hi: 0.6 });
      const s = linearScores(scores)(x);
      const label = s.indexOf(Math.max(...s));
      const box = seed % 2 ? { lo: -1, hi: 1 } : { lo: -1e9, hi: 1e9 };
      const distance = linearDistance(scores, label, neighborhood(x, { norm, epsilon: 1e9, box }));
      if (distance === Infinity) {
        assert(linearMargin(scores, label, neighborhood(x, { norm, epsilon: 100, box })).lower > 0);
        continue;
      }
      reached++;
      const at = linearMargin(scores, label, neighborhood(x, { norm, epsilon: distance, box }));
      assertAlmostEquals(at.lower, 0, 1e-9);
    }
    assert(reached > 8);
  });

  Deno.test(`rbfMargin is the least on a grid in ${norm}`, () => {
    for (let seed = 0; seed < 16; seed++) {
      const scores = diagonal(3, 2, seed);
      const epsilon = [0, 0.1, 0.5, 2][seed % 4];
      const boxed = seed % 2 === 1;
      const box = boxed ? BOX : undefined;
      const within = neighborhood(numbers(2, seed + 50, { lo: -0.4, hi: 0.6 }), { norm, epsilon, box });
      const found = rbfMargin(scores, seed % 3, within);
      const brute = Math.min(
        ...grid(within, epsilon, 24).map((x) => margin(rbfScores(scores), x, seed % 3)),
      );
      assert(found.lower <= brute + 1e-12, `seed ${seed}: ${found.lower} above ${brute}`);
      // exact in L∞, and in L2 without bounds; else a bound
      if (norm === "Linf" || (norm === "L2" && !boxed)) {
        assertAlmostEquals(found.lower, brute, 1e-2 * epsilon + 1e-12);
      }
      if (norm === "Linf" || (norm === "L2" && !boxed)) assertAlmostEquals(found.value, found.lower, 1e-6);
      assertAlmostEquals(margin(rbfScores(scores), found.x, seed % 3), found.value, 1e-12);
      assertInside(found.x, within, epsilon);
    }
  });
}

Deno.test("linearMinimum is −ε‖a‖ in the dual norm where there are no bounds", () => {
  const a = [3, -4, 0], x = [1, 2, 3], value = 3 - 8 + 7;
  for (const [norm, dual] of [["Linf", 7], ["L2", 5], ["L1", 4]] as const) {
    const { lower } = linearMinimum(a, 7, neighborhood(x, { norm, epsilon: 0.25 }));
    assertAlmostEquals(lower, value - 0.25 * dual, 1e-12);
    assert(lower <= value - 0.25 * dual);
  }
});

Deno.test("neighborhood in L∞ takes an ε for each feature, and a feature with ε 0 stays", () => {
  const { lo, hi } = neighborhood([0.5, 0.5, 0.5], {
    norm: "Linf",
    epsilon: [0, 0.25, 1],
    box: { lo: 0, hi: 1 },
  });
  assertEquals([...lo, ...hi], [0.5, 0.25, 0, 0.5, 0.75, 1]);
});
