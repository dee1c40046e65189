import "../../src/runtime/inlined.ts";
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { fgsm, pgd, signNoise } from "../../src/attacks/mod.ts";
import { constraint } from "../../src/constraints/mod.ts";
import type { ConstraintOptions } from "../../src/constraints/constraint.ts";
import { batch, select } from "../../src/data/batch.ts";
import { attackSteps, fools, stageSteps } from "../../src/evaluate/cascade.ts";
import type { Stage } from "../../src/evaluate/efforts.ts";
import { firstStanding } from "../../src/evaluate/standing.ts";
import { heads } from "../../src/heads.ts";
import { type Matrix, matrix } from "../../src/matrix.ts";
import type { Differentiable } from "../../src/models/classifier.ts";
import { predict } from "../../src/predict.ts";
import { rng } from "../../src/rng.ts";

/** Class 1 where w·x > 0, in exact arithmetic where the inputs are short; `seen` hears how many rows each call has. */
function plane(w: readonly number[], seen: (rows: number) => void = () => {}): Differentiable {
  const scores = ({ rows, cols, data }: Matrix) => {
    seen(rows);
    const out = matrix(rows, 2);
    for (let i = 0; i < rows; i++) w.forEach((each, j) => out.data[2 * i + 1] += each * data[i * cols + j]);
    return out;
  };
  return {
    inputs: w.length,
    classes: 2,
    head: heads.softmax,
    scores,
    inputGradient(x, dScores) {
      const { data } = dScores(scores(x), 0);
      const gradient = w.map((each) => Array.from({ length: x.rows }, (_, i) => each * data[2 * i + 1]));
      return matrix(
        x.rows,
        w.length,
        Array.from({ length: x.rows }, (_, i) => gradient.map((g) => g[i])).flat(),
      );
    },
  };
}

const FGSM: Stage = { name: "one step", attack: "fgsm", options: {}, role: "single" };
const PGD: Stage = { name: "steps", attack: "pgd", options: { steps: 3 } };
const NOISE: Stage = { name: "noise", attack: "signNoise", options: { restarts: 2 }, role: "noise" };

const LONG_NOISE: Stage = { ...NOISE, options: { restarts: 20 } };

/** The result of a stage, and the values that it yields. */
function tried(
  model: Differentiable,
  rows: readonly (readonly number[])[],
  labels: readonly number[],
  {
    norm = "Linf",
    epsilon = 0.5,
    stage = FGSM,
    chunk = 250,
    late = () => false,
    seed = 3,
    from = 0,
    ...rest
  }:
    & Partial<Omit<ConstraintOptions, "norm"> & Omit<Parameters<typeof stageSteps>[2], "limits" | "standing">>
    & { norm?: "Linf" | "L2" | "L1"; epsilon?: number } = {},
) {
  const x = matrix(rows.length, model.inputs, rows.flat());
  const examples = batch({ x, labels, classes: 2 });
  const limits = constraint(model.inputs, { norm, epsilon, ...rest }) as Parameters<
    typeof stageSteps
  >[2]["limits"];
  const standing = firstStanding(predict(model, x).predicted, examples, limits);
  const told: [number, number[]][] = [], fractions: number[] = [];
  const onFooled = (i: number, found: Float32Array) => void told.push([i, Array.from(found)]);
  const walk = stageSteps(model, examples, { standing, stage, limits, seed, late, chunk, from, onFooled });
  for (let step = walk.next();; step = walk.next()) {
    if (step.done) return { ...step.value, standing, told, fractions, examples, limits };
    fractions.push(step.value);
  }
}

Deno.test("stageSteps() leaves the nearest of the 64ths of the way that fool, and none that do not", () => {
  // in one input the distance to the boundary at 0 is the input itself; a tie is class 0
  const places = Array.from({ length: 66 }, (_, k) => k / 128);
  const { standing, told, finding } = tried(plane([1]), places.map((d) => [d]), places.map(() => 1));
  // that at 0 is wrong as it is
  assertEquals(Array.from(standing.size), places.map((d) => d <= 0.5 ? d : Infinity));
  assertEquals(standing.by, places.map((d) => d === 0 ? "clean" : d <= 0.5 ? "one step" : null));
  assertEquals(told, places.map((_, k): [number, number[]] => [k, [0]]).slice(1, 65));
  assertEquals(finding, {
    stage: FGSM,
    epsilon: 0.5,
    open: 65,
    newlyFooled: places.map((_, k) => k).slice(1, 65),
    zeroGradients: 0,
  });
  // at the boundary itself label 0 is right: one 64th more is needed, and at the end of the way none is left
  const other = tried(plane([1]), places.map((d) => [-d]), places.map(() => 0)).standing;
  assertEquals(Array.from(other.size), places.map((d) => d < 0.5 ? d + 1 / 128 : Infinity));
});

Deno.test("stageSteps() counts the attack's queries and six halvings for the examples that it fools, and none for examples fooled before", () => {
  const rows = [[0.25], [0.75], [-0.25], [0.125]];
  const { standing } = tried(plane([1]), rows, [1, 1, 1, 1]);
  const examples = batch({ x: matrix(1, 1, [0.25]), labels: [1], classes: 2 });
  const [own] = fgsm(plane([1]), examples, { epsilon: 0.5 }).queries;
  assert(own > 0);
  assertEquals(Array.from(standing.queries), [own + 6, own, 0, own + 6]);
  let calls = 0;
  tried(plane([1], () => calls++), [[0.75]], [1]);
  const [without, halvings] = [calls, 6];
  calls = 0;
  tried(plane([1], (rows) => assert(rows > 0) ?? calls++), [[0.25]], [1]);
  assertEquals(calls, without + halvings, "nothing is asked about no rows, and six times about some");
});

Deno.test("stageSteps() shortens nothing where inputs take single values, and counts no halvings", () => {
  const { standing, told } = tried(plane([1]), [[0.25]], [1], { grid: 4 });
  assertEquals([standing.size[0], told], [0.5, [[0, [-0.25]]]]);
  const examples = batch({ x: matrix(1, 1, [0.25]), labels: [1], classes: 2 });
  assertEquals(standing.queries, fgsm(plane([1]), examples, { epsilon: 0.5, grid: 4 }).queries);
});

Deno.test("stageSteps() measures its results in the norm of the constraint", () => {
  const w = [3, 4], x = [0.25, 0.125];
  const sizes = (["Linf", "L2", "L1"] as const).map((norm) => {
    const { told: [[, found]], standing } = tried(plane(w), [x], [1], { norm, epsilon: 0.75 });
    const moves = found.map((each, j) => Math.abs(each - x[j]));
    const size = { Linf: Math.max(...moves), L2: Math.hypot(...moves), L1: moves[0] + moves[1] }[norm];
    assertAlmostEquals(standing.size[0], size, 1e-12, norm);
    return size;
  });
  // 1.25 is the score, which falls by the dual norm of w a unit: 7, 5 and 4; found to a 64th of 0.75
  [7, 5, 4].forEach((dual, i) => {
    const exact = 1.25 / dual;
    assert(sizes[i] >= exact - 1e-6 && sizes[i] <= exact + 0.75 / 64 + 1e-6, `${sizes[i]} for ${exact}`);
  });
  const spread = tried(plane([1, 1]), [[0.25, 0.25]], [1], { norm: "L1", epsilon: 0.75, stage: LONG_NOISE });
  const [[, found]] = spread.told;
  assertAlmostEquals(spread.standing.size[0], 0.5 - found[0] - found[1], 1e-6);
});

Deno.test("stageSteps() yields the part of all examples that is done, chunk by chunk, and gives the same in each", () => {
  const rows = Array.from({ length: 7 }, (_, i) => [0.1 * (i - 1)]), labels = rows.map(() => 1);
  const whole = tried(plane([1]), rows, labels);
  for (const chunk of [1, 2, 5]) {
    const { finding, standing, complete } = tried(plane([1]), rows, labels, { chunk });
    assertEquals([finding, standing, complete], [whole.finding, whole.standing, true]);
    const { fractions } = tried(plane([1]), rows, labels, { chunk, stage: PGD });
    // x = −0.1 and 0 are wrong as they are
    const expected: number[] = [];
    for (let first = 0; first < 5; first += chunk) {
      const count = Math.min(chunk, 5 - first);
      const part = select(whole.examples, Array.from({ length: count }, (_, k) => 2 + first + k));
      for (const step of pgd.steps(plane([1]), part, { epsilons: [0.5], ...PGD.options })) {
        expected.push((first + step * count) / 5);
      }
    }
    assertEquals(fractions, expected);
  }
});

Deno.test("stageSteps() draws for each example by its place in the whole", () => {
  const model = plane([1, 1, 1, 1]), rows = Array.from({ length: 8 }, () => [0.25, 0.125, 0, 0.0625]);
  const whole = tried(model, rows, rows.map(() => 1), { stage: NOISE });
  const part = tried(model, rows.slice(3), rows.slice(3).map(() => 1), { stage: NOISE, from: 3 });
  assertEquals(
    part.told,
    whole.told.slice(-part.told.length).map(([i, x]): [number, number[]] => [i - 3, x]),
  );
  assert(part.told.length > 1 && part.told.length < 5, `${part.told.length}`);
  assertEquals(part.standing.by, whole.standing.by.slice(3));
});

Deno.test("stageSteps() stops between two queries when it is late, and keeps the results of earlier chunks", () => {
  const rows = [[0.125], [0.25], [0.375], [0.4375]], labels = [1, 1, 1, 1];
  const perChunk = tried(plane([1]), rows, labels, { chunk: 2 }).fractions.length / 2;
  for (let after = 0; after <= 2 * perChunk; after++) {
    let asked = 0;
    const { finding, complete, standing } = tried(plane([1]), rows, labels, {
      chunk: 2,
      late: () => asked++ >= after,
    });
    const chunks = Math.floor(after / perChunk);
    assertEquals([finding.open, finding.newlyFooled], [2 * chunks, [0, 1, 2, 3].slice(0, 2 * chunks)]);
    assertEquals(complete, chunks === 2);
    assertEquals(standing.by.filter((by) => by !== null).length, 2 * chunks);
  }
});

Deno.test("stageSteps() counts examples without a gradient, chunk by chunk", () => {
  const flat = { ...plane([1]), inputGradient: ({ rows }: Matrix) => matrix(rows, 1) };
  const { finding } = tried(flat, [[0.1], [-0.1], [0.2], [0.3]], [1, 1, 1, 1], { chunk: 2 });
  assertEquals([finding.open, finding.zeroGradients, finding.newlyFooled], [3, 3, []]);
});

Deno.test("attackSteps() draws by the stage's name, the size and the seed, and each example by its place", () => {
  const model = plane(new Array<number>(8).fill(1));
  const x = matrix(3, 8, new Array<number>(24).fill(0.5));
  const examples = batch({ x, labels: [1, 1, 1], classes: 2 });
  const drawn = (stage: Stage, { epsilon = 0.25, seed = 3, places = [0, 1, 2] } = {}) => {
    const walk = attackSteps(model, { ...examples, places }, stage, constraint(8, { epsilon }), seed);
    for (let step = walk.next();; step = walk.next()) if (step.done) return step.value;
  };
  const { x: found, queries } = drawn(NOISE);
  const seed = rng(3).split("noise", "0.25").key;
  const alone = signNoise(model, examples, { epsilon: 0.25, restarts: 2, seed });
  assertEquals([found, queries], [alone.x, alone.queries]);
  const signs = (m: Matrix) => Array.from(m.data, (each) => each > 0.5);
  const differs = (other: Matrix) => signs(other).some((each, i) => each !== signs(found)[i]);
  assert(differs(drawn({ ...NOISE, name: "other" }).x));
  assert(differs(drawn(NOISE, { epsilon: 0.125 }).x));
  assert(differs(drawn(NOISE, { seed: 4 }).x));
  const later = drawn(NOISE, { places: [2, 1, 0] }).x;
  assertEquals(later.data.slice(0, 8), found.data.slice(16));
});

Deno.test("attackSteps() gives noise the size of the constraint in its own norm, on the inputs that may move", () => {
  const model = plane([1, 1, 1, 1, 1]);
  const examples = batch({ x: matrix(1, 5, [0.5, 0.5, 0.5, 0.5, 0.5]), labels: [1], classes: 2 });
  for (const fixed of [undefined, [1]]) {
    const free = fixed ? 4 : 5;
    for (
      const [norm, step] of [["Linf", 0.25], ["L2", 0.25 / Math.sqrt(free)], ["L1", 0.25 / free]] as const
    ) {
      for (const role of ["noise", undefined] as const) {
        const limits = constraint(5, { epsilon: 0.25, norm, fixed, bounds: [0, 1] });
        const stage: Stage = role ? NOISE : FGSM;
        const walk = attackSteps(model, examples, stage, limits, 0);
        let step0 = walk.next();
        while (!step0.done) step0 = walk.next();
        const moves = Array.from(step0.value.x.data, (each) => Math.abs(each - 0.5));
        if (role) {
          moves.forEach((move, j) => assertAlmostEquals(move, fixed?.includes(j) ? 0 : step, 1e-7, norm));
        } else {
          // another attack keeps the norm: of slopes that are all alike L1 takes one
          assertAlmostEquals(Math.max(...moves), norm === "L2" ? step : 0.25, 1e-7, norm);
        }
      }
    }
  }
  const still = constraint(5, { epsilon: 0.25, norm: "L2", fixed: [0, 1, 2, 3, 4] });
  const walk = attackSteps(model, examples, NOISE, still, 0);
  let step = walk.next();
  while (!step.done) step = walk.next();
  assertEquals(step.value.x, examples.x, "where nothing may move, nothing does");
});

Deno.test("fools() asks about the allowed float32 input nearest to a point", () => {
  const example = batch({ x: matrix(1, 1, [0.25]), labels: [1], classes: 2 });
  const at = (point: number, more: object = {}) =>
    fools(plane([1]), example, [point], constraint(1, { epsilon: 0.5, ...more }));
  assertEquals([at(0.125), at(0), at(-0.125), at(-9)], [false, true, true, true]);
  assertEquals(at(-9, { bounds: [0.125, 1] }), false);
  assertEquals(at(-9, { epsilon: 0.125 }), false);
  const two = batch({ x: matrix(1, 2, [0.25, 0.5]), labels: [1], classes: 2 });
  const near = (x0: number, x1: number, more: object = {}) =>
    fools(plane([1, -1]), two, [x0, x1], constraint(2, { epsilon: 0.5, ...more }));
  assertEquals([near(0.5, 0.25), near(0.25, 0.5), near(9, -9), near(9, -9, { fixed: [0] })], [
    ...[false, true, false, false],
  ]);
  assertEquals(near(9, 0.375, { fixed: [0] }), true);
});
