import { InputError } from "../../../src/errors.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { digits, fgsm, loadModel, measure, slice } from "../../../src/mod.ts";
import type { EpochEnd, Plan } from "../../../src/web/messages.ts";
import { createHandlers } from "../../../src/web/worker/handlers.ts";
import { PLAN, requester as requesterOf } from "./support.ts";

const plans: readonly Plan[] = [
  PLAN,
  { ...PLAN, family: "rbf", epochs: 2 },
  { ...PLAN, family: "maxout", adversarial: true, epochs: 2 },
];

/** Few digits to train on, drawn once. */
const { train, test } = digits({ train: 300, test: 300 });
const few = {
  name: "few digits",
  builtIn: true,
  inputs: 784,
  classes: 10,
  sizes: { train: 300, test: 300 },
  labelled: true,
  train,
  test,
};
const requester = () => requesterOf(createHandlers(few));

Deno.test("a watched training reports its model's error after each epoch", async () => {
  for (const plan of plans) {
    const ends: EpochEnd[] = [];
    const { bytes, finished } = await requester()(
      "train",
      { name: "mine", plan, watch: true, resume: false },
      {
        onProgress: ({ end }) => void (end && ends.push(end)),
      },
    );
    assertEquals([finished, ends.length], [true, plan.epochs]);
    for (const { bytes, clean, attacked, filters } of ends) {
      const model = loadModel(bytes);
      assertEquals(clean, measure(model, slice(test, 0, 300)).errorRate);
      assertEquals(attacked, measure(model, fgsm(model, slice(test, 0, 300), { epsilon: 0.25 })).errorRate);
      assertEquals(filters!.images.length % 784, 0);
    }
    assertEquals(loadModel(bytes!).tensors(), loadModel(ends.at(-1)!.bytes).tensors());
  }
});

Deno.test("a training interrupted and resumed ends with the same bytes as one that was not", async () => {
  for (const plan of plans) {
    const whole = await requester()("train", { name: "mine", plan, watch: true, resume: false });
    const request = requester();
    const controller = new AbortController();
    const first = await request("train", { name: "mine", plan, watch: true, resume: false }, {
      onProgress: ({ end }) => end && controller.abort(),
      signal: controller.signal,
    });
    assert(!first.finished && first.bytes);
    const rest = await request("train", { name: "mine", plan, watch: true, resume: true });
    assertEquals([rest.finished, rest.bytes], [true, whole.bytes]);
  }
});

Deno.test("a training interrupted before its first epoch ends has no model, and can be resumed", async () => {
  const request = requester();
  const controller = new AbortController();
  controller.abort();
  const name = { name: "mine", plan: PLAN, watch: true };
  const first = await request("train", { ...name, resume: false }, { signal: controller.signal });
  assertEquals(first, { finished: false, epochs: 0, bytes: undefined });
  const { finished, bytes } = await request("train", { ...name, resume: true });
  assertEquals([finished, bytes], [true, (await request("train", { ...name, resume: false })).bytes]);
});

Deno.test("an invalid training is refused, and the current model stays", async () => {
  const request = requester();
  await request("train", { name: "mine", plan: PLAN, watch: false, resume: false });
  const plan = { ...PLAN, epochs: 0 };
  await assertRejects(
    () => request("train", { name: "mine", plan, watch: true, resume: false }),
    InputError,
    "epochs 0",
  );
  assertEquals((await request("transfer", { attack: "fgsm", epsilon: 0, examples: 10 })).names, ["mine"]);
});

Deno.test("a training until an epoch stops there with the bytes of one of so many epochs, and can be resumed", async () => {
  for (const plan of plans.map((plan) => ({ ...plan, epochs: 4 }))) {
    const whole = await requester()("train", { name: "mine", plan, watch: true, resume: false });
    const two = { name: "mine", plan: { ...plan, epochs: 2 }, watch: true, resume: false };
    const request = requester();
    const first = await request("train", { name: "mine", plan, watch: true, resume: false, until: 2 });
    assertEquals([first.finished, first.epochs], [false, 2]);
    const tensors = (bytes: Uint8Array) => loadModel(bytes).tensors();
    assertEquals(tensors(first.bytes!), tensors((await requester()("train", two)).bytes!));
    const rest = await request("train", { name: "mine", plan, watch: true, resume: true });
    assertEquals([rest.finished, rest.epochs, rest.bytes], [true, 4, whole.bytes]);
  }
});

Deno.test("a training rests while it is asked to, and ends with the same bytes as one that did not", async () => {
  const ask = requester();
  const plan = { ...PLAN, epochs: 40 };
  const params = { name: "mine", plan, watch: false, resume: false } as const;
  const { bytes } = await requester()("train", params);
  let heard = 0;
  const rested = ask("train", params, { onProgress: () => void heard++ });
  await ask("rest", {});
  while (heard === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  const [before, start] = [heard, performance.now()];
  while (heard === before) {
    await ask("rest", {});
    if (performance.now() - start > 600) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assertEquals(heard, before);
  assertEquals((await rested).bytes, bytes);
  assert(heard > before);
});

Deno.test("two trainings run side by side, each to the bytes that it has alone", async () => {
  const request = requester();
  const [one, two] = [plans[0], { ...plans[0], adversarial: true }];
  const trained = (name: string, plan: Plan) => request("train", { name, plan, watch: true, resume: false });
  const together = await Promise.all([trained("a", one), trained("b", two)]);
  const alone = [await trained("c", one), await trained("d", two)];
  assertEquals(together.map(({ bytes }) => bytes), alone.map(({ bytes }) => bytes));
  assert(together[0].bytes !== together[1].bytes);
});
