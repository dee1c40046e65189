import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { fgsm } from "../../src/attacks/fgsm.ts";
import { batch } from "../../src/data/batch.ts";
import { digits } from "../../src/data/digits.ts";
import { matrix } from "../../src/matrix.ts";
import { softmaxLinear } from "../../src/models/mod.ts";
import { model } from "../../src/models/model.ts";
import { sha256 } from "../../scripts/sha256.ts";
import { budgets, epochs } from "../../src/paper/budgets.ts";
import { divide } from "../../src/paper/plan.ts";
import { members as voting } from "../../src/paper/recipes/ensemble.ts";
import { watch } from "../../src/paper/recipes/maxout.ts";
import { trainings } from "../../src/paper/recipes/mod.ts";
import type { Training } from "../../src/paper/recipes/training.ts";

const data = digits({ train: 120, test: 20 });

/** What a training of the standard budget is, in the words of the published recipe. */
function standard(): Readonly<Record<string, Training>> {
  const budget = budgets.standard;
  return trainings({ ...divide(data, budget), budget });
}

const all = standard();

// a model whose gradient is nowhere 0
const W = { shape: [10, 784], data: Float32Array.from({ length: 7840 }, (_, i) => Math.sin(i * i)) };
const b = { shape: [10], data: new Float32Array(10) };
const linear = model(softmaxLinear({ inputs: 784, classes: 10 }), { tensors: { W, b } });

Deno.test("recipes of the standard budget train for as long as the published network until its best epoch", () => {
  const epochs = Object.fromEntries(Object.entries(all).map(([name, { options }]) => [name, options.epochs]));
  assertEquals([epochs.maxout, epochs.adversarialMaxout], [243, 243]);
  assertEquals([epochs.softmax, epochs.logistic, epochs.rbf, epochs.mpDbm], [20, 30, 12, 20]);
  assertEquals([epochs.signNoiseMaxout, epochs.uniformNoiseMaxout], [243, 243]);
  assertEquals([epochs.sigmoidMaxout, epochs.rubbishMaxout, epochs.member1], [243, 243, 243]);
  assertEquals([epochs.droppedAttackMaxout, epochs.droppedBothMaxout, epochs.float32AttackMaxout], [
    243,
    243,
    243,
  ]);
  assertEquals(all.adversarialMaxout.after, undefined, "no search that is too short to settle anything");
});

Deno.test("recipes of maxout are the published one: 240 × 5 twice, ±.005, dropout, momentum, norms", () => {
  const { family, options } = all.maxout;
  assertEquals(family.config.units, [240, 240]);
  assertEquals([family.config.pieces, family.config.initialRange], [5, 0.005]);
  assertEquals(options.batchSize, 100);
  assertEquals(options.maxNorm, 1.9365);
  assertEquals(options.dropout, { input: { keep: 0.8, scale: 1 }, hidden: { keep: 0.5, scale: 2 } });
  assertEquals(options.perturbation, undefined);
  assertEquals(options.optimizer, {
    ...{ name: "sgd", learningRate: 0.1, learningRateDecay: 1.000004 },
    ...{ momentum: 0.5, finalMomentum: 0.7, rampEpochs: 250 },
  });
});

Deno.test("recipes' best epoch is that at which the published network has the rate and the momentum of its second stage", () => {
  // 500 updates an epoch; from the first epoch to the 250th momentum rises
  const { optimizer } = all.maxout.options, best = all.maxout.options.epochs!;
  assert(optimizer?.name === "sgd");
  const { learningRate, learningRateDecay = 1, momentum = 0, finalMomentum = 0, rampEpochs = 0 } = optimizer;
  assertAlmostEquals(learningRate / learningRateDecay ** (500 * best), 0.0615082606673, 1e-7);
  const part = (best - 1) / (rampEpochs - 1);
  assertAlmostEquals(momentum + (finalMomentum - momentum) * part, 0.694376766682, 2e-6);
});

/** How the perturbation of a training moves test images: mean size, and whether in one step of equal signs. */
function moved({ options }: Training) {
  const { perturbation } = options;
  assert(perturbation);
  const x = perturbation.apply(linear, data.test, 1);
  const changes = Array.from(x.data, (value, i) => Math.abs(value - data.test.x.data[i]));
  const max = Math.max(...changes);
  return { max, mean: changes.reduce((a, b) => a + b) / changes.length, x };
}

Deno.test("recipes of noise see noisy images alone, of ±.25 and uniform to .25", () => {
  for (const [name, mean] of [["signNoiseMaxout", 0.25], ["uniformNoiseMaxout", 0.125]] as const) {
    assertEquals(all[name].options.alpha, 0, name);
    const at = moved(all[name]);
    assert(
      Math.abs(at.max - 0.25) < 1e-3 && Math.abs(at.mean - mean) < 2e-3,
      `${name}: ${at.max}, ${at.mean}`,
    );
  }
});

Deno.test("recipes of adversarial training weigh the attack of .25 one half, with true labels", () => {
  for (const name of ["adversarialMaxout", "fgsmControl"]) {
    assertEquals(all[name].options.alpha, 0.5, name);
    assertEquals(moved(all[name]).x, fgsm(linear, data.test, { epsilon: 0.25 }).x);
  }
  assertEquals(all.adversarialLogistic.options.alpha, 0, "the closed form has no clean part");
  assertEquals(all.rubbishMaxout.options.alpha, 0.5);
});

Deno.test("recipes of the paper's open questions differ from adversarial training in how the attack is made alone", () => {
  const { perturbation: _, ...usual } = all.adversarialMaxout.options;
  const names = ["droppedAttackMaxout", "droppedBothMaxout", "float32AttackMaxout"];
  const made = names.map((name) => {
    const { perturbation, ...options } = all[name].options;
    assertEquals([options, all[name].family.config], [usual, all.adversarialMaxout.family.config]);
    return [perturbation!.dropped, perturbation!.name];
  });
  assertEquals(made, [
    ["attack", 'fgsm {"epsilon":0.25,"dropped":"attack"}'],
    ["both", 'fgsm {"epsilon":0.25,"dropped":"both"}'],
    [undefined, 'fgsm {"epsilon":0.25,"gradient":"float32"}'],
  ]);
});

Deno.test("recipes of decay price the first layer alone, and logistic regression as a whole", () => {
  for (const l1 of [2.5e-3, 2.5e-4, 2.5e-5, 2.5e-6]) {
    assertEquals(all[`l1Maxout-${l1}`].options.l1, { "layer0.W": l1 });
  }
  for (const l1 of [0.25, 0.025, 0.0025]) assertEquals(all[`l1Logistic-${l1}`].options.l1, l1);
});

Deno.test("recipes of the ensemble are twelve, alike but for their seeds", () => {
  const members = Object.entries(all).filter(([name]) => name.startsWith("member"));
  assertEquals(members.length, 12);
  assertEquals(members.map(([name]) => name), voting);
  assertEquals(new Set(members.map(([, { seed }]) => seed)).size, 12);
  for (const [, { options }] of members) assertEquals(options, all.member1.options);
});

Deno.test("recipes of the full budget have the larger networks of 1600 units, and the published 343 epochs", () => {
  const full = trainings({ ...divide(data, budgets.full), budget: budgets.full });
  assertEquals(full.largeMaxout.family.config.units, [1600, 1600]);
  assertEquals(full.largeAdversarialMaxout.family.config.units, [1600, 1600]);
  const published = [full.maxout, full.signNoiseMaxout, full.sigmoidMaxout, full.adversarialSearch];
  assertEquals(published.map(({ options }) => options.epochs), [343, 343, 343, 343]);
  assertEquals(budgets.full.seeds, 5);
  // stopped by held-out examples, then trained anew on all for as long as that says
  assertEquals(full.adversarialSearch.data.labels.length, 100);
  assert(full.adversarialSearch.options.validationPerturbation && full.adversarialSearch.options.validation);
  const { data: whole, after } = full.adversarialMaxout;
  assertEquals([whole.labels.length, after?.model], [120, "adversarialSearch"]);
  assertEquals(after?.options({ epochs: "30" }).epochs, 30);
});

Deno.test("recipes of sigmoids and RBF networks have independent probabilities on top", () => {
  assertEquals([all.sigmoidMaxout, all.rubbishMaxout].map(({ family }) => family.head.name), [
    "sigmoid",
    "sigmoid",
  ]);
  assertEquals(all.rbf.family.head.name, "exponential");
  assertEquals([all.rbf.family.config.initialPrecision, all.rbf.family.config.initialSpread], [0.04, 0.3]);
});

Deno.test("watch() gives the shares of the first 2,000 held-out examples that a model errs on, clean and attacked", () => {
  // class 1 above a half, of which a step of .25 leads back from .6, not from .95
  const tensors = {
    W: { shape: [2, 1], data: Float32Array.of(0, 1) },
    b: { shape: [2], data: Float32Array.of(0.5, 0) },
  };
  using own = model(softmaxLinear({ inputs: 1, classes: 2 }), { tensors });
  const x = Array.from({ length: 2001 }, (_, i) => i > 0 && i <= 300 ? 0.6 : 0.95);
  // the first is wrong, and so is the one too many
  const labels = x.map((_, i) => i === 0 || i === 2000 ? 0 : 1);
  const watched = watch(batch({ x: matrix(2001, 1, x), labels, classes: 2 }));
  assertEquals(watched(own), { clean: 1 / 2000, attacked: 301 / 2000 });
});

/** All that a recipe says, in text: examples by their number, perturbations by their name. */
function said({ family, data, options, cost, seed, after }: Training): string {
  const words = JSON.stringify(options, (key, value) => {
    if (key === "validation") return value.labels.length;
    if (key === "perturbation" || key === "validationPerturbation") {
      return [value.name, value.layer, value.dropped];
    }
    return typeof value === "function" ? "…" : value;
  });
  const from = after && [after.model, after.options({ epochs: "7" })];
  return `${JSON.stringify([family.name, family.config, data.labels.length, cost, seed, from])} ${words}`;
}

/**
 * SHA-256 of the recipes of each budget, as they were when this was written. Reports of two versions are compared by budget
 * and model alone: where a recipe is changed, say so in the report's notes, and put the new hash here.
 */
const RECIPES: Readonly<Record<string, string>> = {
  quick: "c16408622ba706dc42ba178c85ba7688d0e303c3e8a2d9f1a2b4e029a93622f5",
  standard: "26e24ff0cb9ed4f059d01571b3aed434b770c35d674464473601202d369a22ee",
  full: "36e3f687ea892ff373e950e401ff2373157bc72be1afb1020d9a09339b6fc2bc",
};

Deno.test("recipes of each budget are those that earlier reports were made by", async () => {
  for (const budget of Object.values(budgets)) {
    const own = Object.entries(trainings({ ...divide(data, budget), budget }));
    const text = own.map(([name, training]) => `${name} ${said(training)}\n`).sort().join("");
    assertEquals(
      await sha256(new TextEncoder().encode(text)),
      RECIPES[budget.name],
      budget.name,
    );
  }
});

Deno.test("budgets are the published sizes, and for quick runs smaller ones", () => {
  const { quick, standard, full } = budgets;
  // MNIST's last 10,000 training images are for validation; two layers of 240 units, first weights within ±.005
  const published = { examples: 50000, validation: 10000, units: 240, initialRange: 0.005 };
  assertEquals(standard, { name: "standard", seeds: 1, ...published });
  assertEquals(full, { name: "full", seeds: 5, ...published });
  assertEquals(quick, {
    ...{ name: "quick", seeds: 1, examples: 10000, validation: 2000, units: 120, initialRange: 0.05 },
  });
  const each = { quick: 1, standard: 20, full: 300 };
  assertEquals([quick, standard, full].map((budget) => epochs(budget, each)), [1, 20, 300]);
  assertEquals(epochs({ ...standard, maxEpochs: 2 }, each), 2);
});
