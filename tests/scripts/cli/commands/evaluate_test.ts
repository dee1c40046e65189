import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { rates } from "../../../../scripts/cli/outputs.ts";
import { loadData } from "../../../../scripts/data/folder.ts";
import { fgsm, kernels, loadModel, measure, sweep, uniformNoise } from "../../../../src/mod.ts";
import { json, printed, SMALL_READING, withModel } from "../support.ts";

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
      data: { name: data, examples: 60, reading: SMALL_READING },
      kernels: kernels(),
      clean: rates(measure(model, test)),
      attacked: attacked.map((each) => ({ attack: each.attack, epsilon: each.epsilon, ...rates(each) })),
    });
    assertEquals(Object.keys(said), ["model", "data", "kernels", "clean", "attacked"]);
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

Deno.test("evaluate prints an aligned table in percent", () =>
  withModel(async ({ data, model }) => {
    const text = await printed(
      "evaluate",
      "--model",
      model,
      "--data",
      data,
      "--epsilon",
      "0,0.25",
      "--per-class",
    );
    const [head, read, , ...lines] = text.split("\n");
    assertEquals(head, `${model} (softmaxLinear) on 60 examples of ${data}`);
    assertStringIncludes(
      read,
      "data: format IDX; inputs 0 … 255 divided by 255; epsilon and bounds are in units",
    );
    assert(/^attack {2,}epsilon {2,}error {2,}confidence {2,}on errors$/.test(lines[0]), lines[0]);
    const rows = lines.slice(0, 4);
    assertEquals(new Set(rows.map((row) => row.length)).size, 1);
    assert(/^none {2,}\d+\.\d\d % {2,}\d+\.\d\d % {2,}\d+\.\d\d %$/.test(rows[1]), rows[1]);
    assert(/^fgsm {2,}0\.25 {2,}\d+\.\d\d %/.test(rows[3]), rows[3]);
    assertEquals(lines.slice(5, 7).map((line) => line.split(/ {2,}/)), [["Error by true class"], [
      "class",
      "examples",
      "clean",
      "fgsm 0",
      "fgsm 0.25",
    ]]);
    assertEquals(lines.slice(7, 17).map((line) => line[0]), [..."0123456789"]);
  }));
