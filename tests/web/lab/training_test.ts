import { InputError } from "../../../src/errors.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { digits, fgsm, loadModel, measure, slice } from "../../../src/mod.ts";
import type { EpochEnd, Plan } from "../../../src/web/lab/protocol.ts";
import { asking, PLAN } from "./support.ts";

const plans: readonly Plan[] = [
  PLAN,
  { ...PLAN, family: "rbf", epochs: 2 },
  { ...PLAN, family: "maxout", adversarial: true, epochs: 2 },
];
const { test } = digits({ train: 0, test: 300 });

Deno.test("a watched training tells after each epoch what its model is worth", async () => {
  for (const plan of plans) {
    const ends: EpochEnd[] = [];
    const { bytes, finished } = await asking()("train", { name: "mine", plan, watch: true, resume: false }, {
      tell: ({ end }) => void (end && ends.push(end)),
    });
    assertEquals([finished, ends.length], [true, plan.epochs]);
    for (const { bytes, clean, attacked, filters } of ends) {
      const model = loadModel(bytes);
      assertEquals(clean, measure(model, slice(test, 0, 300)).errorRate);
      assertEquals(attacked, measure(model, fgsm(model, slice(test, 0, 300), { epsilon: 0.25 })).errorRate);
      assertEquals(filters.images.length % (784 * filters.columns), 0);
    }
    assertEquals(loadModel(bytes!).tensors(), loadModel(ends.at(-1)!.bytes).tensors());
  }
});

Deno.test("a training interrupted and resumed ends with the same bytes as one that was not", async () => {
  for (const plan of plans) {
    const whole = await asking()("train", { name: "mine", plan, watch: true, resume: false });
    const ask = asking();
    const controller = new AbortController();
    const first = await ask("train", { name: "mine", plan, watch: true, resume: false }, {
      tell: ({ end }) => end && controller.abort(),
      signal: controller.signal,
    });
    assert(!first.finished && first.bytes);
    const rest = await ask("train", { name: "mine", plan, watch: true, resume: true });
    assertEquals([rest.finished, rest.bytes], [true, whole.bytes]);
  }
});

Deno.test("a training interrupted before its first epoch ends has no model, and can be resumed", async () => {
  const ask = asking();
  const controller = new AbortController();
  controller.abort();
  const name = { name: "mine", plan: PLAN, watch: true };
  const first = await ask("train", { ...name, resume: false }, { signal: controller.signal });
  assertEquals(first, { finished: false, bytes: undefined });
  const { finished, bytes } = await ask("train", { ...name, resume: true });
  assertEquals([finished, bytes], [true, (await ask("train", { ...name, resume: false })).bytes]);
});

Deno.test("a training that cannot be is refused, and what is there stays", async () => {
  const ask = asking();
  await ask("train", { name: "mine", plan: PLAN, watch: false, resume: false });
  const plan = { ...PLAN, epochs: 0 };
  await assertRejects(
    () => ask("train", { name: "mine", plan, watch: true, resume: false }),
    InputError,
    "epochs 0",
  );
  assertEquals((await ask("transfer", { epsilon: 0, examples: 10 })).names, ["mine"]);
});
