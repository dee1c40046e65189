import { assert, assertEquals } from "@std/assert";
import {
  directedRubbish,
  kernels,
  loadModel,
  measureRubbish,
  readSafetensors,
  rubbish,
  rubbishRadii,
} from "../../../../src/mod.ts";
import { rowsOf } from "../../../../src/matrix.ts";
import { assertRefused, json, printed, withModel } from "../support.ts";

Deno.test("rubbish --json prints one object of rates, those that the library measures", () =>
  withModel(async ({ folder, model: file }) => {
    const args = [
      "rubbish",
      "--model",
      file,
      "--samples",
      "600",
      "--seed",
      "3",
      "--std",
      "2",
      "--threshold",
      "0.6",
    ];
    const said = await json(...args, "--out", `${folder}/noise`);
    using model = loadModel(await Deno.readFile(file));
    const drawn = rubbish(model, { samples: 600, seed: 3, std: 2, threshold: 0.6 });
    const conditions = { seed: 3, mean: 0, std: 2, threshold: 0.6 };
    assertEquals(said, { model: file, kernels: kernels(), conditions, ...measureRubbish(drawn) });
    const { tensors, metadata } = readSafetensors(await Deno.readFile(`${folder}/noise`));
    assertEquals(tensors, {
      fooled: { shape: [600], data: Int32Array.from(drawn.fooled) },
      predicted: { shape: [600], data: drawn.predicted },
      probability: { shape: [600, 10], data: drawn.probabilities.data },
      x: { shape: [600, 784], data: drawn.x.data },
    });
    assertEquals(metadata, {
      family: "softmaxLinear",
      kernels: kernels(),
      seed: "3",
      mean: "0",
      std: "2",
      threshold: "0.6",
    });
    const text = await printed(...args);
    assert(/^\d+\.\d\d % of 600 inputs of noise taken for something, p > 0\.6/.test(text), text);
  }));

Deno.test("rubbish --certify reports the regions around noise that the library certifies", () =>
  withModel(async ({ model: file }) => {
    const args = [
      "rubbish",
      "--model",
      file,
      "--samples",
      "6",
      "--certify",
      "4",
      "--radius",
      "0.5",
      "--norm",
      "L2",
    ];
    const { regions } = await json(...args);
    using model = loadModel(await Deno.readFile(file));
    const drawn = rubbish(model, { samples: 6 });
    const { claimed, radius } = rubbishRadii(model, rowsOf(drawn.x, 0, 4), { norm: "L2", max: 0.5 });
    const of = (kind: (c: number) => boolean) => {
      const radii = [...radius].filter((_, i) => kind(claimed[i])).sort((a, b) => a - b);
      if (radii.length === 0) return null;
      return {
        inputs: radii.length,
        min: radii[0],
        median: radii[Math.floor(radii.length / 2)],
        max: radii[radii.length - 1],
      };
    };
    assertEquals(regions, {
      norm: "L2",
      limit: 0.5,
      claimed: of((c) => c >= 0),
      unclaimed: of((c) => c < 0),
    });
    assert((await printed(...args)).includes("certified regions, L2 norm"));
  }));

Deno.test("rubbish moved toward a class reports its success per draw", () =>
  withModel(async ({ folder, model: file }) => {
    const args = [
      "rubbish",
      "--model",
      file,
      "--samples",
      "40",
      "--target",
      "3",
      "--epsilon",
      "0.02",
      "--attempts",
      "3",
    ];
    const said = await json(...args, "--out", `${folder}/noise`);
    using model = loadModel(await Deno.readFile(file));
    const drawn = directedRubbish(model, { samples: 40, target: 3, epsilon: 0.02, attempts: 3 });
    const { conditions, ...rest } = said;
    assertEquals(rest, {
      model: file,
      kernels: kernels(),
      ...measureRubbish(drawn),
      successRate: drawn.successRate,
    });
    const given = { target: 3, epsilon: 0.02, step: "sign", attempts: 3 };
    assertEquals(conditions, { seed: 0, mean: 0, std: 1, threshold: 0.5, ...given });
    const { tensors } = readSafetensors(await Deno.readFile(`${folder}/noise`));
    assertEquals(tensors.attempts, { shape: [40], data: drawn.attempts });
  }));

Deno.test("rubbish refuses a move without a class, and a class without a move", async () => {
  await assertRefused(["rubbish", "--model", "m", "--target", "3"], 2, "--target needs --epsilon E");
  await assertRefused(["rubbish", "--model", "m", "--attempts", "3"], 2, "--attempts needs --target K");
  await assertRefused(
    ["rubbish", "--model", "m", "--samples", "0"],
    2,
    "--samples must be a whole number ≥ 1, not 0",
  );
});
