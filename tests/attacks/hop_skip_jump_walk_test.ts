/** HopSkipJump beside its algorithm in plain loops. */

import { assertEquals } from "@std/assert";
import { hopSkipJump, type HopSkipJumpOptions } from "../../src/attacks/hop_skip_jump.ts";
import { batch } from "../../src/data/batch.ts";
import { heads } from "../../src/heads.ts";
import { matrix } from "../../src/matrix.ts";
import type { Classifier } from "../../src/models/classifier.ts";
import { assertClose } from "../support.ts";
import { drawn, searchOf } from "./decided.ts";
import { type Case, type Plain, plainModel, points, testFollows, type Way } from "./followed.ts";

/** Chen, Jordan and Wainwright 2020, algorithm 2, with a gap and probes that float32 tells. */
function plainHopSkipJump(way: Way<HopSkipJumpOptions>) {
  const { own, within, options, stream, nearest, far } = way, search = searchOf(way);
  const { steps = 64, probes = 100 } = options, { featureScale, norm } = within, D = own.length;
  let at = search.start();
  if (!at) return;
  const gap = Math.min(norm === "L2" ? D ** -1.5 : D ** -2, 1e-6);
  for (let t = 0; t < steps; t++) {
    at = search.approach(at, gap, t / steps);
    const here = at, count = Math.min(Math.floor(probes * Math.sqrt(t + 1)), 10_000);
    const size = Math.max(
      far(here) * (t === 0 ? 0.1 : 1 / D),
      Math.max(...here.map(Math.abs)) * Math.sqrt(D) / 2 ** 18,
    );
    // streams of 250 probes, eight of them a question
    const probed: { x: readonly number[]; hit: boolean }[] = [];
    for (let first = 0; first < count; first += 2000) {
      const all: number[][] = [];
      for (let from = first; from < Math.min(first + 2000, count); from += 250) {
        const rows = Math.min(250, count - from), own = stream.split("probes", t, from / 250);
        const draws = norm === "L2" ? drawn.normal(rows * D, own) : drawn.uniform(rows * D, own, -1, 1);
        for (let k = 0; k < rows; k++) {
          const u = draws.slice(k * D, (k + 1) * D),
            free = u.map((value, i) => featureScale[i] > 0 ? value : 0);
          all.push(here.map((value, i) => value + size * featureScale[i] * u[i] / Math.hypot(...free)));
        }
      }
      probed.push(...search.ask(all, t / steps));
    }
    const hits = probed.filter(({ hit }) => hit).length;
    const mean = hits % count === 0 ? 0 : 2 * hits / count - 1;
    const slope = here.map((value, i) =>
      featureScale[i] === 0 ? 0 : probed.reduce(
        (sum, { x, hit }) => sum + ((hit ? 1 : -1) - mean) * (x[i] - value) / (size * featureScale[i]),
        0,
      )
    );
    const length = Math.hypot(...slope);
    const direction = slope.map((each) => norm !== "L2" ? Math.sign(each) : length > 0 ? each / length : 0);
    for (let halving = 0, step = far(here) / Math.sqrt(t + 1); halving < 20; halving++, step /= 2) {
      const to = here.map((value, i) => value + step * featureScale[i] * direction[i]);
      const [{ x, hit }] = search.ask([to], t / steps);
      if (!hit) continue;
      at = x;
      break;
    }
  }
  search.approach(nearest.x, gap, 1);
}

const x = points(3), epsilon = 100;
const cases = (["L2", "Linf"] as const).flatMap((norm): Case<HopSkipJumpOptions>[] => [
  {
    name: `in ${norm} from noise`,
    ...{ plain: plainModel({ bend: 1 }), x },
    options: { epsilon, norm, steps: 3, probes: 12 },
  },
  {
    name: `in ${norm} in a box, a feature fixed, some wrong already`,
    ...{ plain: plainModel({ seed: 2 }), x, labels: [0, 1, 2] },
    options: { epsilon, norm, steps: 4, probes: 3, bounds: [-0.5, 1.25], fixed: [1], seed: 5 },
  },
  {
    name: `in ${norm} of one feature at a target`,
    ...{ plain: plainModel({ inputs: 1, seed: 3 }), x: points(2, 1) },
    options: { epsilon, norm, target: 2, steps: 3, probes: 1 },
  },
]);
testFollows(hopSkipJump, plainHopSkipJump, [...cases, {
  name: "with more probes than a question holds",
  ...{ plain: plainModel({ inputs: 2, classes: 2, seed: 6 }), x: points(1, 2) },
  options: { epsilon, norm: "L2", steps: 2, probes: 2000 },
}, {
  name: "with a size for each feature",
  ...{ plain: plainModel({ seed: 5 }), x: points(2) },
  options: { epsilon: [10, 5, 0, 8], norm: "Linf", steps: 2, probes: 20 },
}], { tolerance: 1e-5 });

/** A point beside the boundary of two classes, of numbers of about this size. */
function beside(plain: Plain, size: number): number[] {
  const from = points(1)[0].map((value) => size * value), { value, slopes } = plain.lead(from, 0, 1);
  const square = slopes.reduce((sum, slope) => sum + slope * slope, 0);
  return from.map((each, i) => Math.fround(each - (1 - 1e-7) * value / square * slopes[i]));
}

const two = plainModel({ classes: 2, bend: 0, offset: 0 }),
  many = plainModel({ inputs: 1500, classes: 2, seed: 3 });
const near: HopSkipJumpOptions & Case<object>["options"] = { epsilon: 1e6, norm: "L2", steps: 1, probes: 9 };
testFollows(hopSkipJump, plainHopSkipJump, [
  {
    name: "beside the boundary, a small example before a large one",
    ...{ plain: two, x: [beside(two, 0.01), beside(two, 1000)] },
    options: near,
  },
  {
    name: "of so many features that the gap is smaller",
    ...{ plain: many, x: points(1, 1500) },
    options: { epsilon, norm: "Linf", steps: 1, probes: 1 },
  },
], { tolerance: 1e-5 });

// among numbers of that size a tolerance counts from 0
testFollows(hopSkipJump, plainHopSkipJump, [
  { name: "beside the boundary, among small numbers", plain: two, x: [beside(two, 0.01)], options: near },
], { tolerance: 1e-7 });

Deno.test("hopSkipJump() asks of 2000 probes at once at most, all of an example", () => {
  const asked: number[] = [];
  const made: Classifier = {
    inputs: 1,
    classes: 2,
    head: heads.softmax,
    scores({ rows, data }) {
      asked.push(rows);
      return matrix(rows, 2, [...data].flatMap((x) => [0, x - 0.5]));
    },
  };
  const examples = batch({ x: matrix(23, 1), labels: new Array(23).fill(0), classes: 2 });
  const starts = matrix(1, 1, [1]), options = { epsilon: 9, steps: 1, probes: 87, starts };
  hopSkipJump(made, examples, { norm: "L2", ...options });
  // 23 · 87 are 2001
  assertEquals(asked.filter((rows) => rows !== 23), [22 * 87, 87]);
});

Deno.test("hopSkipJump() stays where no probe tells anything", () => {
  // what fools is the end of the bounds, to which half of the probes are moved back
  let asked = 0;
  const made: Classifier = {
    inputs: 1,
    classes: 2,
    head: heads.softmax,
    scores({ rows, data }) {
      asked += rows;
      return matrix(rows, 2, [...data].flatMap((x) => [0, x >= 1 ? 1 : -1]));
    },
  };
  const examples = batch({ x: matrix(1, 1), labels: [0], classes: 2 });
  for (let seed = 0; seed < 8; seed++) {
    asked = 0;
    const { x } = hopSkipJump(made, examples, {
      ...{ norm: "L2", epsilon: 9, bounds: [0, 1], seed },
      ...{ steps: 1, probes: 1, starts: matrix(1, 1, [1]) },
    });
    assertEquals(x.data[0], 1);
    // the example, the start, a bisection, a probe, a step that ends where it began, a bisection, and the judgement
    assertEquals(asked, 1 + 1 + 20 + 1 + 1 + 20 + 1, `seed ${seed}`);
  }
});

Deno.test("hopSkipJump() halves a step twenty times before it stays", () => {
  // what fools is a line, beside which nothing does
  const asked: number[][] = [];
  const made: Classifier = {
    inputs: 2,
    classes: 2,
    head: heads.softmax,
    scores({ rows, data }) {
      const points = Array.from({ length: rows }, (_, k) => [data[2 * k], data[2 * k + 1]]);
      asked.push(...points);
      return matrix(rows, 2, points.flatMap(([x, y]) => [0, x >= 2 && y === 0 ? 1 : -1]));
    },
  };
  const examples = batch({ x: matrix(1, 2), labels: [0], classes: 2 });
  hopSkipJump(made, examples, { norm: "L2", epsilon: 9, steps: 1, probes: 4, starts: matrix(1, 2, [4, 0]) });
  // the example, the start, a bisection, probes, the halvings, a bisection again, and the judgement
  assertEquals(asked.length, 1 + 1 + 20 + 4 + 20 + 20 + 1);
  const lengths = asked.slice(26, 46).map(([x, y]) => Math.hypot(x - 2, y));
  assertClose(lengths.slice(0, 12), Array.from({ length: 12 }, (_, k) => 2 ** (1 - k)), 1e-3);
});
