import { assert, assertEquals } from "@std/assert";
import { rates } from "../../../../scripts/cli/outputs.ts";
import { loadData } from "../../../../scripts/data/folder.ts";
import {
  attacks,
  fgsm,
  kernels,
  loadModel,
  measure,
  predict,
  readSafetensors,
  signNoise,
  slice,
} from "../../../../src/mod.ts";
import { oneOf } from "../../../../src/schema.ts";
import { assertRefused, json, printed, SMALL_READING, withModel } from "../support.ts";

Deno.test("attack writes what it made, from what, and what the model says of it", () =>
  withModel(async ({ folder, data, model: file }) => {
    const out = `${folder}/adversarial`;
    const args = ["attack", "--model", file, "--data", data, "--attack", "fgsm", "--epsilon", "0.25"];
    const said = await json(...args, "--limit", "20", "--out", out);
    using model = loadModel(await Deno.readFile(file));
    const examples = slice((await loadData(data)).test, 0, 20);
    const expected = fgsm(model, examples, { epsilon: 0.25 });
    const { tensors, metadata } = readSafetensors(await Deno.readFile(out));
    assertEquals(tensors, {
      label: { shape: [20], data: examples.labels.slice() },
      predicted: { shape: [20], data: predict(model, examples.x).predicted },
      predictedAdv: { shape: [20], data: expected.predicted },
      probabilityAdv: { shape: [20, 10], data: expected.probabilities.data },
      x: { shape: [20, 784], data: examples.x.data.slice() },
      xAdv: { shape: [20, 784], data: expected.x.data },
    });
    assertEquals(metadata, {
      attack: "fgsm",
      data,
      epsilon: "0.25",
      family: "softmaxLinear",
      kernels: kernels(),
      seed: "0",
      split: "test",
    });
    const attacked = measure(model, expected);
    assertEquals(said, {
      model: file,
      data: { name: data, examples: 20, reading: SMALL_READING },
      kernels: kernels(),
      attack: "fgsm",
      epsilon: 0.25,
      clean: rates(measure(model, examples)),
      attacked: rates(attacked),
      fooledRate: attacked.errorRate,
    });
  }));

Deno.test("attack aims, clips, chooses its norm and its noise as told", () =>
  withModel(async ({ folder, data, model: file }) => {
    using model = loadModel(await Deno.readFile(file));
    const { test, train: trainSet } = await loadData(data);
    const out = `${folder}/adversarial`;
    const made = async (...options: string[]) => {
      await printed("attack", "--model", file, "--data", data, "--epsilon", "0.5", "--out", out, ...options);
      const { tensors, metadata } = readSafetensors(await Deno.readFile(out));
      return { x: tensors.xAdv.data, metadata };
    };
    const aimed = await made("--target", "3", "--bounds", "0,1");
    assertEquals(aimed.x, fgsm(model, test, { epsilon: 0.5, target: 3, bounds: [0, 1] }).x.data);
    assertEquals([aimed.metadata.target, aimed.metadata.bounds], ["3", "0,1"]);
    const round = await made("--norm", "L2", "--labels", "predicted", "--split", "train", "--limit", "30");
    assertEquals(
      round.x,
      fgsm(model, slice(trainSet, 0, 30), { epsilon: 0.5, norm: "L2", labels: "predicted" }).x.data,
    );
    assertEquals([round.metadata.norm, round.metadata.labels, round.metadata.split], [
      "L2",
      "predicted",
      "train",
    ]);
    const noise = await made("--attack", "signNoise", "--seed", "5");
    assertEquals(noise.x, signNoise(model, test, { epsilon: 0.5, seed: 5 }).x.data);
    assertEquals(noise.metadata.seed, "5");
    const text = await printed(
      "attack",
      "--model",
      file,
      "--data",
      data,
      "--epsilon",
      "0.5",
      "--target",
      "3",
    );
    assert(
      /^fgsm with epsilon 0.5 on 60 examples of .*\ndata: .*\nerror .* %.*\ntaken for class 3: .* %\n$/.test(
        text,
      ),
      text,
    );
  }));

Deno.test("attack refuses what cannot be, before it writes anything", () =>
  withModel(async ({ folder, data, model }) => {
    const args = (...rest: string[]) => ["attack", "--model", model, "--data", data, ...rest];
    await assertRefused(args(), 2, "attack needs --epsilon E; see gibbon help attack");
    await assertRefused(args("--epsilon", "-0.1"), 2, "--epsilon must be a finite number ≥ 0, not -0.1");
    await assertRefused(args("--epsilon", "NaN"), 2, "--epsilon must be a finite number ≥ 0, not NaN");
    await assertRefused(
      args("--epsilon", "1", "--target", "10"),
      2,
      "--target must be in 0 … 9, the classes of the model, not 10",
    );
    await assertRefused(
      args("--epsilon", "1", "--attack", "signNoise", "--norm", "L2"),
      2,
      "--norm does not go with signNoise, but with fgsm",
    );
    for (
      const [attack, option, value] of [["lbfgs", "labels", "predicted"], ["signNoise", "gradient", "safe"]]
    ) {
      await assertRefused(
        args("--epsilon", "1", "--attack", attack, `--${option}`, value),
        2,
        `--${option} does not go with ${attack}, which does not follow a gradient`,
      );
    }
    await assertRefused(
      args("--epsilon", "1", "--target", "1", "--labels", "true"),
      2,
      "--labels does not go with --target, whose loss is lowered",
    );
    await assertRefused(
      args("--epsilon", "1", "--bounds", "1,0"),
      1,
      "Cannot attack by fgsm within bounds 1, 0: the first must be less",
    );
    await assertRefused(
      args("--epsilon", "1", "--attack", "fgsn"),
      2,
      `--attack must be ${oneOf(Object.keys(attacks))}, not fgsn; did you mean fgsm?`,
    );
    await assertRefused(
      args("--epsilon", "1", "--out", `${folder}/none/file`),
      1,
      `Cannot write ${folder}/none/file: its folder does not exist`,
    );
  }));
