/** A start and the way back to the boundary beside plain loops. */

import { assertEquals, assertThrows } from "@std/assert";
import type { Attack } from "../../src/attacks/attack.ts";
import { approach, decisions, start, type StartOptions, STARTS } from "../../src/attacks/decisions.ts";
import { makeAttack } from "../../src/attacks/make_attack.ts";
import { batch } from "../../src/data/batch.ts";
import { InputError } from "../../src/errors.ts";
import { matrix } from "../../src/matrix.ts";
import type { Classifier } from "../../src/models/classifier.ts";
import { searchOf } from "./decided.ts";
import { assertFollows, type Case, type Plain, plainModel, points, type Way } from "./followed.ts";

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
      const at = matrix(chunk.x.rows, chunk.constraint.inputs);
      const rows = yield* start(chunk, known, { at, starts });
      yield* approach(chunk, known, { at, rows, gap, done: 0.75 });
      return known.found;
    },
  });

const plainBack = (gap: number) => (way: Way<StartOptions>) => {
  const search = searchOf(way), at = search.start();
  if (at) search.approach(at, gap, 0.75);
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

Deno.test("a search by labels starts, and goes back to the boundary, as plain loops do", () => {
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
  assertFollows(back(1e-3), plainBack(1e-3), [...cases, {
    name: "with a size for each feature",
    ...{ plain: plainModel({ seed: 5 }), x },
    options: { epsilon: [10, 5, 0, 8], norm: "Linf", starts },
  }]);
  // a gap that is never reached
  assertFollows(back(0), plainBack(0), cases.slice(0, 1));
  assertFollows(back(0.25), plainBack(0.25), cases.slice(0, 1));
});

Deno.test("a search by labels looks at all starts and fifty draws before it gives up, and refuses starts that do not fit", () => {
  const { made, asked, predicted } = without(0), x = points(1);
  const examples = batch({ x: matrix(1, 4, x[0]), labels: [predicted(x[0])], classes: 3 });
  const starts = matrix(3, 4, points(3).flat());
  const { queries, fooled } = back(0.5)(made, examples, { epsilon: 1, target: 0, starts });
  assertEquals([queries[0], fooled[0]], [1 + 3 + 50, 0]);
  // those and the last judgement
  assertEquals(asked.length, 55);
  const wrong = () => back(0.5)(made, examples, { epsilon: 1, starts: matrix(1, 5) });
  assertThrows(wrong, InputError, "the model takes 4 inputs, those to start from have 5");
});
