import { assert, assertEquals } from "@std/assert";
import { readOnnx } from "../../src/onnx.ts";
import { readTfjs, tfjsFiles } from "../../src/tfjs.ts";
import { handlerOf, post } from "./support.ts";

const files = new URL("../models/import/", import.meta.url);
const bytesOf = (path: string) => Deno.readFileSync(new URL(path, files));
const cases = JSON.parse(Deno.readTextFileSync(new URL("files/cases.json", files)));
const tfjs = bytesOf("tfjs/graph_cnn/model.json");
const models = {
  scaled: readOnnx(bytesOf("files/logistic3_names.onnx")),
  cnn: readOnnx(bytesOf("files/torch_cnn_legacy_dynamic.onnx")),
  tfjs: readTfjs(tfjs, {
    shards: Object.fromEntries(tfjsFiles(tfjs).map((name) => [name, bytesOf(`tfjs/graph_cnn/${name}`)])),
  }),
};

Deno.test("the handler takes models of ONNX and tfjs, and lists their sizes", async () => {
  const response = await handlerOf({ models })(new Request("https://edge.example/models"));
  const told: { name: string; inputs: number; multiplyAdds: number }[] = (await response.json()).models;
  assertEquals(told.map(({ name, inputs }) => [name, inputs]), [["scaled", 5], ["cnn", 162], ["tfjs", 144]]);
  // a convolution costs its weights at every place
  assert(told[1].multiplyAdds > 5 * told[0].multiplyAdds);
});

Deno.test("the handler classifies by an ONNX model with its scaler, and checks it in the units of the data", async () => {
  const { x, y } = cases.logistic3_names, handler = handlerOf({ models });
  const { probabilities } = await (await handler(post("/models/scaled/classify", { x }))).json();
  for (const [i, row] of y.entries()) {
    for (const [c, p] of row.entries()) assert(Math.abs(probabilities[i][c] - p) < 1e-5, `${i}, ${c}`);
  }
  const labels = y.map((row: number[]) => row.indexOf(Math.max(...row)));
  const gate = { epsilons: [0.5], thresholds: [{ on: "attacked", errorRate: 0 }] };
  const report = await (await handler(post("/models/scaled/check", { x, labels, gate }))).json();
  assertEquals([report.clean.errorRate, report.passed], [0, false]);
});

Deno.test("the handler refuses more work on an ONNX model than its limit, before it begins", async () => {
  const handler = handlerOf({ models, limits: { multiplyAdds: 1e5 } });
  const x = [cases.torch_cnn_legacy_dynamic.x[0]];
  const gate = { epsilons: [0.1], attacks: ["pgd"], thresholds: [{ on: "pgd", errorRate: 0.5 }] };
  const response = await handler(post("/models/cnn/check", { x, labels: [0], gate }));
  assertEquals(response.status, 413);
});
