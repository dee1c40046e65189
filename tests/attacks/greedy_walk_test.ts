import { assert, assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { greedyTabular } from "../../src/attacks/greedy_tabular.ts";
import type { ConstraintOptions } from "../../src/constraints/constraint.ts";
import { constraint } from "../../src/constraints/mod.ts";
import { batch } from "../../src/data/batch.ts";
import { type Matrix, matrix } from "../../src/matrix.ts";
import { predict } from "../../src/predict.ts";
import { assertClose, uniformMatrix } from "../support.ts";
import { asked, quadratic, rowsIn } from "./asked.ts";

/** Three classes of two numbers, a category of three and another of two. */
const FORMULA = quadratic(
  [[0.9, 0.2, -0.3, 0.5, 0.1, 0.2, -0.1], [-0.4, 0.8, 0.1, -0.6, 0.3, -0.2, 0.4], [
    0.3,
    -0.7,
    0.6,
    0.2,
    -0.5,
    0.1,
    0.3,
  ]],
  [[0.9, 0.4, 0, 0, 0, 0, 0], [0.2, 1.4, 0, 0, 0, 0, 0], [1, 0.2, 0, 0, 0, 0, 0]],
);
const GROUPS = [[2, 3, 4], [5, 6]];
const N = 8;

/** Numbers on quarters, and categories. */
const X = matrix(
  N,
  7,
  rowsIn(uniformMatrix(N, 2, 3)).flatMap(([a, b], i) => {
    const x = [Math.round(a * 4) / 4, Math.round(b * 4) / 4, 0, 0, 0, 0, 0];
    x[2 + i % 3] = x[5 + i % 2] = 1;
    return x;
  }),
);

type Given = Pick<ConstraintOptions, "grid" | "fixed" | "bounds" | "oneHot"> & {
  norm: "Linf" | "L2" | "L1";
  epsilon: number | number[];
  moves?: number;
  target?: number;
  x?: Matrix;
};

/** What is tried from `at`: the ends of what is left, half of it, the start, a step of the grid; and other categories. */
function tries(given: Given, own: Float64Array, at: Float64Array): Float64Array[] {
  const { norm, epsilon, grid, fixed = [], oneHot = [] } = given, out: Float64Array[] = [];
  const all = constraint(7, { norm, epsilon, grid, fixed, oneHot, bounds: given.bounds });
  const cost = (i: number) => norm === "L2" ? (at[i] - own[i]) * (at[i] - own[i]) : Math.abs(at[i] - own[i]);
  const unspent = (size: number) =>
    own.reduce((left, _, i) => left - cost(i), norm === "L2" ? size * size : size);
  const grouped = oneHot.flatMap((group) => Array.from(group));
  const change = (values: Record<number, number>) => {
    const to = matrix(1, 7, Float32Array.from(at, (v, i) => values[i] ?? v));
    all.project(to, matrix(1, 7, Float32Array.from(own)));
    out.push(Float64Array.from(to.data));
  };
  own.forEach((start, i) => {
    if (grouped.includes(i) || Array.from(fixed).includes(i)) return;
    const size = typeof epsilon === "number" ? epsilon : epsilon[i];
    // the last millionth is left to rounding
    const rest = Math.max(unspent(size) + cost(i), 0);
    const left = norm === "Linf" ? all.sizes[i] : norm === "L2" ? Math.sqrt(rest) : rest;
    const reach = norm === "Linf" ? left : left * (1 - 1e-6);
    if (reach === 0) return;
    for (const d of [reach, -reach, reach / 2, -reach / 2, 0]) change({ [i]: start + d });
    const steps = typeof grid === "number" ? grid : grid?.[i] ?? 0;
    if (steps > 0) { for (const d of [1 / steps, -1 / steps]) change({ [i]: at[i] + d }); }
  });
  for (const group of oneHot) {
    for (const j of Array.from(group)) {
      if (at[j] !== 1) change(Object.fromEntries(Array.from(group, (i) => [i, Number(i === j)])));
    }
  }
  const seen = new Set([at.join()]);
  return out.filter((x) => !seen.has(x.join()) && seen.add(x.join()));
}

function compare({ x = X, ...given }: Given) {
  const { moves = 50, target } = given, name = JSON.stringify(given);
  const best = (x: Float64Array) => FORMULA.scores(x).indexOf(Math.max(...FORMULA.scores(x)));
  const labels = Int32Array.from(rowsIn(x), (x, i) => (best(x) + Number(i === 3)) % 3);
  const model = asked(FORMULA), progress: number[] = [];
  const attacked = greedyTabular(model, batch({ x, labels, classes: 3 }), {
    ...given,
    onProgress: (done) => progress.push(done),
  });
  const asks: Float64Array[][] = Array.from({ length: moves + 1 }, () => []),
    queries = new Array(x.rows).fill(1);
  const ends = rowsIn(x).map((own, row) => {
    const fools = (x: Float64Array) => target === undefined ? best(x) !== labels[row] : best(x) === target;
    const value = (x: Float64Array) => {
      const z = FORMULA.scores(x).map(Math.fround), y = target ?? labels[row];
      const lead = Math.max(...z.filter((_, c) => c !== y)) - z[y];
      return target === undefined ? lead : -lead;
    };
    let at = own;
    asks[0].push(own);
    for (let move = 0; move < moves && !fools(at); move++) {
      const tried = tries(given, own, at);
      asks[move + 1].push(...tried);
      queries[row] += tried.length;
      const hits = tried.filter(fools), among = hits.length > 0 ? hits : tried;
      const values = among.map(value), top = Math.max(...values);
      if (among.length === 0 || hits.length === 0 && top <= value(at)) break;
      at = among[values.indexOf(top)];
    }
    return at;
  });
  const expected = asks.filter((rows) => rows.length > 0);
  const flat = (rows: readonly Float64Array[]) => rows.flatMap((row) => [...row]);
  assertEquals(
    model.questions.map(({ x }) => x.length),
    [...expected.map(({ length }) => length), x.rows],
    name,
  );
  expected.forEach((rows, i) => assertClose(flat(model.questions[i].x), flat(rows), 1e-6, name));
  assertClose(attacked.x.data, flat(ends), 1e-6, name);
  assertEquals([...attacked.queries], queries, name);
  expected.forEach((_, i) => assertClose([progress[i]], [Math.max(i - 1, 0) / moves], 1e-9, name));
  return { attacked, expected };
}

Deno.test("greedyTabular() tries each feature and category, and takes what fools or raises the margin most", () => {
  for (const norm of ["Linf", "L2", "L1"] as const) {
    const epsilon = { Linf: 0.25, L2: 0.6, L1: 0.75 }[norm];
    const { attacked, expected } = compare({ norm, epsilon });
    assert(attacked.fooled.includes(0) && expected.length > 2, norm);
    compare({ norm, epsilon, moves: 2, target: 1 });
    compare({ norm, epsilon: 1.5, bounds: [-1, 1], oneHot: GROUPS, fixed: [1] });
    compare({
      norm,
      epsilon: norm === "Linf" ? 1 : 2.5,
      bounds: [-1, 1],
      oneHot: GROUPS,
      grid: [4, 4, 0, 0, 0, 0, 0],
      moves: 3,
    });
    compare({ norm, epsilon: 0.3, grid: [0, 4, 0, 0, 0, 0, 0], fixed: [2, 3, 4, 5, 6] });
  }
  // three steps of a whole, of which the half is none
  const whole = matrix(X.rows, 7, X.data.map(Math.round));
  for (const norm of ["Linf", "L1"] as const) {
    compare({ norm, epsilon: 3, grid: 1, x: whole, fixed: [2, 3, 4, 5, 6] });
  }
  compare({ norm: "Linf", epsilon: [0.5, 0, 0.125, 0, 0, 0, 0.25], moves: 3 });
});

Deno.test("greedyTabular() asks of some two thousand inputs at once, and gives the same as one by one", () => {
  const x = uniformMatrix(150, 7, 9), model = asked(FORMULA);
  const examples = batch({ x, labels: predict(model, x).predicted, classes: 3 });
  const given = { epsilon: 0.125, moves: 1 };
  const { x: all } = greedyTabular(model, examples, given);
  const sizes = model.questions.slice(2, -1).map(({ x }) => x.length);
  assert(sizes.length > 1 && sizes.slice(0, -1).every((size) => size >= 2000 && size < 2035), `${sizes}`);
  rowsIn(x).forEach((own, i) => {
    if (i % 30 > 0) return;
    const one = batch({ x: matrix(1, 7, Float32Array.from(own)), labels: [examples.labels[i]], classes: 3 });
    assertEquals(rowsIn(greedyTabular(asked(FORMULA), one, given).x)[0], rowsIn(all)[i]);
  });
});

Deno.test("greedyTabular() leaves an example where nothing can move, and attacks the next", () => {
  // a quarter is less than float32 tells of the first; the second has two ways to go, and is better than the first
  const line = quadratic([[0], [-1e-9]], [[0], [0]]),
    model = asked({ ...line, scores: (x) => [1, line.scores(x)[1]] });
  const examples = batch({ x: matrix(2, 1, [1e8, 0.25]), labels: [0, 0], classes: 2 });
  const attacked = greedyTabular(model, examples, { epsilon: 0.25, bounds: [0, 1e8], grid: 4, moves: 1 });
  assertEquals([...attacked.x.data], [1e8, 0]);
  assertEquals([...attacked.queries], [1, 3]);
  // one way alone is tried too
  const up = quadratic([[0], [1]], [[0], [0]]), easy = asked({ ...up, scores: (x) => [1, up.scores(x)[1]] });
  const edge = batch({ x: matrix(1, 1, [0]), labels: [0], classes: 2 });
  assertEquals([...greedyTabular(easy, edge, { epsilon: 0.25, bounds: [0, 1], grid: 4, moves: 1 }).x.data], [
    0.25,
  ]);
  // five values for each feature
  assertEquals(greedyTabular.asks?.(3), 15);
});
