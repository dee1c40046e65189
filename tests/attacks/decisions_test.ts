/** A start and the way back to the boundary beside plain loops. */

import { assertEquals, assertThrows } from "@std/assert";
import type { Attack } from "../../src/attacks/attack.ts";
import {
  approach,
  type Decisions,
  decisions,
  start,
  type StartOptions,
  STARTS,
} from "../../src/attacks/decisions.ts";
import { makeAttack } from "../../src/attacks/make_attack.ts";
import type { Answer, Chunk, Query } from "../../src/attacks/query.ts";
import { constraint } from "../../src/constraints/mod.ts";
import { batch } from "../../src/data/batch.ts";
import { gather } from "../../src/attacks/rows.ts";
import { InputError } from "../../src/errors.ts";
import { matrix } from "../../src/matrix.ts";
import type { Classifier } from "../../src/models/classifier.ts";
import { searchOf } from "./decided.ts";
import { type Case, type Plain, plainModel, points, testFollows, type Way } from "./followed.ts";

/** Goes from a start to the boundary, and no further. */
const back = (gap: number): Attack<StartOptions, Classifier> =>
  makeAttack({
    name: "back",
    summary: "Goes from a start to the boundary",
    needs: "labels",
    goal: "nearest",
    norms: ["L2", "Linf"],
    options: STARTS,
    *run(chunk, { starts }) {
      const known = yield* decisions(chunk);
      assertEquals([known.found.rows, known.found.cols], [chunk.x.rows, chunk.x.cols]);
      const at = matrix(chunk.x.rows, chunk.constraint.inputs);
      const rows = yield* start(chunk, known, { at, starts });
      yield* approach(chunk, known, { at, rows, gap, done: 0.75 });
      if (rows.length > 0) yield* known.ask(gather(matrix(rows.length, chunk.x.cols), at, rows), rows, 1);
      return known.found;
    },
  });

const plainBack = (gap: number) => (way: Way<StartOptions>) => {
  const search = searchOf(way), at = search.start();
  if (at) search.ask([search.approach(at, gap, 0.75)], 1);
};

/** A model one class of which is nowhere. */
function without(c: number): Plain {
  const all = plainModel({ seed: 3 });
  const never = (x: readonly number[]) => all.scores(x).map((score, k) => k === c ? -1e30 : score);
  const predicted = (x: readonly number[]) => never(x).indexOf(Math.max(...never(x)));
  return {
    ...all,
    predicted,
    made: {
      ...all.made,
      scores(x) {
        const given = all.made.scores(x);
        given.data.forEach((_, k) => k % 3 === c && (given.data[k] = -1e30));
        return given;
      },
    },
  };
}

const x = points(4), starts = matrix(5, 4, points(5, 4, 17).flat().map((value) => 6 * value - 3));
const cases = (["L2", "Linf"] as const).flatMap((norm): Case<StartOptions>[] => [
  { name: `in ${norm} from noise`, plain: plainModel(), x, options: { epsilon: 100, norm } },
  {
    name: `in ${norm} from noise in a box, a feature fixed`,
    ...{ plain: plainModel({ seed: 2 }), x, labels: [0, 1, 2, 1] },
    options: { epsilon: 100, norm, fixed: [1], bounds: [[-0.5, 1.5], [-4, 4], [0, 2], [-1, 1]], seed: 3 },
  },
  {
    name: `in ${norm} from starts, a feature fixed`,
    ...{ plain: plainModel({ seed: 4, bend: 0.1 }), x },
    options: { epsilon: 100, norm, starts, fixed: [0] },
  },
  {
    name: `in ${norm} where one class is nowhere`,
    ...{ plain: without(0), x: [...points(2, 4, 9), [-3, 1, 2, 0]], labels: [1, 2, 1] },
    options: { epsilon: 1e30, norm, starts },
  },
]);
testFollows(back(1e-3), plainBack(1e-3), [...cases, {
  name: "with a size for each feature",
  ...{ plain: plainModel({ seed: 5 }), x },
  options: { epsilon: [10, 5, 0, 8], norm: "Linf", starts },
}]);
// a gap that is never reached
const quarters = x.map((row) => row.map((value) => Math.round(4 * value) / 4));
testFollows(back(1e-3), plainBack(1e-3), [
  {
    name: "on a grid in L2",
    plain: plainModel({ seed: 2 }),
    x: quarters,
    options: { epsilon: 100, norm: "L2", grid: 4 },
  },
  {
    name: "on a grid with a size for each feature",
    ...{ plain: plainModel({ seed: 5 }), x: quarters },
    options: { epsilon: [10, 5, 0, 8], norm: "Linf", grid: 4, bounds: [-20, 20] },
  },
  {
    name: "in vain, without and with bounds",
    ...{ plain: without(0), x: x.slice(0, 2), lost: true },
    options: {
      ...{ epsilon: 1, norm: "L2", target: 0, starts: matrix(3, 4, points(3).flat()) },
      bounds: [[-Infinity, Infinity], [-2, 3], [-Infinity, 1], [0, Infinity]],
    },
  },
  {
    name: "from noise after starts that do not fool",
    ...{ plain: plainModel({ seed: 4 }), x: x.slice(0, 1) },
    options: { epsilon: 100, norm: "L2", starts: matrix(3, 4, [...x[0], ...x[0], ...x[0]]) },
  },
]);
for (const gap of [0, 0.25]) {
  const [{ name, ...rest }] = cases;
  testFollows(back(gap), plainBack(gap), [{ name: `${name}, to a gap of ${gap}`, ...rest }]);
}

Deno.test("a search by labels refuses starts that do not fit", () => {
  const examples = batch({ x: matrix(1, 4), labels: [0], classes: 3 });
  const wrong = () => back(0.5)(without(0).made, examples, { epsilon: 1, starts: matrix(1, 5) });
  assertThrows(wrong, InputError, "the model takes 4 inputs, those to start from have 5");
});

/** What a search is told when it asks of these points, and what it then keeps of the first example. */
function kept(
  points: readonly (readonly number[])[],
  { own = [0, 0], hits = points.map(() => 1), options = {} as object } = {},
) {
  const answer = (fooled: readonly number[]) => ({ fooled: () => Uint8Array.from(fooled) }) as Answer;
  const chunk = {
    x: matrix(1, own.length, own),
    constraint: constraint(own.length, { epsilon: 1, norm: "L2", ...options }),
    matrix: (_: string, rows: number) => matrix(rows, own.length),
  } as unknown as Chunk;
  const first = decisions(chunk);
  first.next();
  const known = first.next(answer([0])).value as Decisions;
  const walk = known.ask(matrix(points.length, own.length, points.flat()), new Int32Array(points.length), 0);
  const asked = (walk.next().value as Query).x;
  walk.next(answer(hits));
  return { asked: [...asked.data], found: [...known.found.data] };
}

Deno.test("a search by labels keeps the first of the nearest points that fool", () => {
  assertEquals(kept([[0, 3], [2, 0], [0, 2], [0, 1]], { hits: [1, 1, 1, 0] }).found, [2, 0]);
  assertEquals(kept([[0, 3]], { hits: [0] }).found, [0, 0]);
});

Deno.test("a search by labels only asks about finite numbers, and features that do not move keep their bits", () => {
  const { asked } = kept([[NaN, Infinity], [-Infinity, 5], [0, 3]], { own: [-0, 4] });
  assertEquals(asked, [-0, 4, -0, 5, -0, 3]);
});

Deno.test("a search by labels changes no group whose feature has no size", () => {
  const own = [1, 0, 0];
  const changed = (epsilon: number[]) =>
    kept([[1, 1.5, 0]], { own, options: { epsilon, norm: "Linf", oneHot: [[0, 1, 2]], bounds: [0, 2] } })
      .asked;
  assertEquals(changed([1, 1, 1]), [0, 1, 0]);
  assertEquals(changed([0, 1, 1]), own);
});
