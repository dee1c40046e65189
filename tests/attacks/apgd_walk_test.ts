import { assert, assertEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { apgd } from "../../src/attacks/apgd.ts";
import { keeper } from "../../src/attacks/apgd_walk.ts";
import { constraint } from "../../src/constraints/mod.ts";
import { batch } from "../../src/data/batch.ts";
import { InputError } from "../../src/errors.ts";
import { matrix, rowsOf } from "../../src/matrix.ts";
import { rng } from "../../src/rng.ts";
import { assertClose, centralDifference, uniformMatrix } from "../support.ts";
import { asked, type Formula, quadratic, rowsIn } from "./asked.ts";

/** Two classes of four inputs, whose margin is greatest inside some of the balls and at the edge of others. */
const FORMULA = quadratic([[0, 0, 0, 0], [0.9, -0.4, 0.3, 0.2]], [[0, 0, 0, 0], [1.5, 1, 0.25, 2.5]]);
const X = uniformMatrix(6, 4, 8, { lo: 0, hi: 1 });
/** The same, farther from the boundary. */
const hard = (add: number): Formula => ({ ...FORMULA, scores: (x) => [add, FORMULA.scores(x)[1]] });
const HARD = hard(0.18);

type Point = Float64Array;
interface Rules {
  readonly norm: "Linf" | "L2" | "L1";
  readonly iterations: number;
  readonly rho: number;
  readonly stopEarly?: boolean;
}

/**
 * One walk on the margin of class 1 over class 0 from the example, as the papers have it (Croce and Hein 2020, algorithm 1;
 * Croce and Hein 2021, section 4): the points that are asked, and the best one.
 */
function walk(
  { scores, slopes }: Formula,
  { x, start, project, epsilon, bounds: [lo, hi] = [-Infinity, Infinity] }: {
    x: Point;
    start: Point;
    project: (at: ArrayLike<number>) => Point;
    epsilon: number;
    bounds?: readonly [number, number];
  },
  { norm, iterations, rho, stopEarly }: Rules,
): { points: Point[]; best: Point } {
  const points: Point[] = [], L1 = norm === "L1";
  const f = (at: Point) => Math.fround(scores(at)[1]) - Math.fround(scores(at)[0]);
  const slopeAt = (at: Point) => slopes(at)[1].map((slope, i) => Math.fround(slope - slopes(at)[0][i]));
  const direction = (g: number[], at: Point, share: number): number[] => {
    if (norm === "Linf") return g.map(Math.sign);
    if (norm === "L2") return g.map((slope) => slope / Math.hypot(...g));
    // a feature at a bound has no slope beyond it
    const free = g.map((slope, i) => slope > 0 ? at[i] < hi && slope : at[i] > lo && slope).map(Number);
    const sorted = free.map(Math.abs).sort((a, b) => a - b);
    const least = sorted[Math.min(Math.floor((1 - share) * g.length), g.length - 1)];
    const chosen = free.map((slope) => slope !== 0 && Math.abs(slope) >= least ? Math.sign(slope) : 0);
    return chosen.map((sign) => sign / Math.max(chosen.filter((each) => each !== 0).length, 1));
  };
  let at = start,
    before = start,
    best = start,
    top = -Infinity,
    size = L1 ? 1 : 2,
    share = 0.2,
    moved = x.length;
  const look = (part: number) => Math.max(Math.floor(part * iterations), 1);
  let period = look(L1 ? 0.04 : 0.22), since = 0, rises = 0, last = -Infinity, seen = NaN, reduced = true;
  for (let i = 0;; i++) {
    points.push(at);
    const value = f(at);
    if (i > 0 && value > last) rises++;
    last = value;
    if (value > top) [top, best] = [value, at];
    if (i === iterations || stopEarly && value > 0) break;
    if (i === 0 && L1) {
      const g = slopeAt(at), most = Math.max(...g.map(Math.abs));
      const far = project(at.map((v, j) => v + 1e6 * epsilon * g[j] / most));
      points.push(far);
      if (f(far) > top) [top, best] = [f(far), far];
      if (stopEarly && f(far) > 0) break;
      at = best;
    }
    if (i > 0 && ++since === period) {
      since = 0;
      if (L1) {
        const count = best.filter((v, j) => v !== x[j]).length;
        const fewer = count < 0.95 * moved;
        [share, moved] = [count / x.length / 1.5, count];
        size = fewer ? 1 : Math.max(size / 1.5, 0.1);
        if (fewer) at = best;
      } else {
        const stuck: boolean = !reduced && top === seen;
        reduced = rises <= rho * period || stuck;
        if (reduced) [size, at, last] = [size / 2, best, top];
        [seen, rises] = [top, 0];
        period = Math.max(period - look(0.03), look(0.06));
      }
    }
    const d = direction(slopeAt(at), at, share);
    let to = project(at.map((v, j) => v + size * epsilon * d[j]));
    if (i > 0 && !L1) to = project(at.map((v, j) => v + 0.75 * (to[j] - v) + 0.25 * (v - before[j])));
    [before, at] = [at, to];
  }
  return { points, best };
}

/** What `apgd` asks, and gives, beside what the walks of its examples do. */
function compare(
  options: Rules & {
    epsilon: number;
    bounds?: readonly [number, number];
    onProgress?: (done: number) => void;
    randomStart?: boolean;
  },
  formula = FORMULA,
  x = X,
) {
  const model = asked(formula);
  const labels = new Int32Array(x.rows);
  const attacked = apgd(model, batch({ x, labels, classes: 2 }), {
    ...{ loss: "margin", randomStart: false },
    ...options,
  });
  const { norm, epsilon, bounds, iterations } = options;
  const all = constraint(x.cols, { norm, epsilon, bounds });
  const walks = rowsIn(x).map((own, row) => {
    const project = (at: ArrayLike<number>) => {
      const m = matrix(1, x.cols, Float32Array.from(at));
      all.project(m, matrix(1, x.cols, Float32Array.from(own)));
      return Float64Array.from(m.data);
    };
    const first = matrix(1, x.cols, Float32Array.from(own));
    if (options.randomStart) {
      all.around(matrix(1, x.cols, first.data.slice())).sample(
        first,
        () => rng(0).split(row).split("walk", 0),
      );
    }
    return walk(formula, { ...options, x: own, start: rowsIn(first)[0], project }, options);
  });
  const { questions } = model;
  // the last question is the judge's
  for (let i = 0; i + 1 < questions.length; i++) {
    const open = walks.flatMap(({ points }) => points[i] ? [points[i]] : []);
    assertClose(
      questions[i].x.flatMap((row) => [...row]),
      open.flatMap((row) => [...row]),
      2e-6,
      `${options.norm}, question ${i}`,
    );
    // the last gradient is not followed
    assertEquals(questions[i].ask, i === iterations + Number(norm === "L1") ? "scores" : "gradient");
  }
  const most = Math.max(...walks.map(({ points }) => points.length));
  assertEquals(questions.length, most + 1);
  assertClose(attacked.x.data, walks.flatMap(({ best }) => [...best]), 2e-6, options.norm);
  return { walks, attacked };
}

Deno.test("apgd() walks as the paper's algorithm does, from checkpoint to checkpoint, and reports its progress", () => {
  for (const [norm, bounds] of [["Linf", undefined], ["L2", undefined], ["L2", [0, 1]]] as const) {
    for (const rho of [0.25, 0.75]) {
      const seen: number[] = [];
      const onProgress = (done: number) => seen.push(done);
      const iterations = 32;
      compare({ norm, bounds, epsilon: 0.3, iterations, rho, onProgress });
      assertClose(seen, Array.from({ length: 34 }, (_, i) => i < 33 ? i / 33 : 1), 1e-12);
    }
  }
});

Deno.test("apgd() in L1 leaps, and moves the features of the greatest slopes", () => {
  for (const bounds of [undefined, [0, 1]] as const) {
    compare({ norm: "L1", bounds, epsilon: 0.6, iterations: 60, rho: 0.75 });
  }
});

Deno.test("apgd() in L1 leaps to the far end of the feature of the greatest slope, however large the ball and small the slope", () => {
  for (const scale of [1e-7, 1 / 3]) {
    const model = asked(quadratic([[0, 0, 0], [-scale, 3 * scale, 2 * scale]], [[0, 0, 0], [0, 0, 0]]));
    const x = uniformMatrix(2, 3, 4), given = { norm: "L1", epsilon: 2000, iterations: 1 } as const;
    apgd(model, batch({ x, labels: [0, 0], classes: 2 }), { ...given, randomStart: false });
    model.questions[1].x.forEach((far, row) =>
      assertClose(far, rowsIn(x)[row].map((v, i) => i === 1 ? v + 2000 : v), 1e-6)
    );
  }
});

Deno.test("apgd() that stops early ends each walk where it fools, after the leap too, and continues the others", () => {
  const many = uniformMatrix(12, 4, 8, { lo: 0, hi: 1 });
  for (const [norm, epsilon] of [["Linf", 0.6], ["L2", 0.6], ["L1", 0.9]] as const) {
    for (const [add, rho] of [[0.18, 0.75], [0.18, 0.25], [0.15, 0.1]]) {
      const given = { norm, epsilon, iterations: 30, rho, stopEarly: true };
      const { walks, attacked } = compare(given, hard(add), many);
      const lengths = new Set(walks.map(({ points }) => points.length));
      assert(lengths.size > 2, `${norm}: ${[...lengths]}`);
      assertEquals([...attacked.queries], walks.map(({ points }) => points.length));
      assert(attacked.fooled.includes(1), norm);
    }
    // a single example, which is never fooled
    compare({ norm, epsilon: 0.2, iterations: 10, rho: 0.75, stopEarly: true }, HARD, rowsOf(many, 11, 12));
    compare({ norm, epsilon, iterations: 10, rho: 0.75, randomStart: true }, HARD);
  }
});

Deno.test("keeper() prefers inputs that fool, then those of greater loss", () => {
  const x = matrix(2, 1, [5, 6]), m = matrix(1, 1);
  const { out, offer } = keeper(matrix(2, 1), x);
  assertEquals([...out.data], [5, 6]);
  const after = (row: number, hit: number, loss: number, value: number) => {
    m.data[0] = value;
    offer(row, { m, i: 0, hit, loss });
    return [...out.data];
  };
  assertEquals(after(0, 0, -9, 1), [1, 6]);
  assertEquals(after(0, 0, -9, 2), [1, 6]);
  assertEquals(after(0, 0, -8, 3), [3, 6]);
  assertEquals(after(0, 1, -10, 4), [4, 6]);
  assertEquals(after(0, 0, 9, 7), [4, 6]);
  assertEquals(after(0, 1, -10, 8), [4, 6]);
  assertEquals(after(1, 1, 0, 9), [4, 9]);
});

Deno.test("apgd() with a grid walks as without, evaluates the best point on it, and restarts the examples not fooled yet", () => {
  const epsilon = 0.5, grid = [4, 4, 0, 8], iterations = 12;
  const onGrid = matrix(
    6,
    4,
    X.data.map((v, i) => grid[i % 4] ? Math.round(v * grid[i % 4]) / grid[i % 4] : v),
  );
  for (const norm of ["L2", "Linf"] as const) {
    const examples = batch({ x: onGrid, labels: new Int32Array(6), classes: 2 });
    const given = { norm, epsilon, iterations, loss: "margin", randomStart: false, stopEarly: true } as const;
    const free = asked(HARD), held = asked(HARD);
    // without a grid, but to the end
    apgd(free, examples, { ...given, stopEarly: false });
    const progress: number[] = [];
    const onProgress = (done: number) => progress.push(done);
    const attacked = apgd(held, examples, { ...given, grid, restarts: 2, onProgress });
    const first = free.questions.slice(0, iterations + 1);
    assertEquals(held.questions.slice(0, iterations + 1), first, norm);
    assertEquals(progress, progress.toSorted((a, b) => a - b));
    assertEquals(progress.at(-1), 1);
    const all = constraint(4, { norm, epsilon, grid });
    const margin = (x: Point) => Math.fround(HARD.scores(x)[1]) - Math.fround(HARD.scores(x)[0]);
    const best = matrix(
      6,
      4,
      rowsIn(onGrid).flatMap((_, i) => {
        const points = first.map(({ x }) => x[i]), values = points.map(margin);
        return [...points[values.indexOf(Math.max(...values))]];
      }),
    );
    all.project(best, onGrid);
    // the grid is shown between the walks; the second asks of what it did not fool, and ends with the judge
    const shown = held.questions[iterations + 1],
      left = rowsIn(best).flatMap((x, i) => margin(x) > 0 ? [] : [i]);
    assertEquals(shown, { ask: "scores", x: rowsIn(best) });
    assert(left.length > 0 && left.length < 6, `${left}`);
    assertEquals(
      held.questions.slice(iterations + 2, -1),
      first.map(({ ask, x }) => ({ ask, x: left.map((i) => x[i]) })),
    );
    assertEquals(rowsIn(attacked.x), rowsIn(best));
  }
});

/** Four classes of three inputs. */
const FOUR = quadratic(
  [[0.9, 0.2, -0.3], [-0.4, 0.8, 0.1], [0.3, -0.7, 0.6], [0.1, 0.4, -0.9]],
  [[0.3, 0.1, 0.2], [0.2, 0.4, 0.1], [0.1, 0.2, 0.5], [0.3, 0.2, 0.1]],
);

type Loss = "own" | "crossEntropy" | "margin" | "dlr";
/** What a walk away from `y`, or toward `t`, raises, in double (Croce and Hein 2020, section 4). */
function goalOf(
  loss: Loss,
  x: Float64Array,
  { y, t, ratio }: { y: number; t?: number; ratio: boolean },
): number {
  const z = FOUR.scores(x), falling = z.toSorted((a, b) => b - a);
  const other = Math.max(...z.filter((_, c) => c !== (t ?? y)));
  if (loss === "margin" || loss === "dlr") {
    // toward a class in turn from the label; toward the target of a caller from the best of the others
    const lead = t === undefined ? other - z[y] : ratio ? z[t] - z[y] : z[t] - other;
    if (loss === "margin" || t !== undefined && !ratio) return lead;
    return lead / (falling[0] - (ratio ? (falling[2] + falling[3]) / 2 : falling[2]));
  }
  const log = Math.log(z.reduce((sum, each) => sum + Math.exp(each), 0));
  return t === undefined ? log - z[y] : z[t] - log;
}

const WAYS = [
  {},
  { target: 2 },
  { targets: 1 },
  { targets: 2 },
  // all fooled before the last walk
  { restarts: 4, epsilon: 4 },
  { targets: 9, randomStart: false },
  { labels: "predicted" },
  { targets: 3, labels: "predicted" },
  { restarts: 2, targets: 2, randomStart: false },
] as const;

Deno.test("apgd() raises the given loss, and keeps inputs that fool, or else the one of greatest loss", () => {
  const iterations = 5, x = uniformMatrix(8, 3, 3), rows = rowsIn(x);
  const predict = (at: Float64Array) => {
    const z = FOUR.scores(at);
    return z.indexOf(Math.max(...z));
  };
  // the last is misclassified already
  const truth = Int32Array.from(rows, (row, i) => (predict(row) + Number(i === 7)) % 4);
  for (const loss of ["own", "crossEntropy", "margin", "dlr"] as const) {
    for (const way of WAYS) {
      // a label that comes third, and is fooled, leaves no slope
      if (loss === "dlr" && "epsilon" in way) continue;
      const { target, targets = 0, labels = "true", randomStart, restarts = 1, epsilon = 0.45 } = way as
        & {
          [K in "target" | "targets" | "restarts" | "epsilon"]?: number;
        }
        & { labels?: "true" | "predicted"; randomStart?: boolean };
      const model = asked(FOUR), name = `${loss} ${JSON.stringify(way)}`;
      const attacked = apgd(model, batch({ x, labels: truth, classes: 4 }), {
        ...{ norm: "L2", epsilon, iterations, loss, ...way },
      });
      const questions = model.questions.slice(0, -1);
      // the target class comes first
      if (targets > 0 || labels === "predicted") {
        assertEquals(questions.shift(), { ask: "scores", x: rows }, name);
      }
      const y = labels === "predicted" ? rows.map(predict) : [...truth];
      const fools = (i: number, at: Float64Array) =>
        target === undefined ? predict(at) !== truth[i] : predict(at) === target;
      const aims = Math.max(Math.min(targets, 3), 1);
      const asks = new Array(8).fill(model.questions.length - 1 - questions.length);
      const all = rows.map((): { at: Float64Array; goal: number; fools: boolean }[] => []);
      let open = rows.map((_, i) => i);
      for (let walk = 0; walk < aims * restarts && open.length > 0; walk++) {
        const own = questions.splice(0, iterations + 1);
        open.forEach((i, k) => {
          const falling = FOUR.scores(rows[i]).map((z, c) => [z, c]).filter(([, c]) => c !== y[i])
            .sort(([a], [b]) => b - a);
          const t = target ?? (targets > 0 ? falling[walk % aims][1] : undefined);
          const goal = (at: Float64Array) => goalOf(loss, at, { y: y[i], t, ratio: targets > 0 });
          const points = own.map(({ x }) => x[k]);
          asks[i] += iterations + 1;
          if (randomStart === false) assertEquals(points[0], rows[i], name);
          // the first step is of 2ε along the gradient, and back to the ball
          const g = points[0].map((_, j) => centralDifference(goal, points[0].slice(), j, 1e-4));
          const far = points[0].map((v, j) => v + 2 * epsilon * g[j] / Math.hypot(...g) - rows[i][j]);
          assertClose(
            points[1],
            far.map((v, j) => rows[i][j] + v * epsilon / Math.hypot(...far)),
            1e-4,
            name,
          );
          points.forEach((at) => all[i].push({ at, goal: goal(at), fools: fools(i, at) }));
        });
        open = open.filter((i) => !all[i].some(({ fools }) => fools));
      }
      assertEquals([...questions], [], name);
      assertEquals([...attacked.queries], asks, name);
      rowsIn(attacked.x).forEach((found, i) => {
        const best = all[i].filter((each) => each.fools === (attacked.fooled[i] === 1));
        assertEquals(attacked.fooled[i] === 1, all[i].some(({ fools }) => fools), name);
        const kept = best.find(({ at }) => at.every((v, j) => v === found[j]));
        assert(kept && kept.goal >= Math.max(...best.map(({ goal }) => goal)) - 1e-6, name);
      });
    }
  }
});

Deno.test("apgd() without a random start begins in the middle of the allowed box in L∞, and else at the example", () => {
  const x = matrix(2, 3, [0.1, 0.5, -0, 0.9, -0, -0]);
  for (const norm of ["Linf", "L2", "L1"] as const) {
    const model = asked({ ...FOUR });
    apgd(model, batch({ x, labels: [0, 1], classes: 4 }), {
      ...{ norm, epsilon: 0.3, iterations: 1, randomStart: false },
      bounds: [[0, 1], [-1, 1], [-1, 0]],
    });
    const middle = norm === "Linf" ? [0.2, 0.5, -0.15, 0.8, 0, -0.15] : [...x.data];
    assertClose(model.questions[0].x.flatMap((row) => [...row]), middle, 1e-6, norm);
  }
});

Deno.test("apgd() takes the margin for dlr with a target or too few classes, and says so; targets do not go with a target", () => {
  const of = (classes: number) =>
    asked(quadratic(new Array(classes).fill([1, 2]), new Array(classes).fill([1, 0])));
  const lossOf = (classes: number, more: object) => {
    const one = batch({ x: matrix(1, 2), labels: [0], classes });
    return apgd(of(classes), one, { epsilon: 0.1, iterations: 1, loss: "dlr", ...more }).conditions.options
      .loss;
  };
  assertEquals([2, 3, 4].map((classes) => lossOf(classes, {})), ["margin", "dlr", "dlr"]);
  for (const targets of [1, 2]) {
    assertEquals([2, 3, 4].map((classes) => lossOf(classes, { targets })), ["margin", "margin", "dlr"]);
    assertThrows(() => lossOf(4, { targets, target: 1 }), InputError, "targets does not go with a target");
  }
  assertEquals(lossOf(4, { target: 1 }), "margin");
  assertEquals(lossOf(2, { loss: "own" }), "own");
});
