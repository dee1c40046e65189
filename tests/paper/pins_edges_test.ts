import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { fgsm } from "../../src/attacks/fgsm.ts";
import { pgd } from "../../src/attacks/pgd.ts";
import { rotation } from "../../src/attacks/rotation.ts";
import type { Batch } from "../../src/data/batch.ts";
import { heads } from "../../src/heads.ts";
import { softplusForward } from "../../src/kernels/elementwise.ts";
import { losses } from "../../src/loss.ts";
import { type Matrix, matrix } from "../../src/matrix.ts";
import { logistic, softmaxLinear } from "../../src/models/mod.ts";
import { type Model, model } from "../../src/models/model.ts";
import { budgets } from "../../src/paper/budgets.ts";
import type { ExperimentContext } from "../../src/paper/experiment.ts";
import type { ImagesFigure, LinesFigure } from "../../src/paper/figure.ts";
import { experiments } from "../../src/paper/mod.ts";
import { COMPARED } from "../../src/paper/names.ts";
import { init } from "../../src/runtime/variants.ts";
import { uniformMatrix } from "../support.ts";
import { asBatch, attacked, doubles, errorOf, firstLayer, mean, type Row, worldFor } from "./reference.ts";

init({ kernels: "baseline" });

const experimentOf = (id: string) => experiments.find((experiment) => experiment.id === id)!;

/** What an experiment measures of these models and examples. */
async function run(id: string, models: Readonly<Record<string, Model>>, more: Partial<ExperimentContext>) {
  const test = more.test!;
  return await experimentOf(id).run({
    ...{ all: test, train: test, validation: test, test, seed: 9, budget: budgets.quick },
    ...{ names: Object.keys(models), progress: () => {} },
    model: (name) => Promise.resolve(models[name]),
    ...more,
  });
}

/** Examples of which the last is no example: whatever looks at it fails. */
function poisoned(rows: number, cols: number, classes = 10): Batch {
  const x = matrix(rows, cols);
  x.data.fill(NaN, (rows - 1) * cols);
  return { x, labels: new Int32Array(rows), classes };
}

/** Softmax regression of two classes that takes an input for class 1 where `w`·x is above `bound`. */
function threshold(w: Row, bound: number): Model {
  const tensors = {
    W: { shape: [2, w.length], data: Float32Array.from([...w.map(() => 0), ...w]) },
    b: { shape: [2], data: Float32Array.of(bound, 0) },
  };
  return model(softmaxLinear({ inputs: w.length, classes: 2 }), { tensors });
}

/** A model of one input that takes it for class 1 where `isOne` says so, and whose gradient points upward everywhere. */
function upward(isOne: (x: number) => boolean): Model {
  const scores = (x: Matrix) =>
    matrix(x.rows, 2, Array.from(x.data).flatMap((value) => isOne(value) ? [-1, 1] : [1, -1]));
  return {
    ...{ inputs: 1, classes: 2, head: heads.softmax, scores },
    inputGradient(x: Matrix, dScores: (scores: Matrix, first: number) => Matrix) {
      const d = dScores(scores(x), 0).data;
      return matrix(x.rows, 1, Array.from({ length: x.rows }, (_, i) => d[2 * i + 1]));
    },
  } as unknown as Model;
}

Deno.test("an image that is right again somewhere beyond its adversarial example is none that stays wrong", async () => {
  // four images far apart; all but the first are right again at one of the stretches
  const places = [10, 20, 30, 40], stretches = [0, 1.25, 1.5, 2];
  const test = asBatch({ x: places.map((at) => [at]), y: [0, 0, 0, 0] }, 2);
  const beyond = (x: number) => x - 10 * Math.round(x / 10);
  const plain = upward((x) => beyond(x) > 0.22);
  const moved = pgd(plain, test, { epsilon: 0.25, loss: "margin", seed: 9 }).x.data;
  const hole = (i: number) => stretches[i] * (moved[i] - places[i]);
  const own = upward((x) => {
    const i = Math.round(x / 10) - 1, past = beyond(x);
    return past > 0.22 && past < 3 && !(i > 0 && i < 4 && Math.abs(past - hole(i)) < 0.01);
  });
  const parts: number[] = [];
  const one = asBatch({ x: [[10]], y: [0] }, 2);
  const { measurements } = await run("beyond", { softmax: plain, maxout: own }, {
    ...{ test, train: one, progress: (part) => void parts.push(part) },
  });
  const of = (name: string) => measurements[`maxout.${name}`];
  assertEquals(of("stretched.share"), 25);
  // one step of .25 is enough, one of .1 is not, and no attack is
  assertEquals([of("fgsm.error"), of("attacked.error"), of("one step's share")], [100, 100, 100]);
  assertEquals([of("small.attacked.error"), of("small.one step's share")], [0, null]);
  // of a model that is none of the library's nothing is certified
  assertEquals([of("not excluded.error"), of("small.not excluded.error")], [100, 100]);
  // one training image is enough for a perturbation of all
  assertEquals(of("universal.error"), 100);
  assertEquals(parts, [1 / 3, 2 / 3]);
});

Deno.test("a model that nothing misleads has no share of anything, and one perturbation is of 250 training images", async () => {
  const own = upward(() => false), test = asBatch({ x: [[1], [2]], y: [0, 0] }, 2);
  const { measurements } = await run("beyond", { softmax: own, maxout: own }, {
    ...{ test, train: poisoned(251, 1, 2) },
  });
  const names = ["attacked.error", "one step's share", "stretched.share", "universal.error"];
  assertEquals(names.map((name) => measurements[`maxout.${name}`]), [0, null, null, 0]);
});

Deno.test("L-BFGS goes up to a distance of 10 and the sign step up to .5, in steps of .005, on linear models", async () => {
  // the one model looks at the first pixel alone, the other at all others
  const others = 783, norm = Math.sqrt(others);
  const sparse = threshold([1, ...new Array(others).fill(0)], 0.45);
  const dense = threshold([0, ...new Array(others).fill(1 / norm)], norm / 2);
  // first pixel, how far the others are from the boundary, and class
  const images = [[0.9525, 0.003, 1], [0.9475, 0.298, 1], [0.447, -0.375, 0], [0.5, -0.338, 0]];
  const test = asBatch({
    x: images.map(([first, far]) => [first, ...new Array(others).fill(0.5 + far)]),
    y: images.map(([, , label]) => label),
  }, 2);
  const { measurements } = await run("lbfgs", { maxout: dense, adversarialMaxout: sparse }, { test });
  const of = (name: string) => measurements[name]!;
  // distances 0.08, 8.3, 10.5 and 9.5; least steps .005, .3, .38 and .34
  assertEquals([of("maxout.found"), of("maxout.sign step.found")], [75, 25]);
  assertAlmostEquals(of("maxout.sign step.epsilon"), (0.005 + 0.3 + 0.34) / 3, 1e-6);
  assertAlmostEquals(of("maxout.sign step.distance"), norm * (0.005 + 0.3 + 0.34) / 3, 1e-4);
  assertAlmostEquals(of("maxout.distance"), norm * (0.003 + 0.298 + 0.338) / 3, 0.1);
  assertAlmostEquals(of("maxout.shorter"), of("maxout.sign step.distance") / of("maxout.distance"), 1e-6);
  // the fourth is taken for a 1; the first needs .5025, the second .4975, the third .003
  assertEquals(of("adversarial.found"), 100);
  assertAlmostEquals(of("adversarial.sign step.found"), 100 / 3, 1e-9);
  assertAlmostEquals(of("adversarial.sign step.epsilon"), (0.5 + 0.005) / 2, 1e-6);
  assertAlmostEquals(of("adversarial.sign step.distance"), (0.5 + 0.005) / 2, 1e-6);
  assertAlmostEquals(of("adversarial.distance"), (0.4975 + 0.003) / 2, 0.005);
  // where not both mislead there is nothing to compare
  const third = asBatch({ x: [doubles(test.x)[2].slice()], y: [0] }, 2);
  const alone =
    (await run("lbfgs", { maxout: dense, adversarialMaxout: sparse }, { test: third })).measurements;
  const names = ["found", "distance", "sign step.distance", "sign step.epsilon", "shorter"];
  assertEquals(names.map((name) => alone[`maxout.${name}`]), [0, null, null, null, null]);
});

Deno.test("L-BFGS is tried on ten images of each class, in all runs but quick ones", async () => {
  const own = threshold([1, 0, 0, 0], 0.5);
  const images = (rows: number) => {
    const test = poisoned(rows, 4, 2);
    // taken for a 0 is the first alone: the others cost nothing
    for (let i = 1; i < rows - 1; i++) test.x.data[4 * i] = 1;
    return test;
  };
  for (const budget of [budgets.standard, budgets.full]) {
    const measure = (test: Batch) => run("lbfgs", { maxout: own, adversarialMaxout: own }, { test, budget });
    assertEquals((await measure(images(11))).measurements["maxout.found"], 100);
    await assertRejects(() => measure(images(10)), Error, "NaN");
  }
});

Deno.test("training errors are those of so many of the first training examples, and activations of the first layer", async () => {
  for (const [id, images] of [["controls", 5000], ["decay", 5000], ["rbf", 10000]] as const) {
    const world = worldFor(experimentOf(id), 2);
    const test = asBatch({ x: world.test.x.slice(0, 1), y: world.test.y.slice(0, 1) });
    const { measurements } = await experimentOf(id).run({
      ...{ ...world.context, test, train: poisoned(images + 1, 4) },
    });
    const errors = Object.entries(measurements).filter(([name]) => name.endsWith("training error"));
    assert(errors.length > 1 && errors.every(([, error]) => error === 0 || error === 100), id);
    if (id !== "controls") continue;
    // one image's tell more than the mean of many
    const h = firstLayer(world.of("plainControl"), world.test.x[0]);
    assertAlmostEquals(measurements["plain.activation"]!, Math.sqrt(mean(h.map((v) => v * v))), 1e-5);
  }
});

Deno.test("errors of turned images are shown for every model at nine angles, and measured at two", async () => {
  const experiment = experimentOf("rotation"), world = worldFor(experiment, 2);
  const rows = { x: world.test.x.slice(0, 30), y: world.test.y.slice(0, 30) }, test = asBatch(rows);
  const { measurements, figures } = await experiment.run({ ...world.context, test });
  const { series } = figures![0] as LinesFigure;
  assertEquals(series.map(({ name, emphasis }) => [name, emphasis]), [
    ...COMPARED.map(([name, title]) => [title, name === "maxout" ? true : undefined]),
  ]);
  COMPARED.forEach(([name], s) => {
    const turned = [0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.65, 1].map((epsilon) => {
      const x = doubles(rotation(world.of(name), test, { epsilon }).x);
      return [epsilon, errorOf(world.of(name), { ...rows, x })];
    });
    assertEquals(series[s].points.map(([at]) => at), turned.map(([at]) => at), name);
    series[s].points.forEach(([, error], i) => assertAlmostEquals(error, turned[i][1], 1e-9, name));
    assertAlmostEquals(measurements[`${name}.small.error`]!, turned[4][1], 1e-9);
    assertAlmostEquals(measurements[`${name}.large.error`]!, turned[7][1], 1e-9);
  });
});

Deno.test("a score that bends beyond ε = 2 is not straight there, however small, and one that stays is", async () => {
  // of ten classes the first turns around half way from ε = 2 to 10, the second stays, and the others are straight
  const scores = (x: Matrix) =>
    matrix(
      x.rows,
      10,
      Array.from(x.data).flatMap((v) =>
        [Math.abs(v - 6.5), 0, 2, 3, 4, 5, 6, 7, 8, 9].map((a, c) => (c > 1 ? a * v : a) / 1000)
      ),
    );
  const own = {
    ...{ inputs: 1, classes: 10, head: heads.softmax, scores },
    inputGradient(x: Matrix, dScores: (scores: Matrix, first: number) => Matrix) {
      return matrix(x.rows, 1, [dScores(scores(x), 0).data[9]]);
    },
  } as unknown as Model;
  const { measurements } = await run("line", { maxout: own }, { test: asBatch({ x: [[0.5]], y: [4] }) });
  assertAlmostEquals(measurements["straightness.least"]!, 0, 1e-6);
  assertAlmostEquals(measurements["straightness.mean"]!, 19 / 20, 1e-6);
});

/** Logistic regression of 16 pixels, of which the first has no weight, and images of 3 and 7. */
function threesAndSevens() {
  const family = logistic({ inputs: 16 }), w = uniformMatrix(1, 16, 3).data;
  w[0] = 0;
  const own = model(family, {
    tensors: { W: { shape: [1, 16], data: w }, b: { shape: [1], data: Float32Array.of(0.1) } },
  });
  const x = doubles(uniformMatrix(40, 16, 4, { lo: 0, hi: 1 }));
  return { own, w, rows: { x, y: x.map((_, i) => i % 2 === 0 ? 3 : 7) } };
}

Deno.test("logistic regression is shown with five images of each digit, and pixels without a weight in the middle", async () => {
  const { own, w, rows } = threesAndSevens();
  const { figures } = await run("logistic", { logistic: own }, { test: asBatch(rows) });
  const [weights, digits] = figures as readonly ImagesFigure[];
  const bytes = weights.images.map(({ pixels }) => Array.from(atob(pixels), (c) => c.charCodeAt(0)));
  assertEquals(bytes.map(([first]) => first), [128, 128]);
  assertEquals(bytes[1].slice(1), Array.from(w.subarray(1), (v) => v > 0 ? 255 : 0));
  assertEquals([digits.images.length, digits.columns], [20, 10]);
});

Deno.test("the gap of the closed form is relative to the loss where that is above 1", async () => {
  const { own, w, rows } = threesAndSevens();
  const norm = w.reduce((sum, v) => sum + Math.abs(v), 0);
  const gaps = rows.x.map((x, i) => {
    const y = rows.y[i] === 7 ? 1 : -1, test = asBatch({ x: [x], y: [y === 1 ? 1 : 0] }, 2);
    const closed = matrix(1, 1, [
      0.25 * norm - y * (x.reduce((sum, v, j) => sum + v * w[j], 0) + Math.fround(0.1)),
    ]);
    softplusForward(closed, closed);
    const [loss] = losses(own, fgsm(own, test, { epsilon: 0.25 })), [expected] = closed.data;
    return { gap: Math.abs(loss - expected), loss: expected };
  });
  // rounding leaves one somewhere between 1 and 2, where it matters what the gap is relative to
  const at = gaps.findIndex(({ gap, loss }) => gap > 0 && loss > 1.1 && loss < 1.9);
  assert(at >= 0, "no gap between 1.1 and 1.9");
  const test = asBatch({ x: [rows.x[at]], y: [rows.y[at]] });
  const { measurements } = await run("logistic", { logistic: own }, { test });
  assertAlmostEquals(measurements["closed form.gap"]!, gaps[at].gap / gaps[at].loss, 1e-12);
});

Deno.test("weights of 0 have no part in the identity of the linear view", async () => {
  const experiment = experimentOf("linear"), world = worldFor(experiment, 28);
  const own = world.of("softmax"), tensors = own.tensors(), { shape, data } = tensors.W;
  const W = { shape, data: data.map((v, i) => i % 784 < 28 ? 0 : v) as Float32Array };
  const bare = model(own.family, { tensors: { ...tensors, W } });
  const { measurements } = await experiment.run({
    ...world.context,
    model: (name) => Promise.resolve(name === "softmax" ? bare : world.of(name)),
  });
  assert(measurements["identity.gap"]! < 1e-5, `${measurements["identity.gap"]}`);
  const { x, y } = world.test;
  assertAlmostEquals(
    measurements["trained on 784.fgsm.error"]!,
    errorOf(bare, attacked(bare, { x, y })),
    1e-9,
  );
});
