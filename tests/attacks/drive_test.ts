import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import type { Attack } from "../../src/attacks/attack.ts";
import type { Outcome } from "../../src/attacks/outcome.ts";
import { makeAttack } from "../../src/attacks/make_attack.ts";
import { CHUNK } from "../../src/attacks/plan.ts";
import type { Chunk } from "../../src/attacks/query.ts";
import { constraint } from "../../src/constraints/mod.ts";
import { batch } from "../../src/data/batch.ts";
import { InputError } from "../../src/errors.ts";
import { heads } from "../../src/heads.ts";
import { type Matrix, matrix, rowsOf } from "../../src/matrix.ts";
import type { Classifier } from "../../src/models/classifier.ts";
import { predict } from "../../src/predict.ts";
import { rng } from "../../src/rng.ts";
import { integer } from "../../src/schema.ts";
import { assertClose, uniformMatrix } from "../support.ts";
import { asked, quadratic, rowsIn } from "./asked.ts";

const FORMULA = quadratic([[0.9, 0.2], [-0.4, 0.8], [0.3, -0.7]], [[0.3, 0.1], [0.2, 0.4], [0.1, 0.2]]);

const examples = (rows: number) =>
  batch({
    x: uniformMatrix(rows, 2, 3),
    labels: Int32Array.from({ length: rows }, (_, i) => i % 3),
    classes: 3,
  });

/** Moves each input by a number drawn from its stream, of the size, and asks what its options say. */
const dice: Attack<{ asks?: number }, Classifier> = makeAttack({
  name: "dice",
  summary: "Moves by chance",
  needs: "labels",
  norms: ["Linf", "L2"],
  options: { asks: integer("Questions", { min: 0, default: 0 }) },
  *run({ x, region, rng, matrix }, { asks }) {
    const out = matrix("out");
    for (let i = 0; i < x.rows; i++) {
      const stream = rng(i);
      out.data.set([stream.next() - 0.5, stream.next() - 0.5], 2 * i);
    }
    region.step(out, x, { direction: out });
    region.relax(out);
    for (let k = 0; k < asks; k++) yield { ask: "labels", x: out, done: k / asks };
    return out;
  },
});

/** What `dice` makes of one example. */
const moved = (own: Float64Array, place: number, { seed = 0, epsilon = 0.25 } = {}) => {
  const stream = rng(seed).split(place);
  return own.map((v) => Math.fround(v + epsilon * Math.sign(stream.next() - 0.5)));
};

Deno.test("attacks work on chunks of 250, each example with the stream of its place, and join their results", () => {
  for (
    const [rows, options] of [[601, {}], [250, { seed: 4, first: 7 }], [251, {}], [3, { first: 1 }]] as const
  ) {
    const model = asked(FORMULA), given = examples(rows), progress: number[] = [];
    const found = dice(model, given, {
      ...options,
      epsilon: 0.25,
      asks: 2,
      onProgress: (done) => progress.push(done),
    });
    const { seed = 0, first = 0 } = options as { seed?: number; first?: number };
    const x = matrix(rows, 2, rowsIn(given.x).flatMap((own, i) => [...moved(own, first + i, { seed })]));
    assertEquals(found.x, x);
    const { predicted, confidence, probabilities } = predict(asked(FORMULA), x);
    assertEquals([found.predicted, found.confidence, found.probabilities], [
      predicted,
      confidence,
      probabilities,
    ]);
    assertEquals([...found.fooled], Array.from(predicted, (c, i) => Number(c !== given.labels[i])));
    assertEquals([...found.queries], new Array(rows).fill(2));
    assertEquals([found.zeroGradients, found.attack, found.epsilon, found.original], [
      0,
      "dice",
      0.25,
      given.x,
    ]);
    const sizes = Array.from(
      { length: Math.ceil(rows / CHUNK) },
      (_, k) => Math.min(CHUNK, rows - k * CHUNK),
    );
    // two questions and the judge's
    assertEquals(model.questions.map(({ x }) => x.length), sizes.flatMap((size) => [size, size, size]));
    const parts = sizes.flatMap((_, k) => [k / sizes.length, (k + 0.5) / sizes.length]);
    assertClose(progress, [...parts, 1], 1e-12);
  }
  // by places that are told
  const places = [9, 4, 0], given = { ...examples(3), places };
  assertEquals(
    rowsIn(dice(asked(FORMULA), given, { epsilon: 0.25, first: 100 }).x),
    rowsIn(given.x).map((own, i) => moved(own, places[i])),
  );
});

Deno.test("attacks on no examples ask nothing and give nothing", () => {
  const model = asked(FORMULA), progress: number[] = [];
  const found = dice(model, examples(0), { epsilon: 1, onProgress: (done) => progress.push(done) });
  assertEquals([found.x.rows, found.x.cols, found.probabilities.cols, found.fooled.length], [0, 2, 3, 0]);
  assertEquals([model.questions, progress], [[], [1]]);
  assertEquals(dice.sweep(model, examples(3), { epsilons: [] }), []);
});

/** Follows the gradient of a score from the inputs themselves, and asks again of some rows. */
const chunks: Chunk[] = [];
const climb = makeAttack({
  name: "climb",
  summary: "Steps along a score",
  needs: "gradients",
  options: {},
  *run(chunk) {
    chunks.push(chunk);
    const { x, region, matrix } = chunk;
    const dScores = (d: Matrix) => d.data.forEach((_, i) => d.data[i] = Number(i % 3 === 1));
    const first = yield { ask: "scores", x };
    const scores = first.scores.data.slice();
    assertEquals([first.scores.rows, first.scores.cols], [x.rows, 3]);
    const { gradient } = yield { ask: "gradient", x, key: "one", dScores };
    region.step(gradient, x, { direction: gradient });
    const out = matrix("out");
    out.data.set(gradient.data);
    // written over, as attacks may
    gradient.data.fill(9);
    const again = yield { ask: "scores", x };
    assertEquals([again.scores.rows, again.scores.data], [x.rows, scores]);
    yield { ask: "gradient", x, dScores };
    const rows = Int32Array.of(x.rows - 1);
    const last = matrix("last", 1);
    last.data.set(rowsOf(out, x.rows - 1, x.rows).data);
    const { fooled, predicted } = yield { ask: "gradient", x: last, rows, dScores };
    const own = predicted()[0], aim = chunk.target?.[x.rows - 1];
    const hit = aim === undefined ? own !== chunk.labels[x.rows - 1] : own === aim;
    assertEquals([...fooled()], [Number(hit)]);
    return out;
  },
});

Deno.test("sizes of a sweep share the answers about the inputs themselves, and each gives what it gives alone", () => {
  const given = examples(5), epsilons = [0.5, 0, 0.125];
  const model = asked(FORMULA), progress: number[] = [];
  const all = climb.sweep(model, given, { epsilons, onProgress: (done) => progress.push(done) });
  epsilons.forEach((epsilon, i) => {
    const alone = climb(asked(FORMULA), given, { epsilon });
    assertEquals({ ...all[i], conditions: null }, { ...alone, conditions: null });
    assertEquals([...alone.queries], [4, 4, 4, 4, 5]);
    assertEquals(all[i].conditions.constraint.epsilon, epsilon);
  });
  // the scores and the gradient with a name are asked once; those without a name, of some rows and of the judge each time
  const kinds = model.questions.map(({ ask, x }) => `${ask} ${x.length}`);
  const each = ["gradient 5", "gradient 1", "scores 5"];
  assertEquals(kinds, ["scores 5", "gradient 5", ...each, ...each, ...each]);
  assertClose([progress.at(-2)!], [2 / 3], 1e-12);
  const pair = asked(FORMULA);
  climb.sweep(pair, given, { epsilons: [0.5, 0.25] });
  assertEquals(pair.questions.length, 2 + 3 + 3);
  // other sizes after them are others
  const others = climb.sweep(asked(FORMULA), given, { epsilons: [0.125, 0.0625] });
  assertEquals(others[1].x, climb(asked(FORMULA), given, { epsilon: 0.0625 }).x);
  // one size alone keeps nothing
  const single = asked(FORMULA);
  climb(single, given, { epsilon: 0.5 });
  assertEquals(single.questions.length, 6);
});

Deno.test("attacks count the examples whose gradient was 0 in all inputs, whenever it was asked", () => {
  const flat = {
    ...FORMULA,
    slopes: (x: Float64Array) =>
      x[0] > 0 ? FORMULA.slopes(x) : [[0, 0], [0, x[1] > 0 ? 1 : x[1] === -0.5 ? -1 : 0], [0, 0]],
  };
  const x = matrix(6, 2, [-1, 1, 1, 1, -1, -1, -1, -0.5, 1, -1, 0.25, 0]);
  const given = batch({ x, labels: new Int32Array(6), classes: 3 });
  assertEquals(climb(asked(flat), given, { epsilon: 0.01 }).zeroGradients, 1);
  // the last one is asked alone, where it has moved to
  const last = batch({ x: rowsOf(x, 2, 3), labels: [0], classes: 3 });
  assertEquals(climb(asked(flat), last, { epsilon: 0.01 }).zeroGradients, 1);
  const many = matrix(600, 2, Float32Array.from({ length: 1200 }, (_, i) => i % 400 < 2 ? -1 : 1));
  assertEquals(
    climb(asked(flat), batch({ x: many, labels: new Int32Array(600), classes: 3 }), { epsilon: 0.01 })
      .zeroGradients,
    3,
  );
});

/** Finds inputs at distances of their own, whatever the size. */
const near = makeAttack({
  name: "near",
  summary: "Finds the nearest",
  needs: "labels",
  goal: "nearest",
  options: {},
  *run({ x, matrix }) {
    const out = matrix("out");
    x.data.forEach((v, i) => out.data[i] = v + 0.125 * ((Math.floor(i / 2) + 3) % 4));
    yield { ask: "labels", x: out };
    return out;
  },
});

Deno.test("the nearest inputs are found once for every size: examples that need more stay unchanged", () => {
  const x = matrix(6, 2, new Float32Array(12).fill(0.5)), model = asked(FORMULA);
  const given = batch({ x, labels: new Int32Array(6), classes: 3 }), epsilons = [0.125, 1, 0.25];
  const all = near.sweep(model, given, { epsilons });
  epsilons.forEach((epsilon, i) => {
    const expected = Array.from(
      { length: 6 },
      (_, row) => 0.125 * ((row + 3) % 4) <= epsilon ? 0.5 + 0.125 * ((row + 3) % 4) : 0.5,
    );
    assertEquals(rowsIn(all[i].x).map(([v]) => v), expected);
    assertEquals([...all[i].queries], new Array(6).fill(1));
    assertEquals(all[i].x, near(asked(FORMULA), given, { epsilon }).x);
  });
  // one walk, and a judge for each size
  assertEquals(model.questions.length, 4);
  // results hold memory of their own
  all[0].queries.fill(7);
  assertEquals(all[1].queries[0], 1);
});

/** Goes beyond what is allowed in one place. */
const breaks = (row: number, far: number) =>
  makeAttack({
    name: "breaks",
    summary: "Breaks its constraint",
    needs: "labels",
    norms: ["Linf", "L2"],
    options: {},
    // deno-lint-ignore require-yield
    *run({ x, matrix }) {
      const out = matrix("out");
      out.data.set(x.data);
      if (row < x.rows) out.data[2 * row + 1] += far;
      return out;
    },
  });

Deno.test("an attack that violates its constraint is reported as a bug, with its place; training does not check", () => {
  const given = examples(255), options = { epsilon: 0.25 };
  const error = assertThrows(
    () => breaks(254 % CHUNK, 0.5)(asked(FORMULA), given, options),
    Error,
    "breaks broke its constraint: input 1 of example 4 ",
  );
  assert(!(error instanceof InputError));
  const beyond = { ...given, x: rowsOf(given.x, 0, 5), labels: given.labels.slice(0, 5) };
  assertThrows(
    () => breaks(4, 0.5)(asked(FORMULA), beyond, { ...options, norm: "L2" }),
    Error,
    "constraint: example 4 lies",
  );
  breaks(4, 0.25)(asked(FORMULA), beyond, options);
  assertEquals(
    breaks(4, 0.5).perturb(asked(FORMULA), beyond, options).data[9],
    Math.fround(given.x.data[9] + 0.5),
  );
  const first = makeAttack({
    ...{ name: "first", summary: "Breaks the first", needs: "labels", options: {} },
    // deno-lint-ignore require-yield
    *run({ x, matrix }) {
      const out = matrix("out");
      out.data.set(x.data);
      out.data[0] = 99;
      return out;
    },
  });
  assertThrows(() => first(asked(FORMULA), beyond, options), Error, "constraint: input 0 of example 0 moved");
  // in the second chunk
  const late = makeAttack({
    ...{ name: "late", summary: "Breaks late", needs: "labels", options: {} },
    // deno-lint-ignore require-yield
    *run({ x, matrix }) {
      const out = matrix("out");
      out.data.set(x.data);
      if (x.rows < CHUNK) out.data[3] = 99;
      return out;
    },
  });
  assertThrows(() => late(asked(FORMULA), given, options), Error, "input 1 of example 251 ");
});

Deno.test("a wrong answer is reported with the place of its example in the batch", () => {
  const bad = (at: number) => {
    let k = 0;
    const model = asked(FORMULA);
    return {
      ...model,
      scores: (x: Matrix) => {
        const out = model.scores(x);
        if (k++ === at) out.data[3 * 2] = NaN;
        return out;
      },
    };
  };
  const given = examples(255);
  // the second chunk's question, and its judge
  for (const at of [2, 3]) {
    assertThrows(
      () => dice(bad(at), given, { epsilon: 0.25, asks: 1 }),
      InputError,
      "score 0 of example 252 is NaN",
    );
  }
  const some = makeAttack({
    ...{ name: "some", summary: "Asks of some", needs: "labels", options: {} },
    *run({ x, matrix }) {
      const part = matrix("part", 3);
      part.data.set(x.data.subarray(0, 6));
      yield { ask: "labels", x: part, rows: Int32Array.of(4, 3, 1) };
      return x;
    },
  });
  assertThrows(() => some(bad(2), given, { epsilon: 0 }), InputError, "score 0 of example 251 is NaN");
});

Deno.test("an attack is judged by its criterion, and gets the labels or the targets of its rows", () => {
  const given = examples(260), target = Int32Array.from({ length: 260 }, (_, i) => (i + 1) % 3);
  const { predicted } = predict(asked(FORMULA), given.x);
  const judged = (options: object) => [...dice(asked(FORMULA), given, { epsilon: 0, ...options }).fooled];
  assertEquals(judged({}), Array.from(predicted, (c, i) => Number(c !== i % 3)));
  assertEquals(judged({ target: 1 }), Array.from(predicted, (c) => Number(c === 1)));
  assertEquals(judged({ target }), Array.from(predicted, (c, i) => Number(c === (i + 1) % 3)));
  const told: number[] = [];
  judged({ target, criterion: (_: unknown, __: number, label: number) => told.push(label) > 0 });
  assertEquals(told, [...target]);
  chunks.length = 0;
  climb(asked(FORMULA), given, { epsilon: 0, target });
  assertEquals(chunks.map(({ target }) => [...target!]), [[...target.subarray(0, 250)], [
    ...target.subarray(250),
  ]]);
  const { conditions } = climb(asked(FORMULA), given, { epsilon: 0, target: 2, seed: 5 });
  assertEquals([conditions.target, conditions.seed, conditions.attack, conditions.options], [
    2,
    5,
    "climb",
    {},
  ]);
  assertEquals(dice(asked(FORMULA), given, { epsilon: 0 }).conditions.options, { asks: 0 });
});

Deno.test("a signal ends an attack before its next question, and after its last", () => {
  for (const after of [1, 2, 3]) {
    const stop = new AbortController(), model = asked(FORMULA);
    let count = 0;
    const counted = {
      ...model,
      scores: (x: Matrix) => (++count === after && stop.abort(new Error("enough")), model.scores(x)),
    };
    assertThrows(
      () => dice(counted, examples(5), { epsilon: 1, asks: 3, signal: stop.signal }),
      Error,
      "enough",
    );
    assertEquals(count, after);
  }
});

Deno.test("steps() yields its progress before each query, and works on chunks of the given size", () => {
  const walk = dice.steps(asked(FORMULA), examples(5), { epsilons: [0.25, 0.5], asks: 2, chunk: 2 });
  const seen: number[] = [];
  let step = walk.next();
  for (; !step.done; step = walk.next()) seen.push(step.value);
  // three chunks of two sizes, two questions and a judge each
  const parts = Array.from({ length: 6 }, (_, k) => [k / 6, (k + 0.5) / 6, (k + 0.5) / 6]).flat();
  assertClose(seen, parts, 1e-12);
  const whole = dice.sweep(asked(FORMULA), examples(5), { epsilons: [0.25, 0.5], asks: 2 });
  const bare = (all: readonly Outcome[]) =>
    all.map(({ x, fooled, queries, probabilities }) => ({ x, fooled, queries, probabilities }));
  assertEquals(bare(step.value), bare(whole));
  // an attack that asks nothing is at its beginning until it is judged
  assertEquals(dice.steps(asked(FORMULA), examples(1), { epsilons: [1] }).next().value, 0);
  const told: number[] = [];
  const again = dice.steps(asked(FORMULA), examples(1), {
    epsilons: [1],
    onProgress: (done) => told.push(done),
  });
  while (!again.next().done);
  assertEquals(told, [1]);
  const blind = { ...asked(FORMULA), inputGradient: undefined } as unknown as ReturnType<typeof asked>;
  assertThrows(
    () => climb.steps(blind, examples(1), { epsilons: [1] }).next(),
    InputError,
    "it needs gradients",
  );
  dice.steps(blind, examples(1), { epsilons: [1] }).next();
});

Deno.test("stream() gives the batch part by part, with the targets and the streams of each", () => {
  const given = examples(7), target = Int32Array.from({ length: 7 }, (_, i) => (i + 1) % 3);
  for (
    const options of [{}, { target }, { target: 2 }, { first: 3, batchSize: 7 }, { batchSize: 3 }] as const
  ) {
    const parts = [...dice.stream(asked(FORMULA), given, { epsilon: 0.25, batchSize: 2, ...options })];
    const { batchSize = 2, ...rest } = options as { batchSize?: number };
    const whole = dice(asked(FORMULA), given, { epsilon: 0.25, ...rest });
    assertEquals(
      parts.map(({ x }) => x.rows),
      Array.from({ length: Math.ceil(7 / batchSize) }, (_, k) => Math.min(batchSize, 7 - k * batchSize)),
    );
    assertEquals(parts.flatMap(({ x }) => rowsIn(x)), rowsIn(whole.x));
    assertEquals(parts.flatMap(({ fooled }) => [...fooled]), [...whole.fooled]);
  }
  assertEquals([...dice.stream(asked(FORMULA), examples(501), { epsilon: 0 })].map(({ x }) => x.rows), [
    500,
    1,
  ]);
  for (const batchSize of [0, 1.5, "2" as unknown as number]) {
    assertThrows(
      () => dice.stream(asked(FORMULA), given, { epsilon: 0, batchSize }).next(),
      InputError,
      "batchSize",
    );
  }
  assertEquals([...dice.stream(asked(FORMULA), given, { epsilon: 0, batchSize: 1 })].length, 7);
});

Deno.test("async() gives the same on a model that answers later, unless it lacks what the attack needs", async () => {
  const given = examples(5), user = asked(FORMULA);
  const later = {
    inputs: 2,
    classes: 3,
    head: heads.softmax,
    maxBatch: 2,
    scores: (x: Matrix) => Promise.resolve(user.scores(x)),
  };
  const bare = ({ conditions: _, ...rest }: object & { conditions: unknown }) => rest;
  assertEquals(
    bare(await dice.async(later, given, { epsilon: 0.25, asks: 1 })),
    bare(dice(user, given, { epsilon: 0.25, asks: 1 })),
  );
  const labels = { ...later, scores: undefined, labels: (x: Matrix) => predict(asked(FORMULA), x).predicted };
  const found = await dice.async(labels, given, { epsilon: 0.25, asks: 1 });
  assertEquals([...found.fooled], [...dice(user, given, { epsilon: 0.25 }).fooled]);
  assert(found.confidence.every(Number.isNaN));
  const scores = makeAttack({
    ...{ name: "scored", summary: "Asks for scores", needs: "scores", options: {} },
    *run({ x }) {
      assertEquals((yield { ask: "scores", x }).scores.cols, 3);
      return x;
    },
  });
  assertEquals((await scores.async(later, given, { epsilon: 0 })).x, given.x);
  const lacking: [typeof dice, object, string][] = [[scores as unknown as typeof dice, labels, "scores"], [
    climb as unknown as typeof dice,
    later,
    "gradients",
  ]];
  for (const [attack, model, what] of lacking) {
    await assertRejects(
      () => attack.async(model as typeof later, given, { epsilon: 0 }),
      InputError,
      `it needs ${what}`,
    );
  }
});

Deno.test("perturb() only gives the inputs, in given or new memory, and judges nothing", () => {
  const given = examples(260), out = matrix(260, 2), model = asked(FORMULA);
  const { x } = dice(asked(FORMULA), given, { epsilon: 0.25, seed: 3, first: 2 });
  assert(dice.perturb(model, given, { epsilon: 0.25, seed: 3, first: 2 }, out) === out);
  assertEquals(out, x);
  assertEquals(model.questions, []);
  assertEquals(
    dice.perturb(model, given, { epsilon: 0.25 }),
    dice(asked(FORMULA), given, { epsilon: 0.25 }).x,
  );
  const whole = constraint(2, { epsilon: 0.125, norm: "L2" });
  assertEquals(
    dice.perturb(model, given, { constraint: whole }),
    dice(asked(FORMULA), given, { constraint: whole }).x,
  );
  dice.perturb(model, given, { epsilon: 0, asks: 3 });
  assertEquals(model.questions.length, 6);
  chunks.length = 0;
  climb.perturb(asked(FORMULA), { ...given, x: rowsOf(given.x, 0, 3), labels: given.labels.slice(0, 3) }, {
    epsilon: 0,
    target: 2,
  });
  assertEquals([...chunks[0].target!], [2, 2, 2]);
});

Deno.test("arguments are checked: norms, sizes, examples beyond bounds, NaN", () => {
  const given = examples(3),
    run = (options: object, data = given) => dice(asked(FORMULA), data, options as { epsilon: number });
  assertThrows(
    () => run({ epsilon: 1, norm: "L1" }),
    InputError,
    "Cannot attack by dice in norm L1: expected",
  );
  assertThrows(
    () => run({ constraint: constraint(2, { epsilon: 1, norm: "L1" }) }),
    InputError,
    "in norm L1",
  );
  assertThrows(
    () => run({ epsilon: 1, constraint: constraint(2, { epsilon: 1 }) }),
    InputError,
    "epsilon does not go with a constraint",
  );
  assertThrows(() => run({}), InputError);
  assertThrows(() => run({ epsilon: 1, bounds: [0, 1] }), InputError, "Cannot attack by dice: input");
  const lost = { x: matrix(1, 2, [0.5, NaN]), labels: Int32Array.of(0), classes: 3 };
  for (
    const options of [{ epsilon: 1 }, { epsilon: 1, bounds: [0, 1] }, { epsilon: 1, bounds: [0, Infinity] }]
  ) {
    assertThrows(() => run(options, lost), InputError, "input 1 of example 0");
  }
  const sweep = (epsilons: unknown) => () =>
    dice.sweep(asked(FORMULA), given, { epsilons: epsilons as number[] });
  for (const bad of [undefined, 3, [1, -1], ["1"]]) {
    assertThrows(sweep(bad), InputError, "Cannot attack by dice");
  }
  assertThrows(
    () => dice.sweep(asked(FORMULA), given, undefined as unknown as { epsilons: number[] }),
    InputError,
  );
  // the same options again, and then others, of other models too
  for (const epsilon of [0.25, 0.25, 0.5]) {
    assertEquals(rowsIn(run({ epsilon }).x)[1], moved(rowsIn(given.x)[1], 1, { epsilon }));
  }
  const bounds: [number, number] = [-1, 1];
  run({ epsilon: 2, bounds });
  bounds[0] = -9;
  assert(run({ epsilon: 2, bounds }).x.data.some((v) => v < -1));
  assertThrows(() => run({ epsilon: 2, bounds: [-9, 1, 2] }), InputError, "bounds");
  const endless = { x: matrix(1, 2, [0.5, -Infinity]), labels: Int32Array.of(0), classes: 3 };
  assertThrows(
    () => run({ epsilon: 1, bounds: [-Infinity, 1] }, endless),
    InputError,
    "input 1 of example 0",
  );
  const five = asked(quadratic([[1, 2, 3], [3, 2, 1]], [[0, 0, 0], [0, 0, 0]]));
  const wide = batch({ x: matrix(1, 3), labels: [0], classes: 2 });
  assertThrows(() => dice(five, given, { epsilon: 0.5 }), InputError);
  assertEquals(near(five, wide, { epsilon: 1 }).x.cols, 3);
  const two = asked(quadratic([[1, 2], [3, 2]], [[0, 0], [0, 0]]));
  assertEquals(near(two, batch({ x: matrix(1, 2), labels: [0], classes: 2 }), { epsilon: 1 }).x.cols, 2);
  assertEquals(near(five, wide, { epsilon: 1 }).x.cols, 3);
  assertEquals(near(asked(FORMULA), given, { epsilon: 1 }).x.cols, 2);
});

Deno.test("makeAttack() is a function of the name, with what it was made of, and L∞ without norms", () => {
  assertEquals([dice.name, dice.summary, dice.needs, dice.goal, near.goal], [
    "dice",
    "Moves by chance",
    "labels",
    "within",
    "nearest",
  ]);
  assertEquals([dice.norms, climb.norms, climb.pullback, Object.keys(dice.options)], [
    ["Linf", "L2"],
    ["Linf"],
    undefined,
    ["asks"],
  ]);
  assertEquals(climb(asked(FORMULA), examples(1), { epsilon: 0 }).conditions.constraint.norm, "Linf");
});
