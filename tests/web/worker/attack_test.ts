import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { batch, digits, fgsm, loadModel, matrix, predict, signNoise, slice } from "../../../src/mod.ts";
import { PLAN, requester } from "./support.ts";

const { test } = digits({ train: 0, test: 40 });
const example = test.x.data.slice(0, 784);
const subject = { example, label: test.labels[0], source: "mine", attack: "fgsm" };

/** Handlers with one trained model, and that model. */
async function withModel() {
  const request = requester();
  const { bytes } = await request("train", { name: "mine", plan: PLAN, watch: false, resume: false });
  return { request, bytes: bytes!, model: loadModel(bytes!) };
}

Deno.test("attack adds the perturbation of fgsm, and every model predicts the example before, after, and with random signs", async () => {
  const { request, bytes, model } = await withModel();
  await request("setModel", { name: "same", bytes });
  const epsilon = 0.2;
  const result = await request("attack", { ...subject, epsilon });
  const one = slice(test, 0, 1);
  const expected = fgsm(model, one, { epsilon });
  assertEquals(result.attacked, expected.x.data);
  assertEquals([result.label, result.epsilon], [subject.label, epsilon]);
  assertAlmostEquals(result.scale, epsilon, 1e-6);
  result.direction.forEach((d, i) => assertAlmostEquals(result.attacked[i], example[i] + epsilon * d, 1e-6));
  assertEquals(result.noisy, signNoise(model, one, { epsilon, seed: 1 }).x.data);
  assertEquals(Object.keys(result.predictions), ["mine", "same"]);
  assertEquals(result.predictions.same, result.predictions.mine);
  const { clean, attacked, noisy } = result.predictions.mine;
  assertEquals(attacked.probabilities, expected.probabilities.data);
  assertEquals(clean.predicted, predict(model, one.x).predicted[0]);
  assertEquals(noisy.predicted, predict(model, matrix(1, 784, result.noisy)).predicted[0]);
  const { mine } = result.predictions;
  assertEquals(await request("attack", { ...subject, epsilon, alone: true }), {
    ...result,
    predictions: { mine },
    alone: true,
  });
});

Deno.test("attack at ε = 0 changes nothing and shows the gradient's signs", async () => {
  const { request } = await withModel();
  const { attacked, direction, scale } = await request("attack", { ...subject, epsilon: 0 });
  assertEquals([attacked, scale], [example, 0]);
  const later = await request("attack", { ...subject, epsilon: 0.1 });
  direction.forEach((sign, i) => assertEquals(Math.sign(later.direction[i]), sign));
});

Deno.test("attack without a label leads away from the model's own prediction", async () => {
  const { request, model } = await withModel();
  const { label } = await request("attack", { ...subject, label: undefined, epsilon: 0.1 });
  assertEquals(label, predict(model, matrix(1, 784, example)).predicted[0]);
});

Deno.test("attack with a target raises the target's probability", async () => {
  const { request } = await withModel();
  for (const target of [2, 7]) {
    const { predictions } = await request("attack", { ...subject, target, epsilon: 0.3 });
    const { clean, attacked } = predictions.mine;
    assert(attacked.probabilities[target] > clean.probabilities[target]);
  }
});

Deno.test("smallest fools, one step less does not, and nothing within certify's radius does", async () => {
  const { request, model } = await withModel();
  const step = 0.005;
  let found = 0;
  for (let i = 0; i < 12; i++) {
    const each = { ...subject, example: test.x.data.slice(784 * i, 784 * (i + 1)), label: test.labels[i] };
    const { epsilon, wrongBefore } = await request("smallest", { ...each, max: 0.5, step });
    const one = batch({ x: matrix(1, 784, each.example), labels: [each.label], classes: 10 });
    assertEquals(wrongBefore, predict(model, one.x).predicted[0] !== each.label);
    if (wrongBefore) continue;
    found++;
    assertEquals(fgsm(model, one, { epsilon: epsilon! }).fooled[0], 1);
    assertEquals(fgsm(model, one, { epsilon: epsilon! - step }).fooled[0], 0);
    const { radius } = await request("certify", { ...each, max: 0.5 });
    // fgsm is not the best attack on a model of ten classes, so what is proven may lie lower
    assert(radius! > 0 && radius! <= epsilon!);
  }
  assert(found > 6);
});

Deno.test("strongest needs no more than a single step on most examples, and never less than certify's radius", async () => {
  const { request } = await withModel();
  const step = 0.005;
  let [found, less] = [0, 0];
  for (let i = 0; i < 12; i++) {
    const each = { ...subject, example: test.x.data.slice(784 * i, 784 * (i + 1)), label: test.labels[i] };
    const single = await request("smallest", { ...each, max: 0.5, step });
    const many = await request("strongest", { ...each, max: 0.5, step });
    assertEquals(many.wrongBefore, single.wrongBefore);
    if (many.wrongBefore) continue;
    found++;
    less += Number(many.epsilon! <= single.epsilon!);
    assert(many.predicted !== each.label);
    const { radius } = await request("certify", { ...each, max: 0.5 });
    assert(radius! <= many.epsilon!);
    // on a linear model the best of all classes is exact to the slider's grid
    assert(many.epsilon! <= radius! + 1.01 * step, `${many.epsilon} ${radius}`);
  }
  assert(found > 6 && less === found, `${less} of ${found}`);
});

Deno.test("smallest says that no ε is enough where none is", async () => {
  const { request } = await withModel();
  const { epsilon, wrongBefore } = await request("smallest", {
    ...subject,
    label: undefined,
    max: 0.005,
    step: 0.005,
  });
  assertEquals([epsilon, wrongBefore], [undefined, false]);
});

Deno.test("curves of a linear model are straight lines through its scores", async () => {
  const { request, model } = await withModel();
  const { epsilons, scores, linear } = await request("curves", { ...subject, label: undefined, reach: 10 });
  assertEquals([epsilons[0], epsilons[40], epsilons[80], scores.length, linear], [-10, 0, 10, 10, true]);
  const at = model.scores(matrix(1, 784, example)).data;
  scores.forEach((score, c) => {
    assertEquals(score[40], at[c]);
    const tolerance = 1e-4 * (1 + Math.abs(score[80]));
    assertAlmostEquals(score[80] - score[40], score[40] - score[0], tolerance);
    assertAlmostEquals(score[50] - score[40], (score[80] - score[40]) / 4, tolerance);
  });
});

Deno.test("certify proves something of networks too, in the attack's norm, and nothing where the model is wrong", async () => {
  const request = requester();
  const plan = { ...PLAN, family: "mlp", options: { units: [8] }, epochs: 6 };
  await request("train", { name: "mine", plan, watch: false, resume: false });
  const own = { ...subject, label: undefined };
  const { radius } = await request("certify", { ...own, max: 0.5 });
  const { radius: inL2 } = await request("certify", { ...own, options: { norm: "L2" }, max: 5 });
  assert(radius! > 0 && inL2! > radius!, `${radius} ${inL2}`);
  const { label } = await request("attack", { ...own, epsilon: 0 });
  assertEquals(await request("certify", { ...subject, label: (label + 1) % 10, max: 0.5 }), {
    radius: undefined,
  });
});
