import { assert, assertEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { pgd, type PgdOptions } from "../../src/attacks/pgd.ts";
import { constraint } from "../../src/constraints/mod.ts";
import { batch } from "../../src/data/batch.ts";
import { InputError } from "../../src/errors.ts";
import { type Matrix, matrix } from "../../src/matrix.ts";
import { rng } from "../../src/rng.ts";
import { assertClose, uniformMatrix } from "../support.ts";
import { asked, inParts, quadratic, rowsIn } from "./asked.ts";

/** Two classes of three inputs: the lead of class 1 is concave. */
const FORMULA = quadratic([[0, 0, 0], [0.9, -0.4, 0.3]], [[0, 0, 0], [1.5, 1, 0.25]]);
const HARD = { ...FORMULA, scores: (x: Float64Array) => [0.17, FORMULA.scores(x)[1]] };
const ROWS = 8;
const X = uniformMatrix(ROWS, 3, 8, { lo: 0, hi: 1 });
const SIZES = { Linf: 0.4, L2: 0.5, L1: 0.7 };

type Point = Float64Array;
type Norm = keyof typeof SIZES;
type Given = PgdOptions & {
  norm: Norm;
  x?: Matrix;
  bounds?: readonly [number, number];
  grid?: number;
  target?: number;
};

/** The questions and the results of the walks of all examples, by Madry et al. (2018) and Dong et al. (2018), in double. */
function walks(given: Given) {
  const { norm, steps = 40, restarts = 1, randomStart = true, momentum = 0, stopEarly, bounds, grid } = given;
  const epsilon = SIZES[norm], stepSize = given.stepSize ?? 2.5 * epsilon / steps;
  const [lo, hi] = bounds ?? [-Infinity, Infinity];
  const allowed = constraint(3, { norm, epsilon, bounds, grid }),
    free = constraint(3, { norm, epsilon, bounds });
  const moved = (
    at: Point,
    by: (m: ReturnType<typeof matrix>, own: ReturnType<typeof matrix>) => void,
    own: Point,
  ) => {
    const m = matrix(1, 3, Float32Array.from(at));
    by(m, matrix(1, 3, Float32Array.from(own)));
    return Float64Array.from(m.data);
  };
  const fools = (x: Point) => Math.fround(HARD.scores(x)[1]) > Math.fround(HARD.scores(x)[0]);
  const direction = (g: Point, at: Point): ArrayLike<number> => {
    if (norm === "Linf") return g.map(Math.sign);
    if (norm === "L2") return g.map((slope) => slope / Math.hypot(...g));
    // a feature at a bound has no slope beyond it
    const open = g.map((slope, i) => steps > 1 && (slope > 0 ? at[i] >= hi : at[i] <= lo) ? 0 : slope);
    const best = open.map(Math.abs).indexOf(Math.max(...open.map(Math.abs)));
    return open.map((slope, i) => i === best ? Math.sign(slope) : 0);
  };
  return rowsIn(given.x ?? X).map((own, row) => {
    const asks: { walk: number; step: number; at: Point }[] = [];
    for (let walk = 0;; walk++) {
      let at = own, v = new Float64Array(3);
      if (randomStart) {
        const stream = rng(0).split(row).split("walk", walk);
        at = moved(
          own,
          (m) => free.around(matrix(1, 3, Float32Array.from(own))).sample(m, () => stream),
          own,
        );
      }
      let step = 0;
      for (; step < steps; step++) {
        asks.push({ walk, step, at });
        if (stopEarly && !grid && step > 0 && fools(at)) return { asks, end: at };
        let g = Float64Array.from(HARD.slopes(at)[1]);
        if (momentum > 0) {
          const sum = g.reduce((a, b) => a + Math.abs(b), 0);
          g = v = v.map((value, i) => momentum * value + g[i] / sum);
        }
        const d = direction(g, at);
        // a step stays within bounds, and then comes back to the ball
        at = moved(
          at.map((value, i) => Math.min(Math.max(value + stepSize * d[i], lo), hi)),
          (m, x) => free.project(m, x),
          own,
        );
      }
      if (grid) at = moved(at, (m, x) => allowed.project(m, x), own);
      if (walk + 1 === restarts) return { asks, end: at };
      asks.push({ walk, step, at });
      if (fools(at)) return { asks, end: at };
    }
  });
}

/** Rows of `X`. */
const select = (...rows: number[]) => matrix(rows.length, 3, rows.flatMap((row) => [...rowsIn(X)[row]]));
/** At bounds; the greatest slope of the last leads past one. */
const CORNERS = matrix(4, 3, [1, 0, 0.5, 0, 1, 0.25, 0.5, 0.5, 1, 0.35, 0, 0.5]);

function compare(given: Given) {
  const { norm, steps = 40, restarts = 1, x = X, ...options } = given;
  const model = asked(HARD), name = JSON.stringify(given), progress: number[] = [];
  const labels = new Int32Array(x.rows).fill(given.target ?? 0);
  const attacked = pgd(model, batch({ x, labels, classes: 2 }), {
    ...{ epsilon: SIZES[norm], loss: "margin", norm, steps, restarts, ...options },
    onProgress: (done) => progress.push(done),
  });
  const expected = walks(given);
  assertEquals([...attacked.queries], expected.map(({ asks }) => asks.length), name);
  // rounds of questions, of those that still ask
  const rounds = new Map<number, Point[]>();
  for (const { asks } of expected) {
    for (const { walk, step, at } of asks) {
      const round = walk * (steps + 1) + step;
      rounds.set(round, [...rounds.get(round) ?? [], at]);
    }
  }
  const order = [...rounds.keys()].sort((a, b) => a - b);
  assertEquals(model.questions.length, order.length + 1, name);
  order.forEach((round, i) => {
    const { ask, x } = model.questions[i], step = round % (steps + 1), walk = Math.floor(round / (steps + 1));
    assertEquals([ask, x.length], [step < steps ? "gradient" : "scores", rounds.get(round)!.length], name);
    assertClose(x.flatMap((row) => [...row]), rounds.get(round)!.flatMap((row) => [...row]), 1e-5, name);
    assertClose([progress[i]], [(walk + step / steps) / restarts], 1e-9, name);
  });
  assertClose(attacked.x.data, expected.flatMap(({ end }) => [...end]), 1e-5, name);
  return { expected, attacked };
}

const NORMS = ["Linf", "L2", "L1"] as const;

Deno.test("pgd() takes the steps of its formula, from the streams' points or the examples, with momentum too", () => {
  for (const norm of NORMS) {
    compare({ norm });
    compare({ norm, steps: 5, randomStart: false, bounds: [0, 1] });
    compare({ norm, steps: 6, momentum: 0.8, randomStart: false });
    compare({ norm, steps: 4, stepSize: 0.05, momentum: 1, bounds: [0, 1] });
    compare({ norm, steps: 1, randomStart: false, bounds: [0, 1] });
    compare({ norm, steps: 4, target: 1 });
    // one step counts the greatest slope even at a bound, two steps do not
    for (const steps of [1, 2]) compare({ norm, steps, randomStart: false, bounds: [0, 1], x: CORNERS });
  }
});

Deno.test("pgd() restarts on examples not fooled yet, and ends early where it fools", () => {
  for (const norm of NORMS) {
    for (const momentum of [0, 0.5]) {
      const { attacked } = compare({ norm, steps: 3, restarts: 3, momentum });
      assert(attacked.fooled.includes(0) && new Set(attacked.queries).size > 1, norm);
      const { expected } = compare({ norm, steps: 10, restarts: 2, momentum, stopEarly: true });
      assert(new Set(expected.map(({ asks }) => asks.length)).size > 2, norm);
    }
    compare({ norm, steps: 2, stopEarly: true, restarts: 2 });
    // one alone goes on where the other has ended
    const alike = { norm, steps: 10, stopEarly: true, randomStart: false };
    const { fooled } = compare(alike).attacked;
    const { attacked } = compare({ ...alike, x: select(fooled.indexOf(1), fooled.indexOf(0)) });
    assertEquals([...attacked.fooled], [1, 0], norm);
  }
});

Deno.test("pgd() with a grid rounds where each walk ends, and only then looks whether it fools", () => {
  const grid = 8, x = matrix(ROWS, 3, X.data.map((value) => Math.round(value * grid) / grid));
  X.data.set(x.data);
  for (const norm of NORMS) {
    const { attacked } = compare({ norm, grid, steps: 4, restarts: 2, stopEarly: true });
    assert(attacked.x.data.every((value) => Number.isInteger(value * grid)));
  }
});

/** Three classes, whose divergence turns with what they are compared with. */
const THREE = quadratic(
  [[0.9, 0.2, -0.3], [-0.4, 0.8, 0.1], [0.3, -0.7, 0.6]],
  [[0.3, 0.1, 0.2], [0.2, 0.4, 0.1], [0.1, 0.2, 0.5]],
);

Deno.test("pgd() up the divergence follows KL(p(x) ‖ p(x′)) for any labels, and for the examples that are left too", () => {
  const softmax = (x: Point) => {
    const e = THREE.scores(x).map(Math.exp), sum = e.reduce((a, b) => a + b, 0);
    return e.map((each) => each / sum);
  };
  const best = (x: Point) => THREE.scores(x).indexOf(Math.max(...THREE.scores(x)));
  const truth = Int32Array.from(rowsIn(X), (x, i) => i % 3 === 0 ? (best(x) + 1) % 3 : best(x));
  const given = {
    norm: "L2",
    loss: "divergence",
    steps: 3,
    stepSize: 0.05,
    restarts: 2,
    epsilon: 0.4,
  } as const;
  const model = asked(THREE), examples = batch({ x: X, labels: truth, classes: 3 });
  const { x: whole } = pgd(model, examples, given);
  assertEquals(pgd(inParts(asked(THREE)), examples, given).x, whole);
  const [clean, ...questions] = model.questions;
  assertEquals(clean, { ask: "scores", x: rowsIn(X) });
  const all = constraint(3, { norm: "L2", epsilon: 0.4 });
  let left = rowsIn(X).map((_, i) => i);
  for (const walk of [0, 1]) {
    const own = questions.slice(4 * walk, 4 * walk + 4);
    for (const step of [0, 1, 2]) {
      assertEquals(own[step].x.length, left.length);
      left.forEach((row, k) => {
        const at = own[step].x[k], p = softmax(rowsIn(X)[row]), q = softmax(at);
        // ∇ KL = Σ_c (q_c − p_c) ∇s_c
        const g = at.map((_, i) => THREE.slopes(at).reduce((sum, own, c) => sum + (q[c] - p[c]) * own[i], 0));
        const far = matrix(1, 3, Float32Array.from(at, (value, i) => value + 0.05 * g[i] / Math.hypot(...g)));
        all.project(far, matrix(1, 3, Float32Array.from(rowsIn(X)[row])));
        // the last point of the last walk is the judge's
        if (step < 2 || walk === 0) assertClose(own[step + 1].x[k], far.data, 1e-4, `${walk} ${step} ${row}`);
      });
    }
    if (walk > 0) continue;
    const fooled = own[3].x.map((x, k) => best(x) !== truth[left[k]]);
    left = left.filter((_, k) => !fooled[k]);
    assert(left.length > 0 && left.length < ROWS, `${left}`);
  }
  assertThrows(() => pgd(asked(THREE), examples, { ...given, target: 1 }), InputError, "toward no target");
});

Deno.test("pgd() that stops early takes one step on an example that is misclassified already", () => {
  const wrong = batch({ x: X, labels: rowsIn(X).map(() => 1), classes: 2 });
  const given = { epsilon: 0.05, steps: 4, randomStart: false, loss: "margin" } as const;
  const early = pgd(asked(HARD), wrong, { ...given, stopEarly: true });
  assertEquals([...early.queries], new Array(ROWS).fill(2));
  const one = pgd(asked(HARD), wrong, { ...given, steps: 1, stepSize: 2.5 * 0.05 / 4 });
  assertEquals(early.x, one.x);
});

Deno.test("pgd() with momentum continues where the slope is 0, and stays where it has been 0 from the start", () => {
  const flat = {
    ...FORMULA,
    slopes: (x: Point) => [[0, 0, 0], x[0] > 0.5 || x[0] < 0 ? [0, 0, 0] : [1, 0, 0]],
  };
  const examples = batch({ x: matrix(2, 3, [0.375, 0, 0, -0.5, 0, 0]), labels: [0, 0], classes: 2 });
  for (const norm of NORMS) {
    const given = {
      norm,
      epsilon: 1,
      steps: 5,
      stepSize: 0.125,
      randomStart: false,
      loss: "margin",
    } as const;
    const firsts = (momentum: number) =>
      rowsIn(pgd(asked(flat), examples, { ...given, momentum }).x).map(([x]) => x);
    assertClose(firsts(0.5), [1, -0.5], 1e-6, norm);
    assertClose(firsts(0), [0.625, -0.5], 1e-6, norm);
  }
});
