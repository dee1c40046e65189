import { assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { advance, lookDense, lookSparse, type State } from "../../src/attacks/apgd_steps.ts";
import type { ConstraintOptions } from "../../src/constraints/constraint.ts";
import { constraint } from "../../src/constraints/mod.ts";
import { type Matrix, matrix } from "../../src/matrix.ts";
import { assertClose, uniformMatrix } from "../support.ts";

/** What a walk remembers of examples at `at`, with some of it given. */
function state(at: Matrix, given: Partial<State>): State {
  const n = at.rows, none = new Float64Array(n);
  return {
    ...{ rows: Int32Array.from({ length: n }, (_, k) => k), at, before: at, best: at, slope: at },
    ...{ top: none, loss: none, seen: none, step: none, moved: none, share: none },
    ...{ rises: new Int32Array(n), halved: new Uint8Array(n) },
    ...given,
  };
}

Deno.test("lookDense() halves the step and goes back where the loss rose too seldom, or nothing changed since", () => {
  const five = (rows: number[]) => matrix(5, 2, rows.flatMap((value) => [value, value + 0.5]));
  const at = five([0, 1, 2, 3, 4]), gradient = five([10, 11, 12, 13, 14]);
  const s = state(at, {
    best: five([20, 21, 22, 23, 24]),
    slope: five([30, 31, 32, 33, 34]),
    step: Float64Array.of(2, 2, 1, 1, 0.5),
    // of three that are enough: too few; one more; more, but stuck; more, halved last time; more, and better
    rises: Int32Array.of(3, 4, 5, 5, 5),
    halved: Uint8Array.of(0, 0, 0, 1, 0),
    top: Float64Array.of(7, 8, 9, 9, 9),
    seen: Float64Array.of(1, 1, 9, 9, 8.5),
    loss: Float64Array.of(-1, -2, -3, -4, -5),
  });
  lookDense(s, gradient, 3);
  assertEquals([...s.step], [1, 2, 0.5, 1, 0.5]);
  assertEquals([...s.halved], [1, 0, 1, 0, 0]);
  assertEquals([...s.loss], [7, -2, 9, -4, -5]);
  assertEquals(at, five([20, 1, 22, 3, 4]));
  assertEquals(gradient, five([30, 11, 32, 13, 14]));
  assertEquals([[...s.seen], [...s.rises]], [[7, 8, 9, 9, 9], [0, 0, 0, 0, 0]]);
});

Deno.test("lookSparse() goes back with a whole step where fewer features moved, and else takes a shorter one", () => {
  const original = matrix(4, 20);
  const best = matrix(4, 20), counts = [18, 19, 20, 0];
  counts.forEach((count, k) => best.data.fill(0.25, 20 * k, 20 * k + count));
  const at = uniformMatrix(4, 20, 1), gradient = uniformMatrix(4, 20, 2), slope = uniformMatrix(4, 20, 3);
  const [places, slopes] = [at.data.slice(), gradient.data.slice()];
  const s = state(at, {
    ...{ best, slope, step: Float64Array.of(0.6, 0.6, 0.12, 0.5), share: new Float64Array(4) },
    ...{ top: Float64Array.of(1, 2, 3, 4), loss: new Float64Array(4), moved: Float64Array.of(20, 20, 20, 0) },
  });
  const all = constraint(20, { epsilon: 1, norm: "L1" });
  lookSparse(s, gradient, all.around(original));
  assertEquals([...s.moved], counts);
  assertClose(s.share, counts.map((count) => count / 20 / 1.5), 1e-15);
  // 19 of 20 are not fewer than 95 %
  assertClose(s.step, [1, 0.4, 0.1, 0.5 / 1.5], 1e-15);
  assertEquals([...s.loss], [1, 0, 0, 0]);
  const kept = (m: Matrix, own: Float32Array) => [...m.data.subarray(0, 20), ...own.subarray(20)];
  assertEquals([...at.data], kept(best, places));
  assertEquals([...gradient.data], kept(slope, slopes));
});

/** The next points of three examples, computed in double by the formula of the paper, each direction given. */
function follow(
  options: Omit<ConstraintOptions, "epsilon">,
  gradient: Matrix,
  { direction, weight }: { direction: (g: Float64Array, k: number) => ArrayLike<number>; weight: number },
) {
  const cols = gradient.cols, epsilon = 0.5, all = constraint(cols, { ...options, epsilon });
  const original = uniformMatrix(3, cols, 4, { lo: 0, hi: 1 });
  const near = (seed: number) => {
    const m = uniformMatrix(3, cols, seed, { lo: -0.3, hi: 1.3 });
    all.project(m, original);
    return m;
  };
  const at = near(5), before = near(6), size = [2, 0.25, 1];
  const region = all.around(original);
  const expected = matrix(3, cols);
  for (let k = 0; k < 3; k++) {
    const row = (m: Matrix) => Float64Array.from(m.data.subarray(k * cols, (k + 1) * cols));
    const d = direction(row(gradient), k), x = row(at), last = row(before);
    expected.data.set(x.map((value, i) => value + size[k] * epsilon * d[i]), k * cols);
    region.relax(expected);
    const z = row(expected);
    if (weight === 1) continue;
    expected.data.set(
      z.map((value, i) => x[i] + weight * (value - x[i]) + (1 - weight) * (x[i] - last[i])),
      k * cols,
    );
  }
  region.relax(expected);
  const s = state(at, { before, step: Float64Array.from(size), share: new Float64Array(3).fill(0.5) });
  const places = at.data.slice();
  advance(s, { gradient, region, constraint: all, z: matrix(3, cols), weight });
  assertClose(s.at.data, expected.data, 1e-6, JSON.stringify(options));
  assertEquals(before.data, places);
}

Deno.test("advance() takes a step along the sign or the gradient, projected, and some of the last step again", () => {
  for (const bounds of [undefined, [0, 1]] as const) {
    for (const fixed of [undefined, [0]]) {
      for (const weight of [1, 0.75]) {
        const gradient = () => {
          const g = uniformMatrix(3, 5, 7);
          g.data.fill(0, 5, 7);
          // one row of small slopes, one of none
          for (let i = 0; i < 5; i++) g.data[i] *= 0.25;
          g.data.fill(0, 10);
          return g;
        };
        const moved = (i: number, value: number) => fixed?.includes(i) ? 0 : value;
        follow({ norm: "Linf", bounds, fixed }, gradient(), {
          ...{ weight, direction: (g) => g.map((slope, i) => moved(i, Math.sign(slope))) },
        });
        const unit = (g: Float64Array) => {
          const d = g.map((slope, i) => moved(i, slope));
          return d.map((slope) => slope === 0 ? 0 : slope / Math.hypot(...d));
        };
        follow({ norm: "L2", bounds, fixed }, gradient(), { weight, direction: unit });
      }
    }
  }
});

Deno.test("advance() in L1 shares the step among the features of the greatest slopes, those at a bound left out", () => {
  // at share 0.5, three of six: the fourth of the sorted slopes and all above
  const gradient = matrix(3, 6, [-5, 1, 3, 2, 0.5, -4, 0, 0, 0, 0, 3, 0, 2, 2, 2, 2, 1, 1]);
  const directions = [
    [-1 / 3, 0, 1 / 3, 0, 0, -1 / 3],
    [0, 0, 0, 0, 1, 0],
    // equals move together
    [0.25, 0.25, 0.25, 0.25, 0, 0],
  ];
  for (const weight of [1, 0.75]) {
    // no momentum in L1
    const given = { weight: 1, direction: (_: Float64Array, k: number) => directions[k] };
    follow({ norm: "L1" }, matrix(3, 6, gradient.data.slice()), given);
    const s = state(matrix(1, 6, [0, 0.5, 1, 0.5, 0.5, 0]), {
      ...{ before: matrix(1, 6), step: Float64Array.of(0.2), share: Float64Array.of(0.5) },
    });
    const all = constraint(6, { epsilon: 1, norm: "L1", bounds: [0, 1], fixed: [5] });
    const x = matrix(1, 6, [0, 0.5, 1, 0.5, 0.5, 0]);
    // the first leans on 0 and the third on 1; the last stays
    advance(s, {
      ...{ gradient: matrix(1, 6, [-9, 1, 9, -2, 3, 9]), region: all.around(x), constraint: all },
      ...{ z: matrix(1, 6), weight },
    });
    assertClose(s.at.data, [0, 0.5 + 0.2 / 3, 1, 0.5 - 0.2 / 3, 0.5 + 0.2 / 3, 0], 1e-6);
  }
});

Deno.test("advance() leaves −0 where the slope is 0, and moves the one greatest feature where none has moved", () => {
  for (const norm of ["Linf", "L2", "L1"] as const) {
    for (const slope of [0, -0]) {
      const all = constraint(3, { epsilon: 1, norm });
      const x = () => matrix(1, 3, [-0, -0, -0]);
      const s = state(x(), { before: x(), step: Float64Array.of(0.5), share: Float64Array.of(0) });
      const gradient = matrix(1, 3, norm === "L1" ? [slope, 0.5, 0.25] : [slope, slope, slope]);
      advance(s, { gradient, region: all.around(x()), constraint: all, z: matrix(1, 3), weight: 1 });
      assertEquals([...s.at.data], [-0, norm === "L1" ? 0.5 : -0, -0], norm);
    }
  }
});
