import { assert, assertEquals, assertRejects } from "@std/assert";
import { InputError } from "../../../src/errors.ts";
import { digits, fgsm, loadModel, measure, slice } from "../../../src/mod.ts";
import { DEFAULT_MODELS } from "../../../src/web/default_models.ts";
import { PLAN, requester } from "./support.ts";

const { test } = digits({ train: 0, test: 500 });

/** Handlers with one trained model, and that model. */
async function withModel() {
  const request = requester();
  const { bytes } = await request("train", { name: "mine", plan: PLAN, watch: false, resume: false });
  return { request, model: loadModel(bytes!) };
}

Deno.test("gallery shows the held-out digits", async () => {
  const shown = await requester()("gallery", { count: 4 });
  assertEquals(shown.examples, test.x.data.slice(0, 4 * 784));
  assertEquals(shown.labels, test.labels.slice(0, 4));
  assertEquals([shown.train, shown.test, shown.inputs, shown.classes], [2000, 500, 784, 10]);
});

Deno.test("transfer measures each model on the examples made for each", async () => {
  const { request, model } = await withModel();
  const plan = { ...PLAN, family: "rbf" };
  await request("train", { name: "other", plan, watch: false, resume: false });
  const { names, clean, attacked, examples } = await request("transfer", {
    attack: "fgsm",
    epsilon: 0.1,
    examples: 50,
  });
  const some = slice(test, 0, 50);
  assertEquals([names, examples], [["mine", "other"], 50]);
  assertEquals(clean[0], measure(model, some).errorRate);
  assertEquals(attacked[0][0], measure(model, fgsm(model, some, { epsilon: 0.1 })).errorRate);
  assert(attacked[1][0] !== attacked[0][0] && attacked[1].length === 2);
});

Deno.test("rubbish moves the same noise further with a greater step, and fools where p ≥ 1/2", async () => {
  const { request } = await withModel();
  const options = { source: "mine", target: 5, seed: 4, samples: 6 };
  const none = await request("rubbish", { ...options, step: 0 });
  const some = await request("rubbish", { ...options, step: 0.4 });
  some.examples.forEach((value, i) => assert(Math.abs(value - none.examples[i]) <= 0.4 + 1e-6));
  some.confidence.forEach((p, i) => {
    assert(p >= none.confidence[i]);
    assertEquals(some.fooled[i], Number(p >= 0.5));
  });
  assert(some.fooled.includes(1));
  assertEquals(some.before, none.confidence);
});

Deno.test("noiseError is the share of plain noise that is predicted as a class", async () => {
  const { request } = await withModel();
  const { errorRate } = await request("noiseError", { source: "mine", seed: 1, samples: 100 });
  assert(errorRate >= 0 && errorRate <= 1 && Number.isInteger(Math.round(errorRate * 1e6) / 1e4));
});

Deno.test("a request for a model that is not there is refused in one sentence", async () => {
  const request = requester();
  const params = { example: test.x.data.slice(0, 784), source: "maxout", attack: "fgsm" };
  for (const name of ["attack", "curves", "smallest"] as const) {
    await assertRejects(
      () => request(name, { ...params, epsilon: 0.1, reach: 1, max: 1, step: 0.1 }),
      InputError,
      "Cannot use the model maxout: it is not there yet",
    );
  }
});

Deno.test("the default models are the four of the paper's comparison, softmax first", () => {
  assertEquals(Object.keys(DEFAULT_MODELS), ["softmax", "maxout", "rbf", "adversarialMaxout"]);
  const { maxout, adversarialMaxout } = DEFAULT_MODELS;
  assertEquals({ ...maxout, title: adversarialMaxout.title, adversarial: true }, adversarialMaxout);
});
