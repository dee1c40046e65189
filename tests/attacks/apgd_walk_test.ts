import { assert, assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { apgd } from "../../src/attacks/apgd.ts";
import { keeper } from "../../src/attacks/apgd_walk.ts";
import { constraint } from "../../src/constraints/mod.ts";
import { batch } from "../../src/data/batch.ts";
import { matrix } from "../../src/matrix.ts";
import { assertClose, uniformMatrix } from "../support.ts";
import { asked, type Formula, quadratic, rowsIn } from "./asked.ts";

/** Two classes of four inputs, whose margin is greatest inside some of the balls and at the edge of others. */
const FORMULA = quadratic([[0, 0, 0, 0], [0.9, -0.4, 0.3, 0.2]], [[0, 0, 0, 0], [1.5, 1, 0.25, 2.5]]);
const X = uniformMatrix(6, 4, 8, { lo: 0, hi: 1 });
/** The same, less near the boundary. */
const HARD: Formula = { ...FORMULA, scores: (x) => [FORMULA.scores(x)[0] + 0.18, FORMULA.scores(x)[1]] };

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
  { x, project, epsilon, bounds: [lo, hi] = [-Infinity, Infinity] }: {
    x: Point;
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
    // what leans on a bound has no slope beyond it
    const free = g.map((slope, i) => slope > 0 ? at[i] < hi && slope : at[i] > lo && slope).map(Number);
    const sorted = free.map(Math.abs).sort((a, b) => a - b);
    const least = sorted[Math.min(Math.floor((1 - share) * g.length), g.length - 1)];
    const chosen = free.map((slope) => slope !== 0 && Math.abs(slope) >= least ? Math.sign(slope) : 0);
    return chosen.map((sign) => sign / Math.max(chosen.filter((each) => each !== 0).length, 1));
  };
  let at = x, before = x, best = x, top = -Infinity, size = L1 ? 1 : 2, share = 0.2, moved = x.length;
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
  },
  formula = FORMULA,
  x = X,
) {
  const model = asked(formula);
  const labels = new Int32Array(x.rows);
  const attacked = apgd(model, batch({ x, labels, classes: 2 }), {
    ...options,
    ...{ loss: "margin", randomStart: false },
  });
  const { norm, epsilon, bounds, iterations } = options;
  const all = constraint(x.cols, { norm, epsilon, bounds });
  const walks = rowsIn(x).map((own) => {
    const project = (at: ArrayLike<number>) => {
      const m = matrix(1, x.cols, Float32Array.from(at));
      all.project(m, matrix(1, x.cols, Float32Array.from(own)));
      return Float64Array.from(m.data);
    };
    return walk(formula, { ...options, x: own, project }, options);
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
    // nobody follows the last gradient
    assertEquals(questions[i].ask, i === iterations + Number(norm === "L1") ? "scores" : "gradient");
  }
  const most = Math.max(...walks.map(({ points }) => points.length));
  assertEquals(questions.length, most + 1);
  assertClose(attacked.x.data, walks.flatMap(({ best }) => [...best]), 2e-6, options.norm);
  return { walks, attacked };
}

Deno.test("apgd() walks as the paper's algorithm does, from look to look, and tells how much is done", () => {
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

Deno.test("apgd() that stops early ends each walk where it fools, after the leap too, and goes on with the others", () => {
  for (const [norm, epsilon] of [["Linf", 0.6], ["L2", 0.6], ["L1", 0.9]] as const) {
    const { walks, attacked } = compare(
      { norm, epsilon, iterations: 30, rho: 0.75, stopEarly: true },
      HARD,
      uniformMatrix(12, 4, 8, { lo: 0, hi: 1 }),
    );
    const lengths = new Set(walks.map(({ points }) => points.length));
    assert(lengths.size > 3, `${norm}: ${[...lengths]}`);
    assertEquals([...attacked.queries], walks.map(({ points }) => points.length));
    assert(attacked.fooled.includes(0) && attacked.fooled.includes(1), norm);
  }
});

Deno.test("keeper() keeps what fools before what does not, then what has the greater loss", () => {
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

Deno.test("apgd() with a grid walks as without, shows the best point on it, and walks again from what still stands", () => {
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
    const attacked = apgd(held, examples, { ...given, grid, restarts: 2 });
    const first = free.questions.slice(0, iterations + 1);
    assertEquals(held.questions.slice(0, iterations + 1), first, norm);
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
