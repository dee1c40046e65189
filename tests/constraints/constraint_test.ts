import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import type { Constraint, ConstraintOptions } from "../../src/constraints/constraint.ts";
import { constraint } from "../../src/constraints/mod.ts";
import { InputError } from "../../src/errors.ts";
import { type Matrix, matrix } from "../../src/matrix.ts";
import { rng } from "../../src/rng.ts";
import { uniformMatrix } from "../support.ts";
import { allowed, holds, KINDS } from "./kinds.ts";

const D = 7;

const sizes = (norm: string) =>
  norm === "Linf"
    ? [0.1, 0.3, 1e-3, 1.5, 8 / 255]
    : norm === "L0"
    ? [0, 0.5, 1, 2, 3, 7]
    : [0.1, 1, 3, 1e-3, 1e-8];

function forEveryKind(law: (each: Constraint, options: ConstraintOptions, name: string) => void): void {
  for (const [kind, options] of Object.entries(KINDS)) {
    for (const norm of ["Linf", "L2", "L1", "L0", "angle"] as const) {
      for (const epsilon of sizes(norm)) {
        const all = { ...options, norm, epsilon };
        law(constraint(D, all), all, `${norm} ${epsilon} ${kind}`);
      }
    }
  }
}

Deno.test("project() gives an allowed input, to the last bit, for every kind of constraint", () => {
  forEveryKind((each, options, name) => {
    const original = allowed(D, 30, options);
    for (const seed of [1, 2]) {
      const x = uniformMatrix(30, D, seed, { lo: -3, hi: 3 });
      x.data.set([NaN, Infinity, -Infinity]);
      each.project(x, original);
      assert(holds(x, original, options), name);
      assertEquals(each.check(x, original), undefined, name);
    }
  });
});

Deno.test("project() does not change a bit of allowed inputs, and gives the original inputs at epsilon 0", () => {
  forEveryKind((each, options, name) => {
    const original = allowed(D, 30, options);
    const x = uniformMatrix(30, D, 3, { lo: -3, hi: 3 });
    each.project(x, original);
    const again = matrix(30, D, x.data.slice());
    each.project(again, original);
    assertEquals(new Uint32Array(again.data.buffer), new Uint32Array(x.data.slice().buffer), name);
    each.withEpsilon(0).project(x, original);
    assertEquals(new Uint32Array(x.data.slice().buffer), new Uint32Array(original.data.slice().buffer), name);
  });
});

Deno.test("check() finds each way to break a constraint", () => {
  const options = { ...KINDS["of all kinds"], epsilon: 0.5 };
  const each = constraint(D, options);
  const original = allowed(D, 2, options);
  const broken = (feature: number, value: number) => {
    const x = matrix(2, D, original.data.slice());
    x.data[D + feature] = value;
    const { row, feature: at } = each.check(x, original)!;
    assertEquals([row, at], [1, feature], `${feature} at ${value}`);
  };
  // too far, out of bounds, fixed, off the grid
  broken(0, original.data[D] > 0.5 ? 0 : 1);
  broken(0, NaN);
  broken(2, original.data[D + 2] + 0.25);
  broken(1, original.data[D + 1] + 0.001);
  broken(3, original.data[D + 3] + 1);
  const moved = matrix(2, D, original.data.slice());
  moved.data.set([0, 0, 0], 4);
  assert(constraint(D, { ...options, epsilon: 1 }).check(moved, original)!.problem.includes("of which one"));
  for (const norm of ["L2", "L1"] as const) {
    const ball = constraint(D, { norm, epsilon: 0.5 });
    const far = matrix(2, D, original.data.map((value, i) => value + (i >= D ? 0.2 : 0)));
    assertEquals(ball.check(far, original)!.row, 1, norm);
  }
});

/** The nearest allowed point by alternate projections (Dykstra), slow and by another way. */
function dykstra(d: number[], lo: number[], hi: number[], ball: (v: number[]) => number[]): number[] {
  let x = d, p = d.map(() => 0), q = d.map(() => 0);
  for (let step = 0; step < 5_000; step++) {
    const y = ball(x.map((value, i) => value + p[i]));
    p = x.map((value, i) => value + p[i] - y[i]);
    const z = y.map((value, i) => Math.min(Math.max(value + q[i], lo[i]), hi[i]));
    q = y.map((value, i) => value + q[i] - z[i]);
    x = z;
  }
  return x;
}

function ballL1(size: number): (v: number[]) => number[] {
  return (v) => {
    if (v.reduce((sum, each) => sum + Math.abs(each), 0) <= size) return v;
    const sorted = v.map(Math.abs).sort((a, b) => b - a);
    let sum = 0, threshold = 0;
    sorted.forEach((each, k) => {
      sum += each;
      if (each > (sum - size) / (k + 1)) threshold = (sum - size) / (k + 1);
    });
    return v.map((each) => Math.sign(each) * Math.max(Math.abs(each) - threshold, 0));
  };
}

function ballL2(size: number): (v: number[]) => number[] {
  return (v) => {
    const length = Math.hypot(...v);
    return length <= size ? v : v.map((each) => each * size / length);
  };
}

Deno.test("project() on a ball and a box is the nearest point, as Dykstra's projections find it", () => {
  const original = allowed(D, 12, { bounds: [0, 1] });
  for (const epsilon of [0.3, 1, 2]) {
    for (const [norm, ball] of [["L1", ballL1], ["L2", ballL2]] as const) {
      const x = uniformMatrix(12, D, 8, { lo: -1.5, hi: 2.5 });
      const given = Array.from(x.data);
      constraint(D, { norm, epsilon, bounds: [0, 1] }).project(x, original);
      for (let row = 0; row < 12; row++) {
        const own = Array.from(original.data.subarray(row * D, (row + 1) * D));
        const d = own.map((value, i) => given[row * D + i] - value);
        const nearest = dykstra(d, own.map((v) => -v), own.map((v) => 1 - v), ball(epsilon));
        nearest.forEach((value, i) =>
          assertAlmostEquals(
            x.data[row * D + i] - own[i],
            value,
            2e-6,
            `${norm} ${epsilon}, row ${row}, feature ${i}`,
          )
        );
      }
    }
  }
});

Deno.test("project() takes 8/255 as eight steps of 8 bits, from each of the 256 values", () => {
  const original = matrix(1, 256, Float32Array.from({ length: 256 }, (_, k) => k / 255));
  for (const epsilon of [8 / 255, 8.5 / 255, Math.fround(8 / 255)]) {
    const each = constraint(256, { epsilon, grid: 255, bounds: [0, 1] });
    const x = matrix(1, 256, new Float32Array(256).fill(2));
    each.project(x, original);
    const steps = Math.floor(epsilon * 255 * (1 + 1e-12));
    x.data.forEach((value, k) => assertEquals(value, Math.fround(Math.min(k + steps, 255) / 255)));
  }
});

Deno.test("project() changes a category only where the size allows it, and pays for it", () => {
  const original = matrix(1, 4, [1, 0, 0, 0.5]);
  const toward = (options: ConstraintOptions) => {
    const x = matrix(1, 4, [0, 0.2, 0.9, 1]);
    constraint(4, { oneHot: [[0, 1, 2]], ...options }).project(x, original);
    return [...x.data];
  };
  assertEquals(toward({ epsilon: 0.25 }), [1, 0, 0, 0.75]);
  assertEquals(toward({ epsilon: [1, 1, 1, 0.25] }), [0, 0, 1, 0.75]);
  assertEquals(toward({ epsilon: [1, 1, 0.5, 0.25] }), [0, 1, 0, 0.75]);
  assertEquals(toward({ epsilon: [1, 1, 1, 0], fixed: [0] }), [1, 0, 0, 0.5]);
  // two differences of 1: 2 in L1, √2 in L2
  assertEquals(toward({ epsilon: 1.9, norm: "L1" }).slice(0, 3), [1, 0, 0]);
  assertAlmostEquals(toward({ epsilon: 2.25, norm: "L1" })[3], 0.75, 1e-5);
  assertEquals(toward({ epsilon: 1.4, norm: "L2" }).slice(0, 3), [1, 0, 0]);
  assertAlmostEquals(toward({ epsilon: 1.5, norm: "L2" })[3], 1, 1e-5);
});

Deno.test("sample() draws allowed points all over the ball, the same for the same streams", () => {
  for (const norm of ["Linf", "L2", "L1"] as const) {
    const original = matrix(400, 5);
    const around = constraint(5, { norm, epsilon: 2 }).around(original);
    const [a, b] = [matrix(400, 5), matrix(400, 5)];
    around.sample(a, (row) => rng(1).split(row));
    around.sample(b, (row) => rng(1).split(row));
    assertEquals(a, b, norm);
    assertEquals(around.check(a), undefined, norm);
    const inner = constraint(5, { norm, epsilon: 1 }).around(original);
    const share = Array.from({ length: 400 }, (_, row) =>
      Number(inner.fits(a, row))).reduce((x, y) => x + y) / 400;
    // a ball of half the size has 1/2⁵ of the volume; four standard deviations
    assertAlmostEquals(share, 1 / 32, 4 * Math.sqrt(1 / 32 / 400), norm);
    const mean = a.data.reduce((x, y) => x + y, 0) / 2000;
    assertAlmostEquals(mean, 0, 0.1, norm);
  }
});

Deno.test("step() is the steepest in its norm, and no point of the ball is better", () => {
  const original = allowed(D, 10, {});
  const g = uniformMatrix(10, D, 4);
  for (const norm of ["Linf", "L2", "L1"] as const) {
    const around = constraint(D, { norm, epsilon: 0.5 }).around(original);
    const gain = (x: Matrix, row: number) => {
      let sum = 0;
      for (let i = row * D; i < (row + 1) * D; i++) sum += g.data[i] * (x.data[i] - original.data[i]);
      return sum;
    };
    const out = matrix(10, D);
    around.step(out, original, { direction: matrix(10, D, g.data.slice()) });
    assertEquals(around.check(out), undefined);
    const drawn = matrix(10, D);
    for (let seed = 0; seed < 50; seed++) {
      around.sample(drawn, (row) => rng(seed).split(row));
      for (let row = 0; row < 10; row++) assert(gain(drawn, row) <= gain(out, row) + 1e-6, norm);
    }
  }
});

Deno.test("project() in L0 is the nearest of all choices of so many features", () => {
  const original = allowed(D, 20, { bounds: [0, 1] });
  const x = uniformMatrix(20, D, 9, { lo: -1, hi: 2 }), given = x.data.slice();
  constraint(D, { norm: "L0", epsilon: 3, bounds: [0, 1] }).project(x, original);
  for (let row = 0; row < 20; row++) {
    const far = (chosen: (i: number) => boolean, at?: Float32Array) => {
      let sum = 0;
      for (let i = 0, p = row * D; i < D; i++, p++) {
        const own = original.data[p], moved = Math.min(1, Math.max(0, given[p]));
        const value = at ? at[p] : chosen(i) ? moved : own;
        sum += (value - given[p]) ** 2;
      }
      return sum;
    };
    const found = far(() => true, x.data);
    for (let mask = 0; mask < 1 << D; mask++) {
      const count = Array.from({ length: D }, (_, i) => mask >> i & 1).reduce((a, b) => a + b);
      if (count <= 3) assert(found <= far((i) => (mask >> i & 1) === 1) + 1e-6, `row ${row}`);
    }
  }
});

Deno.test("sample() and step() in L0 move so many features: any, or those that gain most", () => {
  const original = matrix(300, 5, new Float32Array(1500).fill(0.25));
  const around = constraint(5, { norm: "L0", epsilon: 2, bounds: [0, 1], fixed: [4] }).around(original);
  const drawn = matrix(300, 5);
  around.sample(drawn, (row) => rng(1).split(row));
  assertEquals(around.check(drawn), undefined);
  const moved = (i: number) => drawn.data.filter((v, p) => p % 5 === i && v !== 0.25).length;
  // each of four with a chance of one half, four standard deviations
  for (let i = 0; i < 4; i++) assertAlmostEquals(moved(i), 150, 4 * Math.sqrt(75), `feature ${i}`);
  const out = matrix(1, 5), own = matrix(1, 5, original.data.slice(0, 5));
  const one = constraint(5, { norm: "L0", epsilon: 2, bounds: [0, 1], fixed: [4] }).around(own);
  one.step(out, own, { direction: matrix(1, 5, [-1, 0.5, 0.2, -2, 9]) });
  // gains 0.25, 0.375, 0.15, 0.5
  assertEquals([...out.data], [0.25, 1, 0.25, 0, 0.25]);
  constraint(5, { norm: "L0", epsilon: 1 }).around(own)
    .step(out, own, { direction: matrix(1, 5, [-1, 0.5, 0.2, -2, 9]) });
  assertEquals([...out.data], [0.25, 0.25, 0.25, 0.25, 1.25]);
});

Deno.test("constraint() refuses options that do not fit, and names the number", () => {
  const refused: [Record<string, unknown>, string][] = [
    [{ epsilon: -1 }, "with epsilon -1: must be a finite number ≥ 0"],
    [{ epsilon: undefined }, "with epsilon undefined"],
    [{ epsilon: [0.1, 0.2] }, "expected one epsilon or 3 of them, one a feature, got 2"],
    [{ epsilon: [1, 1, NaN] }, "with epsilon NaN"],
    [{ epsilon: [1, 1, 1], norm: "L2" }, "in L2 with an epsilon for each feature: give one number"],
    [{ epsilon: 1, norm: "L3" }, 'in norm "L3": expected Linf, L2, L1, L0 or angle'],
    [{ epsilon: 1, bounds: [1, 0] }, "within bounds 1, 0: the first must be less"],
    [{ epsilon: 1, bounds: [[0, 1], [0, 1]] }, "expected one pair of bounds or 3 of them"],
    [{ epsilon: 1, bounds: [[0, 1], [0, 1], [2, 1]] }, "within bounds 2, 1 of feature 2"],
    [{ epsilon: 1, fixed: [3] }, "with fixed feature 3: must be in 0 … 2"],
    [{ epsilon: 1, fixed: [1, 0, 1] }, "with fixed feature 1 twice"],
    [{ epsilon: 1, grid: [1] }, "expected one grid or 3 of them"],
    [{ epsilon: 1, grid: 0.5 }, "with a grid of 0.5 steps a unit"],
    [{ epsilon: 1, oneHot: [[0, 1], [1, 2]] }, "with one-hot feature 1 twice"],
  ];
  for (const [options, sentence] of refused) {
    assertThrows(
      () => constraint(3, options as unknown as ConstraintOptions),
      InputError,
      `Cannot constrain ${sentence}`.replace("constrain expected", "constrain: expected"),
    );
  }
});
