import { InputError } from "../../../src/errors.ts";
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { digits, fgsm, loadModel, matrix, measure, predict, slice } from "../../../src/mod.ts";
import { ROSTER } from "../../../src/web/lab/roster.ts";
import { asking, PLAN } from "./support.ts";

const { test } = digits({ train: 0, test: 500 });
const image = test.x.data.slice(0, 784);

/** A laboratory with one trained model, and that model. */
async function withModel() {
  const ask = asking();
  const { bytes } = await ask("train", { name: "mine", plan: PLAN, watch: false, resume: false });
  return { ask, bytes: bytes!, model: loadModel(bytes!) };
}

Deno.test("gallery shows the held-out digits", async () => {
  const { images, labels, train: trainSet, test: held } = await asking()("gallery", { count: 4 });
  assertEquals(images, test.x.data.slice(0, 4 * 784));
  assertEquals(labels, test.labels.slice(0, 4));
  assertEquals([trainSet, held], [2000, 500]);
});

Deno.test("look makes the step that fgsm makes, and shows it to every model", async () => {
  const { ask, bytes, model } = await withModel();
  await ask("put", { name: "same", bytes });
  const label = test.labels[0], epsilon = 0.2;
  const { signs, attacked, opinions, ...rest } = await ask("look", { image, label, source: "mine", epsilon });
  const expected = fgsm(model, slice(test, 0, 1), { epsilon });
  assertEquals(attacked, expected.x.data);
  assertEquals(rest, { label, epsilon });
  signs.forEach((sign, i) => assertAlmostEquals(attacked[i], image[i] + epsilon * sign, 1e-6));
  assertEquals(Object.keys(opinions), ["mine", "same"]);
  assertEquals(opinions.same, opinions.mine);
  assertEquals(opinions.mine.attacked.probabilities, expected.probabilities.data);
  assertEquals(opinions.mine.clean.predicted, predict(model, matrix(1, 784, image)).predicted[0]);
});

Deno.test("look without a label takes the model's own answer for it", async () => {
  const { ask, model } = await withModel();
  const { label } = await ask("look", { image, source: "mine", epsilon: 0.1 });
  assertEquals(label, predict(model, matrix(1, 784, image)).predicted[0]);
});

Deno.test("curves of a linear model are straight lines through its scores", async () => {
  const { ask, model } = await withModel();
  const { epsilons, scores } = await ask("curves", { image, source: "mine", reach: 10 });
  assertEquals([epsilons[0], epsilons[40], epsilons[80], scores.length], [-10, 0, 10, 10]);
  const at = model.scores(matrix(1, 784, image)).data;
  scores.forEach((score, c) => {
    assertEquals(score[40], at[c]);
    const tolerance = 1e-4 * (1 + Math.abs(score[80]));
    assertAlmostEquals(score[80] - score[40], score[40] - score[0], tolerance);
    assertAlmostEquals(score[50] - score[40], (score[80] - score[40]) / 4, tolerance);
  });
});

Deno.test("transfer measures each model on what was made for each", async () => {
  const { ask, model } = await withModel();
  await ask("train", { name: "other", plan: { ...PLAN, family: "rbf" }, watch: false, resume: false });
  const { names, clean, attacked, examples } = await ask("transfer", { epsilon: 0.1, examples: 50 });
  const some = slice(test, 0, 50);
  assertEquals([names, examples], [["mine", "other"], 50]);
  assertEquals(clean[0], measure(model, some).errorRate);
  assertEquals(attacked[0][0], measure(model, fgsm(model, some, { epsilon: 0.1 })).errorRate);
  assert(attacked[1][0] !== attacked[0][0] && attacked[1].length === 2);
});

Deno.test("grow moves the same noise further with a greater step, and fools where p ≥ 1/2", async () => {
  const { ask } = await withModel();
  const options = { source: "mine", target: 5, seed: 4, samples: 6 };
  const none = await ask("grow", { ...options, step: 0 });
  const some = await ask("grow", { ...options, step: 0.4 });
  some.images.forEach((value, i) => assert(Math.abs(value - none.images[i]) <= 0.4 + 1e-6));
  some.confidence.forEach((p, i) => {
    assert(p >= none.confidence[i]);
    assertEquals(some.fooled[i], Number(p >= 0.5));
  });
  assert(some.fooled.includes(1));
});

Deno.test("noise that nothing was done to is rubbish to the model at a rate", async () => {
  const { ask } = await withModel();
  const { errorRate } = await ask("noise", { source: "mine", seed: 1, samples: 100 });
  assert(errorRate >= 0 && errorRate <= 1 && Number.isInteger(Math.round(errorRate * 1e6) / 1e4));
});

Deno.test("what is asked of a model that is not there is refused in one sentence", async () => {
  const ask = asking();
  for (const kind of ["look", "curves"] as const) {
    await assertRejects(
      () => ask(kind, { image, source: "maxout", epsilon: 0.1, reach: 1 }),
      InputError,
      "Cannot use the model maxout: it is not there yet",
    );
  }
});

Deno.test("the roster holds the four models of the paper's comparison, softmax first", () => {
  assertEquals(Object.keys(ROSTER), ["softmax", "maxout", "rbf", "adversarialMaxout"]);
  const { maxout, adversarialMaxout } = ROSTER;
  assertEquals({ ...maxout, adversarial: true }, adversarialMaxout);
});
