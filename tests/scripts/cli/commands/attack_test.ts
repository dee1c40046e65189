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
import { attackSchemas } from "../../../../src/evaluate/attack_choice.ts";
import { readNpy } from "../../../../src/data/npy.ts";
import { oneOf } from "../../../../src/wording.ts";
import { assertRefused, json, printed, SMALL_READING, withModel } from "../support.ts";

Deno.test("attack writes its examples, the originals, and the model's predictions", () =>
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
    const { conditions, data: given, ...rest } = metadata;
    assertEquals(rest, {
      attack: "fgsm",
      epsilon: "0.25",
      family: "softmaxLinear",
      kernels: kernels(),
      model: file,
    });
    const read = { name: data, split: "test", examples: 20, reading: SMALL_READING };
    assertEquals(JSON.parse(given), read);
    const own = { labels: "true", loss: "own", gradient: "safe", norm: "Linf" };
    const how = {
      bounds: null,
      seed: 0,
      attacks: [{ name: "fgsm", attack: "fgsm", distance: "Linf", options: own }],
    };
    assertEquals(JSON.parse(conditions), how);
    const attacked = measure(model, expected);
    const right = [...predict(model, examples.x).predicted].map((each, i) => each === examples.labels[i]);
    const fooled = right.filter((was, i) => was && expected.predicted[i] !== examples.labels[i]).length;
    assertEquals(said, {
      model: file,
      data: read,
      kernels: kernels(),
      conditions: how,
      clean: rates(measure(model, examples)),
      attacked: [{
        attack: "fgsm",
        distance: "Linf",
        epsilon: 0.25,
        ...rates(attacked),
        fooledRate: fooled / right.filter(Boolean).length,
        zeroGradients: 0,
      }],
    });
  }));

Deno.test("attack aims, clips, and chooses its norm and its noise as asked", () =>
  withModel(async ({ folder, data, model: file }) => {
    using model = loadModel(await Deno.readFile(file));
    const { test, train: trainSet } = await loadData(data);
    const out = `${folder}/adversarial`;
    const args = ["attack", "--model", file, "--data", data, "--epsilon", "0.5"];
    const made = async (...options: string[]) => {
      await printed(...args, "--out", out, "--force", ...options);
      const { tensors, metadata } = readSafetensors(await Deno.readFile(out));
      return { x: tensors.xAdv.data, metadata, conditions: JSON.parse(metadata.conditions) };
    };
    const aimed = await made("--target", "3", "--bounds", "0,1");
    assertEquals(aimed.x, fgsm(model, test, { epsilon: 0.5, target: 3, bounds: [0, 1] }).x.data);
    assertEquals([aimed.metadata.target, aimed.conditions.bounds], ["3", [0, 1]]);
    const round = await made("--norm", "L2", "--labels", "predicted", "--split", "train", "--limit", "30");
    assertEquals(
      round.x,
      fgsm(model, slice(trainSet, 0, 30), { epsilon: 0.5, norm: "L2", labels: "predicted" }).x.data,
    );
    const [{ distance, options: { norm, labels } }] = round.conditions.attacks;
    assertEquals([distance, norm, labels, JSON.parse(round.metadata.data).split], [
      "L2",
      "L2",
      "predicted",
      "train",
    ]);
    const noise = await made("--attack", "signNoise", "--seed", "5");
    assertEquals(noise.x, signNoise(model, test, { epsilon: 0.5, seed: 5 }).x.data);
    assertEquals(noise.conditions.seed, 5);
    const still = await made("--fixed", "0,1,400", "--grid", "255", "--bounds", "0,1");
    assertEquals(
      still.x,
      fgsm(model, test, { epsilon: 0.5, fixed: [0, 1, 400], grid: 255, bounds: [0, 1] }).x.data,
    );
  }));

Deno.test("attack with a target counts apart what was of its class or taken for it before", () =>
  withModel(async ({ data, model: file }) => {
    using model = loadModel(await Deno.readFile(file));
    const { test } = await loadData(data);
    const args = ["attack", "--model", file, "--data", data, "--epsilon", "0.05", "--target", "3"];
    const { targeted, attacked } = await json(...args);
    const before = predict(model, test.x).predicted;
    const after = fgsm(model, test, { epsilon: 0.05, target: 3 }).predicted;
    const others = [...test.labels.keys()].filter((i) => test.labels[i] !== 3 && before[i] !== 3);
    const hits = others.filter((i) => after[i] === 3).length;
    assert(hits > 0 && others.length < 60 - 5);
    assertEquals(targeted, {
      target: 3,
      examples: others.length,
      already: 60 - others.length,
      hitRate: hits / others.length,
    });
    const right = [...test.labels.keys()].filter((i) => test.labels[i] === before[i]);
    assertEquals(
      attacked[0].fooledRate,
      right.filter((i) => after[i] !== test.labels[i]).length / right.length,
    );
    const text = await printed(...args);
    assert(/^taken for class 3: \d+\.\d\d % of \d+ that were not; \d+ were$/m.test(text), text);
  }));

Deno.test("attack writes .npy and .csv by the name's ending, and over nothing without --force", () =>
  withModel(async ({ folder, data, model: file }) => {
    using model = loadModel(await Deno.readFile(file));
    const examples = slice((await loadData(data)).test, 0, 20);
    const { x } = fgsm(model, examples, { epsilon: 0.5 });
    const args = ["attack", "--model", file, "--data", data, "--epsilon", "0.5", "--limit", "20", "--out"];
    await printed(...args, `${folder}/a.npy`);
    const { shape, data: numbers } = readNpy(await Deno.readFile(`${folder}/a.npy`));
    assertEquals([shape, [...numbers]], [[20, 784], [...x.data]]);
    // its labels lie beside it, and with them it is data again
    const again = await loadData(`${folder}/a.npy`, { scale: "none" });
    assertEquals([again.test.x.data, again.test.labels], [x.data, examples.labels]);
    await Deno.remove(`${folder}/a.npy`);
    await assertRefused(
      [...args, `${folder}/a.npy`],
      1,
      `Cannot write ${folder}/a_labels.npy: it is there already; name another, or add --force`,
    );
    await printed(...args, `${folder}/a.csv`);
    const lines = (await Deno.readTextFile(`${folder}/a.csv`)).trimEnd().split("\n").map((line) =>
      line.split(",").map(Number)
    );
    assertEquals(lines.map(([label]) => label), [...examples.labels]);
    assertEquals(lines.flatMap(([, ...row]) => row), [...x.data]);

    await assertRefused(
      [...args, `${folder}/a.csv`],
      1,
      `Cannot write ${folder}/a.csv: it is there already; name another, or add --force`,
    );
    await printed(...args, `${folder}/a.csv`, "--force");
    await assertRefused(
      [...args, `${folder}/a.png`],
      2,
      `--out must end with .safetensors or .npy or .csv, not ${folder}/a.png`,
    );
  }));

Deno.test("attack refuses invalid options before it writes anything", () =>
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
    // two attacks with the same choice are named together
    const several = oneOf(Object.keys(attacks).filter((name) => Object.hasOwn(attackSchemas[name], "norm")));
    await assertRefused(
      args("--epsilon", "1", "--attack", "rotation", "--norm", "L2"),
      2,
      `--norm does not go with rotation, but with ${several}`,
    );
    for (
      const [attack, option, value] of [["lbfgs", "labels", "predicted"], ["signNoise", "gradient", "safe"]]
    ) {
      await assertRefused(
        args("--epsilon", "1", "--attack", attack, `--${option}`, value),
        2,
        `--${option} does not go with ${attack}, but with ${
          oneOf(Object.keys(attacks).filter((name) => Object.hasOwn(attackSchemas[name], option)))
        }`,
      );
    }
    await assertRefused(
      args("--epsilon", "1", "--target", "1", "--labels", "true"),
      2,
      "--labels cannot be used with --target, whose loss is lowered",
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
