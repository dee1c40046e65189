import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { rates } from "../../../../scripts/cli/outputs.ts";
import { loadData } from "../../../../scripts/data/folder.ts";
import { fooledRate } from "../../../../src/evaluate/evaluation.ts";
import { attackSchemas, configureAttack } from "../../../../src/evaluate/attack_choice.ts";
import { oneOf } from "../../../../src/wording.ts";
import { fgsm, kernels, loadModel, measure, predict, sweep, uniformNoise } from "../../../../src/mod.ts";
import { assertRefused, json, printed, SMALL_READING, withModel } from "../support.ts";

Deno.test("evaluate --json prints one object of rates, those that the library measures", () =>
  withModel(async ({ data, model: file }) => {
    const args = ["evaluate", "--model", file, "--data", data];
    const said = await json(
      ...args,
      "--epsilon",
      "0,0.1,0.25",
      "--attack",
      "fgsm,uniformNoise",
      "--seed",
      "2",
    );
    using model = loadModel(await Deno.readFile(file));
    const { test } = await loadData(data);
    const epsilons = [0, 0.1, 0.25];
    const attacked = [fgsm, uniformNoise].flatMap((attack) =>
      sweep(model, test, { attack, epsilons, seed: 2 })
    );
    assertEquals(said, {
      model: file,
      data: { name: data, split: "test", examples: 60, reading: SMALL_READING },
      kernels: kernels(),
      conditions: {
        bounds: null,
        seed: 2,
        attacks: ["fgsm", "uniformNoise"].map((name) => configureAttack(name)),
      },
      clean: rates(measure(model, test)),
      attacked: attacked.map((each, i) => {
        const { predicted } = [fgsm, uniformNoise][Math.floor(i / 3)](model, test, {
          epsilon: epsilons[i % 3],
          seed: 2,
        });
        return {
          attack: each.attack,
          distance: "Linf",
          epsilon: each.epsilon,
          ...rates(each),
          fooledRate: fooledRate(predict(model, test.x), { predicted }, test.labels),
          zeroGradients: 0,
        };
      }),
    });
    assertEquals(Object.keys(said), ["model", "data", "kernels", "conditions", "clean", "attacked"]);
    assertEquals(Object.keys(said.clean), ["errorRate", "confidence", "confidenceOnErrors"]);
  }));

Deno.test("evaluate --per-class adds each class, and null where there is no error or no example", () =>
  withModel(async ({ data, model }) => {
    const args = [
      "evaluate",
      "--model",
      model,
      "--data",
      data,
      "--per-class",
      "--limit",
      "1",
      "--epsilon",
      "0",
    ];
    const { clean, attacked } = await json(...args);
    assertEquals([clean.perClass.length, attacked[0].perClass.length], [10, 10]);
    assertEquals(clean.perClass.filter((own: unknown) => own !== null).length, 1);
    const [{ errorRate, confidenceOnErrors }] = clean.perClass.filter((own: unknown) => own !== null);
    assertEquals(confidenceOnErrors === null, errorRate === 0);
  }));

Deno.test("evaluate prints tables in percent, one for each norm or unit, within the terminal, and how they were made", () =>
  withModel(async ({ data, model }) => {
    const args = ["evaluate", "--model", model, "--data", data, "--epsilon", "0,0.25", "--per-class"];
    const text = await printed(
      ...args,
      "--attack",
      "fgsm,rotation,signNoise",
      "--bounds",
      "0,1",
      "--labels",
      "predicted",
    );
    assertStringIncludes(text, `${model} (softmaxLinear) on 60 examples of ${data}\ndata: format IDX`);
    assertStringIncludes(
      text.replaceAll("\n", " "),
      "Note: fgsm, rotation and signNoise alone are no bound on robustness",
    );
    const block = (title: string) => text.slice(text.indexOf(title)).split("\n\n")[0].split("\n");
    assertEquals(block("Under attack: epsilon is the L∞").map((line) => line.split(/ {2,}/)[0]), [
      "Under attack: epsilon is the L∞ norm, input units",
      "attack",
      "fgsm",
      "fgsm",
      "signNoise",
      "signNoise",
    ]);
    assertEquals(block("Under attack: epsilon is the angle").map((line) => line.split(/ {2,}/)[0]), [
      "Under attack: epsilon is the angle at the origin, radians",
      "attack",
      "rotation",
      "rotation",
    ]);
    assert(/^attack {2,}epsilon {2,}error {2,}confidence {2,}on errors {2,}fooled$/m.test(text), text);
    assert(/^clean {2,}\d+\.\d\d % {2,}\d+\.\d\d % {2,}\d+\.\d\d %$/m.test(text), text);
    assert(/^fgsm {2,}0\.25 {2,}(\d+\.\d\d % *){4}$/m.test(text), text);
    // seven columns of rates do not fit: two blocks, each with the classes
    const classes = block("Error by true class");
    assertEquals(classes.slice(2).map((line) => line[0]), [..."0123456789"]);
    assertEquals(text.match(/^9 /gm)?.length, 2);
    assertStringIncludes(
      text,
      "\ntest examples, inputs within 0 … 1, seed 0, relaxed kernels.\nfgsm: norm Linf, labels predicted",
    );
    const [, ...rest] = text.split("\n");
    assertEquals(rest.filter((line) => line.length > 80), []);
  }));

Deno.test("evaluate gives each attack the options that it has, and refuses those that none has", () =>
  withModel(async ({ data, model }) => {
    const args = [
      "evaluate",
      "--model",
      model,
      "--data",
      data,
      "--epsilon",
      "0.1",
      "--attack",
      "fgsm,signNoise",
    ];
    const { conditions: { attacks } } = await json(...args, "--restarts", "3", "--norm", "L2");
    assertEquals(
      attacks.map(({ options }: { options: Record<string, unknown> }) => [options.norm, options.restarts]),
      [
        ["L2", undefined],
        ["L2", 3],
      ],
    );
    await assertRefused(
      ["evaluate", "--model", model, "--data", data, "--restarts", "3"],
      2,
      `--restarts does not go with fgsm, but with ${oneOf(WITH_RESTARTS)}`,
    );
  }));

/** Attacks that draw again. */
const WITH_RESTARTS = Object.keys(attackSchemas).filter((name) =>
  Object.hasOwn(attackSchemas[name], "restarts")
);
