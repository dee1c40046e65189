import { assert, assertEquals } from "@std/assert";
import { loadModel, matrix, saveModel } from "../../../src/mod.ts";
import { readOnnx } from "../../../src/onnx.ts";
import { assertRefused, gibbon, inFolder, json, printed } from "./support.ts";

const files = new URL("../../models/import/files/", import.meta.url);
const path = (name: string) => new URL(name, files).pathname;
const cases = JSON.parse(await Deno.readTextFile(new URL("cases.json", files)));

/** The inputs of a case as CSV, with what its model calls the classes that it finds, in the order given. */
function csvOf(name: string, order: readonly number[]): string {
  const { x, label, classNames } = cases[name];
  const rows = order.map((i) => [classNames[label[i][0]], ...x[i]].join(","));
  return ["class,a,b,c,d,e", ...rows].join("\n");
}

Deno.test("commands take ONNX files: inputs in the units of the data, classes by the names in the file", () =>
  inFolder(async (folder) => {
    const model = path("logistic3_names.onnx"), data = `${folder}/data.csv`;
    // of two of its three classes: by themselves they would be classes 0 and 1
    const { label, classNames } = cases.logistic3_names;
    const others = label.flatMap(([k]: number[], i: number) => k > 0 ? [i] : []);
    assertEquals(new Set(others.map((i: number) => label[i][0])).size, 2);
    await Deno.writeTextFile(data, csvOf("logistic3_names", others));
    const common = ["--model", model, "--data", data, "--epsilon", "0.5"];
    const { clean, attacked: [{ errorRate }] } = await json("evaluate", ...common);
    assertEquals([clean.errorRate, classNames], [0, ["ant", "bee", "cow"]]);
    const { at: [{ attacked }] } = await json("robustness", ...common);
    assert(attacked.errorRate >= errorRate && errorRate > 0, `${errorRate}, ${attacked.errorRate}`);
    await Deno.writeTextFile(data, csvOf("logistic3_names", [0, 1]).replace(/\n\w+,/, "\nwasp,"));
    await assertRefused(
      ["evaluate", ...common],
      1,
      `Cannot use ${model}: label wasp is none of the model's classes, ant, bee, cow`,
    );
  }));

Deno.test("info draws the graph of an ONNX file, with the file of its weights beside it", () =>
  inFolder(async (folder) => {
    const name = "torch_cnn_dynamo.onnx";
    const lines = (await printed("info", path(name))).split("\n").map((line) =>
      line.replace(/\s+/g, " ").trim()
    );
    for (
      const line of [
        "input (2, 9, 9)",
        "relu1 relu(conv2d0) (6, 9, 9)",
        "linear7 linear(reduce5) (3) 27",
        "parameters 581",
      ]
    ) {
      assert(lines.includes(line), `${line} in\n${lines.join("\n")}`);
    }
    const told = await json("info", path(name));
    assertEquals([told.input, told.graph[2].shape], [[2, 9, 9], [6, 4, 4]]);
    assertEquals(told.certificates, "none: certificates do not know its operation reduce");
    for (
      const [file, certificates] of [["logistic3_names", "exact"], ["mlp3_relu", "bounds through its layers"]]
    ) {
      assertEquals((await json("info", path(`${file}.onnx`))).certificates, certificates, file);
    }
    await Deno.copyFile(path(name), `${folder}/${name}`);
    await assertRefused(
      ["info", `${folder}/${name}`],
      1,
      `Cannot read ${folder}/${name}.data: it does not exist`,
    );
  }));

Deno.test("info names the operators of an ONNX file that it does not know", async () => {
  const { code, err } = await gibbon(["info", path("forest.onnx")]);
  assertEquals(code, 1);
  assert(err.includes(`Cannot read model ${path("forest.onnx")}: node "TreeEnsembleClassifier"`), err);
});

Deno.test("convert turns ONNX into a model file and back, with the same scores", () =>
  inFolder(async (folder) => {
    const [ours, theirs] = [`${folder}/model.safetensors`, `${folder}/model.onnx`];
    await printed("convert", path("mlp3_relu.onnx"), "--out", ours);
    await printed("convert", ours, "--out", theirs);
    using model = loadModel(await Deno.readFile(ours));
    using again = readOnnx(await Deno.readFile(theirs));
    const x = matrix(1, 5, [1, -2, 0.5, 3, 0]);
    assertEquals(again.scores(x), model.scores(x));
    assertEquals(saveModel(model), await Deno.readFile(ours));
    await assertRefused(
      ["convert", path("mlp3_relu.onnx"), "--family", "mlp", "--out", `${folder}/other`],
      2,
      "--family is for weights; this file says what it computes",
    );
  }));

Deno.test("commands take models of tfjs and Keras, with the files of weights beside them", async () => {
  const folder = new URL("../../models/import/tfjs/", import.meta.url).pathname;
  for (const [file, source] of [["graph_cnn/model.json", "tfjs"], ["nested.keras", "Keras"]]) {
    const told = await json("info", `${folder}${file}`);
    assertEquals([told.record.source, told.family], [source, "graph"], file);
  }
  await assertRefused(
    ["info", `${folder}cases.json`],
    1,
    `Cannot read model ${folder}cases.json: it is no model.json of tfjs: it has no modelTopology`,
  );
});

Deno.test("--input options are part of the model: sizes in units of the data, as the output says", () =>
  inFolder(async (folder) => {
    const { x, label, classNames } = cases.logistic3_names;
    const csv = (rows: number[][]) =>
      rows.map((row, i) => [classNames[label[i][0]], ...row].join(",")).join("\n");
    await Deno.writeTextFile(
      `${folder}/raw.csv`,
      csv(x.map((row: number[]) => row.map((v) => 100 * v + 50))),
    );
    await Deno.writeTextFile(`${folder}/scaled.csv`, csv(x));
    const common = ["--model", path("logistic3_names.onnx"), "--data"];
    const before = ["--input-scale", "1/50", "--input-mean", "1", "--input-std", "2"];
    const raw = await json("evaluate", ...common, `${folder}/raw.csv`, ...before, "--epsilon", "50");
    const scaled = await json("evaluate", ...common, `${folder}/scaled.csv`, "--epsilon", "0.5");
    assertEquals([raw.clean.errorRate, raw.attacked[0].errorRate], [0, scaled.attacked[0].errorRate]);
    assert(raw.attacked[0].errorRate > 0);
    assertEquals(
      raw.data.reading.preprocessing,
      "(x·0.02 − (1)) / (2), epsilon and bounds in units of the data",
    );
    await assertRefused(
      ["evaluate", ...common, `${folder}/raw.csv`, "--input-scale", "0"],
      2,
      "--input-scale must be a number above 0, or one such as 1/255, not 0",
    );
  }));

/** A tensor of float32 in a file of its own, as test data of ONNX are. */
function tensorFile({ length }: readonly number[][], values: readonly number[]): Uint8Array {
  const data = new Uint8Array(Float32Array.from(values).buffer), size = data.length;
  const dims = [8, length, 8, values.length / length];
  return Uint8Array.from([...dims, 16, 1, 0x4a, size % 128 + 128, size >> 7, ...data]);
}

Deno.test("an ONNX file is compared with test data beside it: info reports it, and a difference is refused", () =>
  inFolder(async (folder) => {
    const { x, y } = cases.logistic3_names, file = `${folder}/model.onnx`;
    await Deno.copyFile(path("logistic3_names.onnx"), file);
    assertEquals((await json("info", file)).expectation, null);
    await Deno.mkdir(`${folder}/test_data_set_0`);
    await Deno.writeFile(`${folder}/test_data_set_0/input_0.pb`, tensorFile(x, x.flat()));
    const answers = (change: number) =>
      Deno.writeFile(
        `${folder}/test_data_set_0/output_1.pb`,
        tensorFile(y, y.flat().with(3, y[1][0] + change)),
      );
    await answers(0);
    const { expectation } = await json("info", file);
    assert(
      expectation.met && expectation.examples === x.length && expectation.difference < 1e-5,
      expectation,
    );
    await answers(0.25);
    await assertRefused(
      ["info", file],
      1,
      `Cannot read model ${file}: its scores are 2.5e-1 from those in test_data_set_0, so that it is not read as it is meant`,
    );
  }));
