import { assert, assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { lbfgs } from "../../src/attacks/lbfgs.ts";
import { minimize } from "../../src/attacks/minimize.ts";
import { batch } from "../../src/data/batch.ts";
import { heads } from "../../src/heads.ts";
import { matrix } from "../../src/matrix.ts";
import { assertClose, uniformMatrix } from "../support.ts";
import { asked, quadratic, rowsIn } from "./asked.ts";

const THREE = quadratic(
  [[2.5, 0.5, -1], [-1, 2, 0.25], [0.75, -2, 1.5]],
  [[0.3, 0.1, 0.2], [0.2, 0.4, 0.1], [0.1, 0.2, 0.5]],
);
const N = 6, X = uniformMatrix(N, 3, 5);

type Point = Float64Array;
type Given = {
  target?: number;
  targets?: "all" | "runnerUp";
  bounds?: readonly [number, number];
  fixed?: number[];
  binarySearchSteps: number;
  iterations: number;
};

/** Weights c, at first 0.1 and four times as much until one is enough, then between (Szegedy et al. 2014): what is asked. */
function search(
  own: Point,
  label: number,
  nearest: number,
  given: Given,
): { asks: Point[]; found?: Point; far: number } {
  const { bounds: [lo, hi] = [-Infinity, Infinity], fixed = [], binarySearchSteps, iterations } = given;
  const asks: Point[] = [],
    limits = {
      lo: own.map((v, i) => fixed.includes(i) ? 0 : lo - v),
      hi: own.map((v, i) => fixed.includes(i) ? 0 : hi - v),
    };
  let r: Point = new Float64Array(3),
    c = 0.1,
    enough = Infinity,
    short = 0,
    found: Point | undefined,
    far = Infinity;
  for (let tried = 0; tried < binarySearchSteps; tried++) {
    const walk = minimize(r, { ...limits, iterations, tolerance: 1e-4 });
    let step = walk.next(), there = false;
    const seen = new Map<Point, boolean>();
    while (!step.done) {
      const at = step.value, x = own.map((v, i) => Math.fround(Math.min(Math.max(v + at[i], lo), hi)));
      asks.push(x);
      const z = THREE.scores(x), length = Math.hypot(...at);
      // rounded as the model's are, or a comparison near the least point would go another way
      const loss = matrix(1, 1), dScores = matrix(1, 3), slopes = THREE.slopes(x);
      heads.softmax.loss({ loss, dScores }, matrix(1, 3, z), Int32Array.of(label));
      const g = x.map((_, i) =>
        Math.fround(slopes.reduce((sum, own, k) => sum + dScores.data[k] * own[i], 0))
      );
      there = z.indexOf(Math.max(...z)) === label;
      seen.set(at, there);
      if (there && length < far) [found, far] = [x, length];
      // ½‖r‖² + c·(−log p)
      step = walk.next({
        value: length * length / 2 + c * loss.data[0],
        gradient: at.map((v, i) => v + c * g[i]),
      });
    }
    r = step.value;
    there = seen.get(r)!;
    if (!there && Math.hypot(...r) >= nearest) break;
    if (there) enough = c;
    else short = c;
    c = enough === Infinity ? 4 * c : Math.sqrt(Math.max(short, enough / 16) * enough);
  }
  return { asks, found, far };
}

function compare(given: Given) {
  const name = JSON.stringify(given), progress: number[] = [];
  const best = (x: Point) => THREE.scores(x).indexOf(Math.max(...THREE.scores(x)));
  const labels = Int32Array.from(rowsIn(X), (x, i) => (best(x) + Number(i === 2)) % 3);
  const model = asked(THREE);
  const attacked = lbfgs(model, batch({ x: X, labels, classes: 3 }), {
    ...{ ...given, epsilon: 9, refinements: 0, onProgress: (done) => progress.push(done) },
  });
  const open = rowsIn(X).flatMap((x, i) =>
    (given.target === undefined ? best(x) !== labels[i] : best(x) === given.target) ? [] : [i]
  );
  const walks = given.target !== undefined || given.targets === "runnerUp" ? 1 : 2;
  const far = rowsIn(X).map(() => Infinity), ends = rowsIn(X), queries = new Array(N).fill(1);
  const expected: Point[][] = [rowsIn(X)], parts = [0];
  for (let rank = 0; rank < walks; rank++) {
    const all = open.map((i) => {
      const z = THREE.scores(rowsIn(X)[i]);
      const falling = [0, 1, 2].filter((c) => c !== labels[i]).sort((a, b) => z[b] - z[a]);
      const { asks, found, far: length } = search(rowsIn(X)[i], given.target ?? falling[rank], far[i], given);
      queries[i] += asks.length;
      if (found && length < far[i]) [far[i], ends[i]] = [length, found];
      return asks;
    });
    const rounds = Math.max(...all.map(({ length }) => length));
    for (let round = 0; round < rounds; round++) {
      expected.push(all.flatMap((asks) => asks[round] ? [asks[round]] : []));
      parts.push((rank + Math.min(round / (given.binarySearchSteps * (given.iterations + 1)), 1)) / walks);
    }
  }
  const flat = (points: readonly Point[]) => points.flatMap((point) => [...point]);
  assertEquals(model.questions.map(({ ask, x }) => [ask, x.length]), [
    ...expected.map(({ length }, i) => [i === 0 ? "scores" : "gradient", length]),
    ["scores", N],
  ], name);
  expected.forEach((x, i) =>
    assertClose(flat(model.questions[i].x), flat(x), 1e-4, `${name}, question ${i}`)
  );
  assertClose(attacked.x.data, flat(ends), 1e-4, name);
  assertEquals([...attacked.queries], queries, name);
  assertClose(progress.slice(0, parts.length), parts, 1e-9, name);
  return attacked;
}

Deno.test("lbfgs() looks for the least weight that is enough, from where the last one led, for each class in turn", () => {
  for (
    const given of [{}, { target: 1 }, { targets: "runnerUp" }, { bounds: [-1, 1] }, {
      fixed: [0],
      bounds: [-1, 1],
    }] as const
  ) {
    const { fooled } = compare({ ...given, binarySearchSteps: 6, iterations: 5 } as Given);
    assert(fooled.includes(1));
    compare({ ...given, binarySearchSteps: 3, iterations: 2 } as Given);
  }
  compare({ binarySearchSteps: 1, iterations: 8 });
});

Deno.test("lbfgs() looks for other classes where an example is of the one aimed at, and does not count as fooled", () => {
  const x = matrix(1, 3, [0.5, -0.25, 0.25]), z = THREE.scores(rowsIn(x)[0]), top = z.indexOf(Math.max(...z));
  const wrong = batch({ x, labels: [(top + 1) % 3], classes: 3 });
  const never = { epsilon: 9, refinements: 0, criterion: () => false };
  assertEquals(lbfgs(asked(THREE), wrong, { ...never, targets: "runnerUp" }).x, x);
  const [found] = rowsIn(lbfgs(asked(THREE), wrong, never).x).map((at) => THREE.scores(at));
  assertEquals(found.indexOf(Math.max(...found)), (top + 2) % 3);
});
