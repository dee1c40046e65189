import { moving } from "../moving.ts";
import { assert, assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { anyAttacks, fgsm } from "../../src/attacks/mod.ts";
import { lossGradient } from "../../src/loss.ts";
import type { Differentiable } from "../../src/models/classifier.ts";
import { predict } from "../../src/predict.ts";
import { heap } from "../../src/runtime/variants.ts";
import { train } from "../../src/train/train.ts";
import { perturbation } from "../../src/attacks/perturbations.ts";
import { trades } from "../../src/train/trades.ts";
import { SHORT } from "../attacks/short.ts";
import { examplesFor, INPUTS, specimenModel, specimens, userModel } from "../models/specimens.ts";

/** Expects of `work` on memory that moves what it gives on memory that stays. */
async function assertUnmoved(name: string, work: () => unknown): Promise<void> {
  moving.on = false;
  const stays = await work();
  moving.on = true;
  assertEquals(await work(), stays, name);
}

Deno.test("memory of these tests moves at every allocation", () => {
  moving.on = true;
  const m = heap().matrix(2, 2), view = m.data;
  using _ = heap().matrix(1, 1);
  assertEquals([view.length, m.data.length], [0, 4]);
  moving.on = false;
  const stays = m.data;
  using _more = heap().matrix(1, 1);
  assert(m.data === stays);
});

const ATTACKED = ["maxout", "mlp", "rbf"];

Deno.test("attacks in each norm and with each loss are the same, wherever memory moves", async () => {
  const chosen = ATTACKED.map((family) => specimens.find(({ name }) => name.startsWith(family))!);
  const attackAll = async (model: Differentiable, of: string) => {
    const examples = examplesFor(model, 5, { lo: 0, hi: 1 });
    for (const [name, attack] of Object.entries(anyAttacks)) {
      for (const norm of attack.norms) {
        const options = { ...SHORT[name], epsilon: 0.3, norm, bounds: [0, 1] as const };
        await assertUnmoved(`${name} in ${norm} on ${of}`, () => attack(model, examples, options).x.data);
      }
      for (
        const more of [{ loss: "dlr" }, { stopEarly: true }, { randomStart: false }, { gradient: "float32" }]
      ) {
        if (!(Object.keys(more)[0] in attack.options)) continue;
        const options = { ...SHORT[name], epsilon: 0.3, ...more };
        await assertUnmoved(
          `${name} with ${JSON.stringify(more)} on ${of}`,
          () => attack(model, examples, options).x.data,
        );
      }
    }
  };
  for (const specimen of chosen) {
    using model = specimenModel(specimen);
    await attackAll(model, specimen.name);
  }
  await attackAll(userModel(), "a user's model");
});

Deno.test("models of every family predict and differentiate the same, wherever memory moves", async () => {
  for (const specimen of specimens) {
    using model = specimenModel(specimen);
    const examples = examplesFor(model, 9, { lo: 0, hi: 1 });
    await assertUnmoved(`predict ${specimen.name}`, () => predict(model, examples.x));
    await assertUnmoved(`gradient of ${specimen.name}`, () => lossGradient(model, examples).data);
  }
});

Deno.test("training, plain, adversarial and by trades, is the same, wherever memory moves", async () => {
  for (const specimen of specimens) {
    const examples = examplesFor({ inputs: INPUTS, classes: specimen.family.classes }, 9, { lo: 0, hi: 1 });
    const plain = { epochs: 2, batchSize: 4 };
    const adversarial = { ...plain, perturbation: perturbation(fgsm, { epsilon: 0.1 }) };
    for (
      const options of ["classRbm", "mpDbm"].includes(specimen.family.name)
        ? [plain]
        : [plain, adversarial, { ...adversarial, objective: trades() }]
    ) {
      await assertUnmoved(`training ${specimen.name} by ${Object.keys(options)}`, async () => {
        using trained = await train(specimen.family, examples, options);
        return trained.tensors();
      });
    }
  }
});
