import { assert, assertEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { universal } from "../../src/attacks/universal.ts";
import { constraint } from "../../src/constraints/mod.ts";
import { batch } from "../../src/data/batch.ts";
import { InputError } from "../../src/errors.ts";
import { matrix } from "../../src/matrix.ts";
import { assertClose, uniformMatrix } from "../support.ts";
import { asked, quadratic, rowsIn } from "./asked.ts";

const THREE = quadratic(
  [[0.9, 0.2, -0.3], [-0.4, 0.8, 0.1], [0.3, -0.7, 0.6]],
  [[0.3, 0.1, 0.2], [0.2, 0.4, 0.1], [0.1, 0.2, 0.5]],
);

type Given = {
  norm: "Linf" | "L2" | "L1";
  bounds?: readonly [number, number];
  fixed?: number[];
  iterations?: number;
  target?: number;
};

/** Steps along the sum of the margins' gradients of those that stand, a hundred at a time (Shafahi et al. 2020), in double. */
function compare(given: Given, rows: number) {
  const { norm, bounds, fixed, iterations = 20, target } = given, epsilon = 0.3, name = JSON.stringify(given);
  const [lo, hi] = bounds ?? [-Infinity, Infinity];
  const x = uniformMatrix(rows, 3, 5, { lo: -0.9, hi: 0.9 }), model = asked(THREE);
  const best = (at: Float64Array) => THREE.scores(at).indexOf(Math.max(...THREE.scores(at)));
  const labels = Int32Array.from(rowsIn(x), (at, i) => i % 7 === 0 ? (best(at) + 1) % 3 : best(at));
  const found = universal(model, batch({ x, labels, classes: 3 }), { ...given, epsilon });
  const ball = constraint(3, { norm, epsilon, fixed });
  let now = new Float64Array(3);
  const moved = (at: Float64Array) =>
    Float64Array.from(at, (v, i) => Math.min(Math.max(Math.fround(v + now[i]), lo), hi));
  const fools = (at: Float64Array, i: number) =>
    target === undefined ? best(at) !== labels[i] : best(at) === target;
  const all = () => rowsIn(x).map(moved);
  const count = (points: Float64Array[]) => points.filter(fools).length;
  const expected: { ask: string; x: Float64Array[] }[] = [{ ask: "scores", x: all() }];
  let kept = { now, hits: count(all()) };
  for (let round = 0; round < iterations; round++) {
    const part = 0.05 + 0.95 * (1 + Math.cos(Math.PI * round / iterations)) / 2;
    for (let from = 0; from < rows; from += 100) {
      const points = all().slice(from, from + 100), sum = [0, 0, 0];
      points.forEach((at, k) => {
        if (fools(at, from + k)) return;
        const z = THREE.scores(at), y = target ?? labels[from + k];
        const other = z.indexOf(Math.max(...z.filter((_, c) => c !== y)));
        const [up, down] = target === undefined ? [other, y] : [y, other];
        sum.forEach((_, i) => sum[i] += THREE.slopes(at)[up][i] - THREE.slopes(at)[down][i]);
      });
      expected.push({ ask: "scores", x: points }, { ask: "gradient", x: points });
      const free = sum.map((s, i) => fixed?.includes(i) ? 0 : s), most = Math.max(...free.map(Math.abs));
      const length = norm === "L2" ? Math.hypot(...free) : 1;
      const d = free.map((s) =>
        norm === "L1" ? Math.abs(s) === most ? Math.sign(s) : 0 : norm === "L2" ? s / length : Math.sign(s)
      );
      const to = matrix(1, 3, Float32Array.from(now, (v, i) => v + (most > 0 ? part * epsilon * d[i] : 0)));
      ball.project(to, matrix(1, 3));
      now = Float64Array.from(to.data);
    }
    expected.push({ ask: "scores", x: all() });
    if (count(all()) > kept.hits) kept = { now, hits: count(all()) };
  }
  assertEquals(
    model.questions.map(({ ask, x }) => [ask, x.length]),
    expected.map(({ ask, x }) => [ask, x.length]),
    name,
  );
  const flat = (points: readonly Float64Array[]) => points.flatMap((point) => [...point]);
  expected.forEach(({ x }, i) =>
    assertClose(flat(model.questions[i].x), flat(x), 1e-5, `${name}, question ${i}`)
  );
  now = kept.now;
  assertClose(found.perturbation.data, now, 1e-5, name);
  assertClose(found.x.data, flat(all()), 1e-5, name);
  assertEquals([...found.fooled], all().map((at, i) => Number(fools(at, i))), name);
  assertEquals([found.perturbation.rows, found.perturbation.cols], [1, 3], name);
  return kept.hits;
}

Deno.test("universal() steps along the sum of the slopes of the examples not fooled, and keeps the best of all rounds", () => {
  for (const norm of ["Linf", "L2", "L1"] as const) {
    assert(compare({ norm }, 8) > 2, norm);
    compare({ norm, bounds: [-1, 1], fixed: [1], iterations: 4 }, 8);
    compare({ norm, target: 2, iterations: 5 }, 200);
    compare({ norm, target: 0, iterations: 1 }, 3);
  }
});

Deno.test("universal() refuses invalid targets and examples beyond bounds, and keeps −0 where nothing moves", () => {
  const one = batch({ x: matrix(1, 3, [-0, 0.5, 1]), labels: [0], classes: 3 });
  assertThrows(() => universal(asked(THREE), one, { epsilon: 1, target: 3 }), InputError, "target 3");
  assertThrows(
    () => universal(asked(THREE), one, { epsilon: 1, bounds: [0, 0.75] }),
    InputError,
    "input 2 of example 0",
  );
  for (const iterations of [0, 0.5]) {
    assertThrows(() => universal(asked(THREE), one, { epsilon: 1, iterations }), InputError);
  }
  assertThrows(() => universal(asked(THREE), one, { epsilon: 1, target: -1 }), InputError);
  const { x, perturbation } = universal(asked(THREE), one, { epsilon: 0 });
  assert(Object.is(x.data[0], -0));
  assertEquals(perturbation, matrix(1, 3));
});
