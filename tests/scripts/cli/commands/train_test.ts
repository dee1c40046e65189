import { assert, assertEquals, assertMatch } from "@std/assert";
import { loadData } from "../../../../scripts/data/folder.ts";
import { families, fgsm, kernels, loadModel, measure, readSafetensors, sweep } from "../../../../src/mod.ts";
import { attackSchemas } from "../../../../src/evaluate/attack_choice.ts";
import { oneOf } from "../../../../src/wording.ts";
import { rates } from "../../../../scripts/cli/outputs.ts";
import {
  assertRefused,
  filesIn,
  gibbon,
  inFolder,
  json,
  printed,
  SMALL_READING,
  smallDigits,
} from "../support.ts";

/** Runs `run` with a folder, the small digits in it, and `train` on them. */
function training(
  run: (
    folder: string,
    train: (out: string, options: string) => string[],
  ) => Promise<void>,
): Promise<void> {
  return inFolder(async (folder) => {
    const data = await smallDigits(folder);
    await run(folder, (out, options) => [
      ...["train", "--data", data, "--out", `${folder}/${out}`],
      ...options.replaceAll("FOLDER", folder).split(" "),
    ]);
  });
}

async function metadata(path: string): Promise<Record<string, string>> {
  return readSafetensors(await Deno.readFile(path)).metadata;
}

Deno.test("train writes a model with its provenance, and prints its test error", () =>
  training(async (folder, train) => {
    const out = `${folder}/a.safetensors`;
    const said = await json(...train("a.safetensors", "--model softmaxLinear --epochs 2 --seed 3"));
    using model = loadModel(await Deno.readFile(out));
    const { test } = await loadData(`${folder}/digits`);
    const { training, ...rest } = said;
    assertEquals(rest, {
      model: out,
      family: "softmaxLinear",
      data: { name: `${folder}/digits`, split: "test", examples: 60, reading: SMALL_READING },
      kernels: kernels(),
      clean: rates(measure(model, test)),
      attacked: [],
      warnings: [],
    });
    const { history, recipe, sha256, ...record } = await metadata(out);
    assertMatch(sha256, /^[0-9a-f]{64}$/);
    assertEquals(training, { examples: 300, epochs: 2, loss: JSON.parse(history)[1].loss });
    assertEquals(JSON.parse(recipe), JSON.parse(JSON.stringify(model.family.recipe)));
    assertEquals(record, {
      format: "gibbon-model-1",
      family: "softmaxLinear",
      head: "softmax",
      config: '{"inputs":784,"classes":10}',
      data: `${folder}/digits`,
      epochs: "2",
      kernels: kernels(),
      reading: '{"scaling":{"kind":"255"},"labels":{"classes":10}}',
      seed: "3",
    });
    const text = await printed(...train("b.safetensors", "--model softmaxLinear --epochs 2 --seed 3"));
    assert(
      text.startsWith(
        `trained softmaxLinear on 300 examples of ${folder}/digits, 2 epochs\ndata: format IDX; inputs 0 … 255 `,
      ),
    );
    assertEquals(await Deno.readFile(`${folder}/b.safetensors`), await Deno.readFile(out));
  }));

Deno.test("train takes the sizes of each family and changes to its recipe", () =>
  training(async (folder, train) => {
    const sizes = "--units 8,6 --pieces 2 --head sigmoid";
    const recipe =
      "--optimizer sgd --learning-rate 0.2 --momentum 0.6 --batch-size 50 --max-norm none --l1 0.001 --no-dropout";
    await printed(
      ...train("m", `--model maxout ${sizes} ${recipe} --epochs 1 --limit 100 --kernels relaxed`),
    );
    const maxout = await metadata(`${folder}/m`);
    const { units, pieces, head } = JSON.parse(maxout.config);
    assertEquals([units, pieces, head, maxout.kernels], [[8, 6], 2, "sigmoid", "relaxed"]);
    const { learningRate, momentum, finalMomentum } = JSON.parse(maxout.recipe).optimizer;
    assertEquals([learningRate, momentum, finalMomentum], [0.2, 0.6, 0.6]);
    const { optimizer: _, ...rest } = JSON.parse(maxout.recipe);
    assertEquals(rest, { batchSize: 50, l1: 0.001 });

    await printed(
      ...train("r", "--model rbf --precision 2 --optimizer sgd --learning-rate 0.001 --epochs 1"),
    );
    const rbf = await metadata(`${folder}/r`);
    assertEquals([JSON.parse(rbf.config).precision, JSON.parse(rbf.recipe).optimizer], [2, {
      name: "sgd",
      learningRate: 0.001,
    }]);
    await printed(...train("one", "--model maxout --units 8 --pieces 2 --epochs 1 --limit 100"));
    assertEquals(JSON.parse((await metadata(`${folder}/one`)).config).units, [8]);
  }));

Deno.test("train warns of a model that is no better than always saying the commonest class", () =>
  inFolder(async (folder) => {
    const rows = (count: number) =>
      Array.from({ length: count }, (_, i) => `${i % 4 > 0 ? 1 : 0},${i % 4}\n`).join("");
    for (const [name, count] of [["train", 40], ["test", 12]] as const) {
      await Deno.writeTextFile(`${folder}/${name}.csv`, `label,a\n${rows(count)}`);
    }
    const train = (rate: string) =>
      gibbon([
        ...["train", "--model", "softmaxLinear", "--data", folder, "--epochs", "60", "--learning-rate", rate],
        ...["--out", `${folder}/m`, "--force", "--json"],
      ]);
    const nothing = await train("1e-6");
    assertEquals(
      nothing.err,
      "Warning: the model has learnt nothing: its test error is 25.00 %, that of always saying the commonest class 25.00 %; " +
        "more --epochs or another --learning-rate may help\n",
    );
    assertEquals(JSON.parse(nothing.out).warnings, [{
      name: "nothingLearnt",
      text: nothing.err.slice(9, -1),
    }]);
    const something = await train("0.5");
    assertEquals([something.err, JSON.parse(something.out).warnings], ["", []]);
  }));

Deno.test("train keeps the classes asked for, and the model remembers them", () =>
  training(async (folder, train) => {
    const said = await json(...train("l", "--model logistic --classes 3,7 --epochs 5"));
    const { test } = await loadData(`${folder}/digits`);
    const count = test.labels.filter((label) => label === 3 || label === 7).length;
    assertEquals([said.data.examples, (await metadata(`${folder}/l`)).classes], [count, "3,7"]);
    const evaluated = await json("evaluate", "--model", `${folder}/l`, "--data", `${folder}/digits`);
    assertEquals([evaluated.clean, evaluated.data], [said.clean, said.data]);
  }));

Deno.test("train against an attack or noise says so, and measures under the attack", () =>
  training(async (folder, train) => {
    const options = "--adversarial 0.1 --alpha 0.25 --validation 100 --validation-epsilon 0.1 --epochs 3";
    const said = await json(...train("a", `--model softmaxLinear ${options}`));
    using model = loadModel(await Deno.readFile(`${folder}/a`));
    const { test } = await loadData(`${folder}/digits`);
    const [attacked] = sweep(model, test, { attack: fgsm, epsilons: [0.1] });
    const [{ fooledRate, ...row }] = said.attacked;
    assertEquals(row, {
      attack: "fgsm",
      distance: "Linf",
      epsilon: 0.1,
      ...rates(attacked),
      zeroGradients: 0,
    });
    assert(fooledRate > 0 && fooledRate <= 1);
    assertEquals(said.training.examples, 200);
    const errors = model.history.map(({ validationError = NaN }) => validationError);
    assertEquals(said.training.validationError, Math.min(...errors));
    assertEquals([model.record.perturbation, model.record.alpha], ['fgsm {"epsilon":0.1}', "0.25"]);
    for (const name of ["signNoise", "uniformNoise"]) {
      await printed(...train(name, `--model softmaxLinear --adversarial 0.3 --attack ${name} --epochs 1`));
      assertEquals((await metadata(`${folder}/${name}`)).perturbation, `${name} {"epsilon":0.3}`);
    }
    await printed(...train("own", "--model softmaxLinear --adversarial 0.3 --attack-norm L2 --epochs 1"));
    assertEquals((await metadata(`${folder}/own`)).perturbation, 'fgsm {"epsilon":0.3,"norm":"L2"}');
  }));

Deno.test("train prints its data, errors and file in lines of 80 characters", () =>
  training(async (_, train) => {
    const out = await printed(...train("a", "--model softmaxLinear --epochs 1 --adversarial 0.1"));
    for (
      const part of ["trained softmaxLinear", "data: format IDX", "clean: test error", "L∞ norm", "wrote "]
    ) {
      assert(out.includes(part), part);
    }
    assert(out.split("\n").every((line) => line.length <= 80), out);
  }));

Deno.test("train interrupted and called again ends with the same bytes as if it had not been", () =>
  training(async (folder, train) => {
    const sizes = "--units 100 --batch-size 50 --epochs 4";
    const options = `--model maxout ${sizes} --adversarial 0.1 --validation 50`;
    await printed(...train("whole", options));
    const args = train("parts", `${options} --checkpoint FOLDER/state`);
    // the second one falls between two updates of the last epoch
    for (const interruptAt of ["epoch 1 of 4", "epoch 4 of 4"]) {
      const ran = await gibbon(args, { interruptAt });
      const sentence = `gibbon: Training was interrupted; the same command resumes from ${folder}/state\n`;
      assertEquals([ran.code, ran.err, ran.out], [130, sentence, ""]);
      assertEquals(filesIn(folder), ["digits", "state", "whole"]);
    }
    assert(JSON.parse((await metadata(`${folder}/state`)).position).stepInEpoch > 0);
    await printed(...args);
    assertEquals(await Deno.readFile(`${folder}/parts`), await Deno.readFile(`${folder}/whole`));

    const other = train("other", `${options} --checkpoint FOLDER/state --seed 2`);
    const sentence =
      `Cannot resume from ${folder}/state: it belongs to a training with other options or data; ` +
      "remove it, or name another";
    await assertRefused(other, 1, sentence);
    await assertRefused(
      train("other", `${options} --checkpoint FOLDER/whole`),
      1,
      `Cannot resume from ${folder}/whole: expected format gibbon-training-1, got gibbon-model-1`,
    );
    // a bit of a weight
    for (const [name, sentence] of [["state", "resume from"], ["whole", "read model"]]) {
      const bytes = await Deno.readFile(`${folder}/${name}`);
      await Deno.writeFile(
        `${folder}/${name}`,
        bytes.map((byte, i) => i === bytes.length - 4 ? byte ^ 1 : byte),
      );
      await assertRefused(
        name === "state"
          ? train("again", `${options} --checkpoint FOLDER/state`)
          : ["info", `${folder}/${name}`],
        1,
        `Cannot ${sentence} ${folder}/${name}: its content does not fit its checksum, sha256 in its metadata`,
      );
    }
  }));

Deno.test("train interrupted without a checkpoint writes nothing, and says what would", () =>
  training(async (folder, train) => {
    const options = "--model maxout --units 20 --epochs 1000";
    const ran = await gibbon(train("model", options), { interruptAt: "epoch 1 of 1000" });
    const sentence =
      "Training was interrupted and nothing was written; --checkpoint FILE would keep its state";
    assertEquals([ran.code, ran.err], [130, `gibbon: ${sentence}\n`]);
    assertEquals(filesIn(folder), ["digits"]);
  }));

Deno.test("train shows its progress on a terminal, unless it is to be quiet", () =>
  training(async (_, train) => {
    const args = train("model", "--model maxout --units 40 --pieces 3 --epochs 4");
    const { drawn } = await gibbon(args, { draws: true });
    assert(/\rtrain \d+ %, \d+ s left, epoch \d of 4, loss \d/.test(drawn.replaceAll("\x1b[K", "")), drawn);
    assert(drawn.endsWith("\r\x1b[K"));
    assertEquals((await gibbon([...args, "--quiet", "--force"], { draws: true })).drawn, "");
  }));

Deno.test("train refuses options that lack or contradict another", () =>
  training(async (folder, train) => {
    const several = oneOf(
      Object.keys(attackSchemas).filter((name) => Object.hasOwn(attackSchemas[name], "norm")),
    );
    const sized = Object.keys(families).filter((name) =>
      "units" in families[name as keyof typeof families].options
    );
    const cases = [
      ["--attack fgsm", "--attack needs --adversarial E or --validation-epsilon E"],
      [
        "--adversarial 0.1 --attack rotation --attack-norm L2",
        `--attack-norm does not go with rotation, but with ${several}`,
      ],
      ["--attack-norm L2", `--attack-norm does not go with no --attack, but with ${several}`],
      ["--alpha 0.5", "--alpha needs --adversarial E"],
      ["--patience 3", "--patience needs --validation N"],
      ["--validation-epsilon 0.1", "--validation-epsilon needs --validation N"],
      ["--dropout --no-dropout", "--dropout and --no-dropout contradict each other"],
      ["--optimizer adam --momentum 0.5", "--momentum does not go with adam, but with sgd"],
      ["--beta1 0.5", "--beta1 does not go with sgd, but with adam"],
      ["--units 8", `--units does not go with softmaxLinear, but with ${oneOf(sized)}`],
      ["--precision full", "--precision does not go with softmaxLinear, but with rbf"],
      ["--classes 3,3", "--classes must be two or more different classes, not 3,3"],
      ["--checkpoint FOLDER/model", "--out and --checkpoint must be different files"],
    ];
    for (const [options, sentence] of cases) {
      await assertRefused(train("model", `--model softmaxLinear ${options}`), 2, sentence);
    }
    const data = `${folder}/digits`;
    await assertRefused(
      train("model", "--model logistic"),
      1,
      `Cannot train logistic on ${data}: it has 10 classes, the model 2; choose them with --classes`,
    );
    await assertRefused(
      train("model", "--model logistic --classes 3,10"),
      1,
      `Cannot keep class 10: ${data} has classes 0 … 9`,
    );
    await assertRefused(
      train("model", "--model softmaxLinear --validation 300"),
      1,
      `Cannot hold 300 examples out: ${data} has 300 training examples`,
    );
    assertEquals(filesIn(folder), ["digits"]);
  }));

Deno.test("train takes pgd within bounds, labels that leak nothing, and trades, and says so in the file", () =>
  inFolder(async (folder) => {
    const data = await smallDigits(folder);
    const train = (...more: string[]) => [
      ...[
        "train",
        "--model",
        "softmaxLinear",
        "--data",
        data,
        "--epochs",
        "2",
        "--seed",
        "1",
        "--adversarial",
        "0.1",
      ],
      ...["--out", `${folder}/m.safetensors`, "--force", ...more],
    ];
    const record = async (...more: string[]) => {
      const { attacked } = await json(...train(...more));
      using model = loadModel(await Deno.readFile(`${folder}/m.safetensors`));
      const { perturbation, objective, alpha } = model.record as Readonly<Record<string, string | undefined>>;
      return { perturbation, objective, alpha, attack: attacked[0].attack };
    };
    assertEquals(await record("--attack", "pgd", "--attack-steps", "3", "--bounds", "0,1"), {
      perturbation: 'pgd {"epsilon":0.1,"bounds":[0,1],"steps":3}',
      objective: undefined,
      alpha: "0.5",
      attack: "pgd",
    });
    assertEquals(
      await record("--attack", "square", "--attack-queries", "5", "--attack-labels", "predicted"),
      {
        perturbation: 'square {"epsilon":0.1,"labels":"predicted","queries":5}',
        objective: undefined,
        alpha: "0.5",
        attack: "square",
      },
    );
    assertEquals(await record("--trades", "4", "--attack-steps", "3"), {
      perturbation: 'pgd {"epsilon":0.1,"loss":"divergence","steps":3}',
      objective: 'trades {"beta":4}',
      alpha: undefined,
      attack: "pgd",
    });
    await assertRefused(
      train("--trades", "4", "--alpha", "0.5"),
      2,
      "--alpha cannot be used with --trades, which has its own weight",
    );
  }));
