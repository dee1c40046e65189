import { assert, assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { jsma } from "../../src/attacks/jsma.ts";
import { batch } from "../../src/data/batch.ts";
import { heads } from "../../src/heads.ts";
import { matrix } from "../../src/matrix.ts";
import { assertClose, uniformMatrix } from "../support.ts";
import { asked, type Formula, quadratic, rowsIn } from "./asked.ts";

/** Classes that are each the most probable somewhere in the unit cube. */
const THREE = quadratic(
  [[0.9, 0.2, -0.3, 0.5, -0.6], [-0.4, 0.8, 0.1, -0.7, 0.4], [0.3, -0.7, 0.6, 0.2, 0.1]],
  [[0.3, 0.1, 0.2, 0.1, 0.1], [0.2, 0.4, 0.1, 0.2, 0.1], [0.1, 0.2, 0.5, 0.3, 0.2]],
);
const LONE = quadratic([[1.2, -0.9, 0.6, -0.7, -0.3]], [[0.4, 0.2, 0.3, 0.1, 0.2]], heads.binary);
/** The same, less steep. */
const FLAT = quadratic(
  [[0.09, 0.02, -0.03, 0.05, -0.06], [-0.04, 0.08, 0.01, -0.07, 0.04], [0.03, -0.07, 0.06, 0.02, 0.01]],
  [[0.03, 0.01, 0.02, 0.01, 0.01], [0.02, 0.04, 0.01, 0.02, 0.01], [0.01, 0.02, 0.05, 0.03, 0.02]],
);

interface Given {
  readonly target?: number;
  readonly stepSize?: number;
  readonly steps: number;
  readonly bounds?: readonly [number, number];
  readonly fixed?: readonly number[];
}

/** Scores of all classes, where there is one those of half of it and half of its negative. */
const all = (z: number[]) => z.length === 1 ? [-z[0] / 2, z[0] / 2] : z;
const best = (z: number[]) => z.indexOf(Math.max(...z));

/** Every pair of features that may gain, or one alone, by Papernot et al. (2016, algorithm 3). */
function pairOf(up: number[], down: number[], mayMove: (i: number, way: number) => boolean) {
  let found: { features: number[]; way: number; product: number; sum: number } | undefined;
  for (const way of [1, -1]) {
    const useful = up.flatMap((u, i) => way * (u - down[i]) > 0 && mayMove(i, way) ? [i] : []);
    for (const p of useful) {
      for (const q of useful.filter((q) => q >= p)) {
        const features = p === q ? [p] : [p, q];
        const [raise, lower] = [up, down].map((slopes) =>
          way * features.reduce((sum, i) => sum + slopes[i], 0)
        );
        const product = raise > 0 && lower < 0 ? -raise * lower : 0, sum = raise - lower;
        const better = !found ||
          (product > 0 || found.product > 0 ? product > found.product : sum > found.sum);
        if (better) found = { features, way, product, sum };
      }
    }
  }
  return found;
}

function compare(formula: Formula, given: Given) {
  const { target, stepSize = Infinity, steps, bounds: [lo, hi] = [-Infinity, Infinity], fixed = [] } = given;
  const X = uniformMatrix(9, 5, 17, { lo: 0.1, hi: 0.9 }),
    model = asked(formula),
    name = JSON.stringify(given);
  const labels = Int32Array.from(rowsIn(X), (x) => best(all(formula.scores(x))));
  assertEquals(new Set(labels).size, formula.classes);
  const progress: number[] = [];
  const attacked = jsma(model, batch({ x: X, labels, classes: formula.classes }), {
    ...{ ...given, epsilon: 5, refinements: 0, onProgress: (done) => progress.push(done) },
  });
  const fools = (x: Float64Array, i: number) =>
    target === undefined
      ? best(all(formula.scores(x))) !== labels[i]
      : best(all(formula.scores(x))) === target;
  const rounds: Float64Array[][] = Array.from({ length: steps }, () => []),
    after = rounds.map((): Float64Array[] => []);
  const queries = new Array(9).fill(1);
  const ends = rowsIn(X).map((own, i) => {
    let at = own;
    for (let step = 0; step < steps && !fools(at, i); step++) {
      rounds[step].push(at);
      const z = all(formula.scores(at)), slopes = formula.slopes(at);
      const classes = slopes.length === 1
        ? [slopes[0].map((s) => -s / 2), slopes[0].map((s) => s / 2)]
        : slopes;
      const aim = target ?? best(z.map((each, c) => c === labels[i] ? -Infinity : each));
      const others = classes.filter((_, c) => c !== aim);
      const down = own.reduce<number[]>(
        (sums, _, j) => [...sums, others.reduce((sum, s) => sum + s[j], 0)],
        [],
      );
      const length = (j: number, way: number) => {
        const room = Math.min(way > 0 ? hi - at[j] : at[j] - lo, stepSize);
        return fixed.includes(j) ? 0 : room === Infinity ? 1 : room;
      };
      const pair = pairOf(classes[aim], down, (j, way) => length(j, way) > 0);
      at = at.map((value, j) =>
        pair?.features.includes(j)
          ? Math.min(Math.max(Math.fround(value + pair.way * length(j, pair.way)), lo), hi)
          : value
      );
      after[step].push(at);
      queries[i] += 3;
      if (!pair) break;
    }
    return fools(at, i) ? at : own;
  });
  const expected = [rowsIn(X), ...rounds.flatMap((own, k) => own.length > 0 ? [own, own, after[k]] : [])];
  const { questions } = model;
  assertEquals(questions.map(({ ask, x }) => [ask, x.length]), [
    ...expected.map(({ length }, i) => [i % 3 === 0 ? "scores" : "gradient", length]),
    ["scores", 9],
  ], name);
  expected.forEach((own, i) =>
    assertClose(
      questions[i].x.flatMap((x) => [...x]),
      own.flatMap((x) => [...x]),
      1e-6,
      `${name}, question ${i}`,
    )
  );
  assertClose(attacked.x.data, ends.flatMap((x) => [...x]), 1e-6, name);
  assertEquals([...attacked.queries], queries, name);
  progress.slice(1, -1).forEach((done, i) => {
    const step = Math.floor(i / 3) + (i % 3 === 2 ? 0.5 : 0);
    if (i < expected.length - 1) assertClose([done], [step / steps], 1e-9, name);
  });
  return attacked;
}

Deno.test("jsma() moves the pair of the greatest salience, or of the greatest sum, until it fools or none is left", () => {
  for (const formula of [THREE, LONE, FLAT]) {
    for (const bounds of [[0, 1], undefined] as const) {
      for (const target of [undefined, 1]) {
        compare(formula, { steps: 6, bounds, target });
        compare(formula, { steps: 9, bounds, target, stepSize: 0.25 });
      }
    }
    compare(formula, { steps: 2, stepSize: 0.0625 });
    compare(formula, { steps: 4, fixed: [0, 3], bounds: [0, 1] });
    const { fooled } = compare(formula, { steps: 4, fixed: [0, 1, 2, 4], bounds: [0, 1] });
    assert(fooled.includes(0));
  }
});

/** The features that one step moves, from 0 up, by the slopes of two classes of which the first is the label. */
function movedBy(slopes: readonly (readonly number[])[]): number[] {
  const inputs = slopes[0].length, x = matrix(1, inputs);
  const model = asked({
    ...{ inputs, classes: 2 },
    scores: () => [1, 0],
    slopes: () => slopes.map((own) => [...own]),
  });
  jsma(model, batch({ x, labels: [0], classes: 2 }), {
    epsilon: 2,
    steps: 1,
    bounds: [0, 1],
    refinements: 0,
  });
  const moved = model.questions[3].x[0];
  return [...moved.keys()].filter((i) => moved[i] !== 0);
}

Deno.test("jsma() looks for its pair among the 64 features of the greatest slopes", () => {
  // the first feature raises one class and lowers the other, a little; the others raise both, the second class more
  const salient = (many: number) =>
    movedBy([[-0.125, ...new Array(many).fill(1)], [0.125, ...new Array(many).fill(2)]]);
  assertEquals([salient(63), salient(64)], [[0], [1, 2]]);
});

Deno.test("jsma() moves no feature that gains nothing by itself", () => {
  // with the second the product were 1.5 · 2.5 in place of 1 · 3
  assertEquals(movedBy([[-3, 0.5], [1, 0.5]]), [0]);
  assertEquals(movedBy([[-3, 0.5], [1, 0.75]]), [0, 1]);
});

Deno.test("jsma() takes the pair of the greatest product, however small, before that of the greatest sum", () => {
  // 1.1 · 0.3 and their sum 1.4, beside 0.6 · 0.6
  assertEquals(movedBy([[-0.001, -0.3, -0.3], [0.8, 0.3, 0.3]]), [1, 2]);
});
