import { assert, assertEquals, assertThrows } from "@std/assert";
import { fgsm } from "../../src/attacks/mod.ts";
import { digits } from "../../src/data/digits.ts";
import { InputError } from "../../src/errors.ts";
import { measure } from "../../src/evaluate/measure.ts";
import { loadModel, saveModel } from "../../src/models/file.ts";
import { mlp } from "../../src/models/mlp.ts";
import { rng } from "../../src/rng.ts";
import { init } from "../../src/runtime/variants.ts";
import { train } from "../../src/train/mod.ts";
import { assertClose } from "../support.ts";

Deno.test("mlp() with every activation learns digits, is fooled by fgsm, and is the same from its file", async () => {
  init({ kernels: "baseline" });
  const data = digits({ seed: 1, train: 1000, test: 200 });
  for (const activation of ["relu", "leakyRelu", "tanh", "sigmoid"] as const) {
    const family = mlp({ inputs: 784, classes: 10, units: [60, 30], activation });
    const epochs = activation === "sigmoid" ? 20 : 5;
    using trained = await train(family, data.train, { epochs, seed: 1 });
    const { errorRate } = measure(trained, data.test);
    assert(errorRate < 0.35, `${activation}: ${errorRate}`);
    const attacked = measure(trained, fgsm(trained, data.test, { epsilon: 0.25 }));
    assert(attacked.errorRate > errorRate + 0.2, `${activation}: ${attacked.errorRate} after ${errorRate}`);
    using loaded = loadModel(saveModel(trained));
    assertEquals(loaded.scores(data.test.x), trained.scores(data.test.x), activation);
  }
});

Deno.test("mlp() draws weights of the variance and range that its initialization says, and biases of 0", () => {
  const variance = { he: 2 / 300, glorot: 2 / 500 };
  for (const scheme of ["he", "glorot"] as const) {
    for (const kind of ["Uniform", "Normal"] as const) {
      const family = mlp({ inputs: 300, classes: 2, units: [200], initialization: `${scheme}${kind}` });
      const { "layer0.W": { data }, "layer0.b": bias } = family.initial(rng(1));
      const values = data as Float32Array;
      const found = values.reduce((sum, value) => sum + value * value, 0) / values.length;
      // of 60,000 draws: the relative standard error of a variance is below 0.6 %
      assertClose([found / variance[scheme]], [1], 0.025, family.name);
      const range = Math.sqrt(3 * variance[scheme]);
      assertEquals(values.every((value) => Math.abs(value) <= range * (1 + 1e-6)), kind === "Uniform");
      assert(bias.data.every((value) => value === 0));
    }
  }
});

Deno.test("mlp() without hidden layers is a linear model, and refuses unknown options", () => {
  assertEquals(Object.keys(mlp({ inputs: 3, classes: 2, units: [] }).shapes), ["top.W", "top.b"]);
  const make = (options: object) => () => mlp({ inputs: 3, classes: 2, ...options });
  assertThrows(make({ activation: "gelu" }), InputError, "must be relu, leakyRelu, tanh or sigmoid");
  assertThrows(make({ unit: [3] }), InputError, 'there is no option "unit"; did you mean units?');
  assertThrows(make({ units: [3, 0.5] }), InputError, "must be a list of whole numbers ≥ 1");
  assertThrows(make({ slope: 1 }), InputError, "with slope 1: must be a finite number in (0, 1)");
});
