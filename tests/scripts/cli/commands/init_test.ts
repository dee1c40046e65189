import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Ajv2020 } from "ajv/dist/2020.js";
import published from "../../../../scripts/cli/gate/gate.schema.json" with { type: "json" };
import { boundsOf, dataIn, limitFor, modelsIn, sizeOf } from "../../../../scripts/cli/gate/found.ts";
import { wilsonInterval } from "../../../../src/evaluate/significance.ts";
import { matrix } from "../../../../src/mod.ts";
import { assertRefused, gibbon, inFolder, printed, withModel } from "../support.ts";

Deno.test("the schema that is published is the one that gibbon schema prints", async () => {
  assertEquals(JSON.parse(await printed("schema")), published as unknown);
});

Deno.test("init writes a gate that its schema takes, whose thresholds check meets, and gibbon check names it", () =>
  withModel(async ({ folder, data, model }) => {
    const out = `${folder}/gate.json`;
    const said = await printed(
      "init",
      "--model",
      model,
      "--data",
      data,
      "--out",
      out,
      "--effort",
      "quick",
      "--limit",
      "30",
    );
    assertStringIncludes(said, "784 inputs, 10 classes\n");
    assertStringIncludes(said, "\ninputs within 0 … 1\n");
    const gate = JSON.parse(await Deno.readTextFile(out));
    assert(new Ajv2020({ strict: false }).validate(published, gate));
    assertEquals([gate.bounds, gate.effort, gate.certify], [[0, 1], "quick", "auto"]);
    assertEquals(gate.thresholds.map(({ on }: { on: string }) => on), ["clean", "attacked", "certified"]);
    const [line] = said.match(/gibbon check .*/)!;
    const checked = await printed(...line.split(" ").slice(1), "--json");
    const { outcomes, passed } = JSON.parse(checked);
    assertEquals(passed, true);
    for (const [i, { errors }] of outcomes.entries()) {
      const most = wilsonInterval(errors, 30)[1];
      assert(gate.thresholds[i].errorRate >= most && gate.thresholds[i].errorRate < most + 1e-3);
    }
    // half of the examples are right at the size that was found, and attacks are worth their name there
    assert(outcomes[1].errors <= 15 && outcomes[1].errors > outcomes[0].errors, `${outcomes[1].errors}`);
    await assertRefused(
      ["init", "--model", model, "--data", data, "--out", out],
      1,
      `Cannot write ${out}: it is there already; name another, or add --force`,
    );
  }));

Deno.test("init asks on a terminal, prefers answers to what it finds, and without a terminal says what it lacks", () =>
  withModel(async ({ folder, data, model }) => {
    const args = [
      "init",
      "--epsilon",
      "0.1",
      "--effort",
      "quick",
      "--label-base",
      "0",
      "--out",
      `${folder}/gate.json`,
    ];
    const ran = await gibbon(args, { answers: [model, data] });
    assertEquals([ran.code, ran.err], [0, ""]);
    assertEquals(ran.drawn, "Model file: []\nData, a file or a folder: []\n");
    assertStringIncludes(ran.out, ` --data ${data} --label-base 0 --config ${folder}/gate.json\n`);
    await assertRefused(
      ["init", "--yes", "--out", `${folder}/x`],
      2,
      "There is no model here; give --model FILE",
    );
    const l2 = ["init", "--model", model, "--data", data, "--norm", "L2", "--out", `${folder}/x`];
    await assertRefused(l2, 2, "--norm L2 needs --epsilon E,…: without it, sizes are searched in Linf only");
  }));

Deno.test("models and data are found by their names, bounds by what inputs fill", () =>
  inFolder(async (folder) => {
    for (const name of ["b.onnx", "a.safetensors", "c.keras", "gate.json", "model.json", "one.csv"]) {
      await Deno.writeTextFile(`${folder}/${name}`, "");
    }
    for (const name of ["train.csv", "test.csv"]) {
      await Deno.mkdir(`${folder}/set`, { recursive: true });
      await Deno.writeTextFile(`${folder}/set/${name}`, "");
    }
    assertEquals(modelsIn(folder), ["a.safetensors", "b.onnx", "c.keras", "model.json"]);
    assertEquals(dataIn(folder), ["one.csv", "set"]);
    assertEquals(dataIn(`${folder}/set`), ["."]);
    assertEquals([modelsIn(`${folder}/none`), dataIn(`${folder}/none`)], [[], []]);
    const bounds = (...values: number[]) => boundsOf(matrix(1, values.length, values));
    assertEquals([bounds(0, 0.9), bounds(-0.9, 1), bounds(3, 200)], [[0, 1], [-1, 1], [0, 255]]);
    assertEquals([bounds(0, 0.3), bounds(-3, 1), bounds(0, 300)], [undefined, undefined, undefined]);
  }));

Deno.test("the size is the largest that leaves half right, the smallest where none does; limits round up", () => {
  const at = (...rates: number[]) =>
    ({
      at: rates.map((errorRate, i) => ({ epsilon: i + 1, attacked: { errorRate } })),
    }) as unknown as Parameters<typeof sizeOf>[0];
  assertEquals([sizeOf(at(0.1, 0.5, 0.6)), sizeOf(at(0.6, 0.7)), sizeOf(at(0, 0))], [2, 1, 2]);
  assertEquals([limitFor(0, 20), limitFor(20, 20)], [0.162, 1]);
});
