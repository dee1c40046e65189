/**
 * Writes every family, with parameters of ordinary size, as ONNX into a folder, with inputs and scores in one JSON file:
 * scripts/bench/peers/onnx/run.py compares them with onnxruntime's.
 *
 *     deno run -A tests/models/export/written.ts FOLDER && python scripts/bench/peers/onnx/run.py FOLDER
 *
 * @module
 */

import "../../../src/runtime/inlined.ts";
import { writeOnnx } from "../../../src/models/export/onnx.ts";
import { type Model, model } from "../../../src/models/model.ts";
import { readOnnx } from "../../../src/models/import/onnx.ts";
import { checkGraph, type Graph } from "../../../src/graph/graph.ts";
import * as ops from "../../../src/ops/mod.ts";
import { uniformMatrix } from "../../support.ts";
import { specimenModel, specimens } from "../specimens.ts";

/** A graph of the operations that no family has. */
const GRAPH: Graph = {
  input: [2, 6, 5],
  nodes: [
    {
      id: "scaled",
      op: "affine",
      from: ["input"],
      tensors: { scale: "s", shift: "t" },
      attributes: { size: [2, 1, 1] },
    },
    {
      id: "padded",
      op: "pad",
      from: ["scaled"],
      attributes: { before: [0, 1, 0], after: [0, 0, 2], value: 0.5 },
    },
    {
      id: "conv",
      op: "conv2d",
      from: ["padded"],
      tensors: { W: "conv.W", b: "conv.b" },
      attributes: { outputs: 4, kernel: [3, 2], stride: [1, 2], padding: [1, 0, 0, 1], groups: 2 },
    },
    {
      id: "max",
      op: "pool",
      from: ["conv"],
      attributes: { function: "max", kernel: [2, 2], padding: [0, 1, 1, 0] },
    },
    {
      id: "mean",
      op: "pool",
      from: ["conv"],
      attributes: { function: "average", kernel: [2, 2], padding: [0, 1, 1, 0] },
    },
    { id: "both", op: "combine", from: ["max", "mean"], attributes: { function: "product" } },
    { id: "turned", op: "transpose", from: ["both"], attributes: { order: [2, 0, 1] } },
    { id: "some", op: "take", from: ["turned"], attributes: { axis: 1, indices: [3, 0, 0] } },
    { id: "soft", op: "softmax", from: ["some"], attributes: {} },
    { id: "sum", op: "reduce", from: ["soft"], attributes: { function: "sum", axes: [1] } },
    { id: "elu", op: "elementwise", from: ["sum"], attributes: { function: "elu", alpha: 1.5 } },
    { id: "clip", op: "elementwise", from: ["elu"], attributes: { function: "clip", min: 0.2 } },
    { id: "step", op: "elementwise", from: ["scaled"], attributes: { function: "negative" } },
    { id: "steps", op: "reduce", from: ["step"], attributes: { function: "mean", axes: [0, 1, 2] } },
    { id: "wide", op: "expand", from: ["steps"], attributes: { shape: [5] } },
    { id: "top", op: "reduce", from: ["clip"], attributes: { function: "max", axes: [1] } },
    { id: "scores", op: "concat", from: ["top", "wide"], attributes: {} },
  ],
  head: "softmax",
};

/** A model of a graph that ends in a logistic function of its scores, of which its head takes another. */
export const TWICE: Graph = {
  input: 3,
  nodes: [
    { id: "z", op: "linear", from: ["input"], tensors: { W: "W", b: "b" }, attributes: { outputs: [2] } },
    { id: "p", op: "sigmoid", from: ["z"] },
  ],
  head: "sigmoid",
};

/** A model of a graph, with parameters of ordinary size. */
export function graphModel(graph = GRAPH): Model {
  const { shapes } = checkGraph(graph, ops);
  const tensors = Object.fromEntries(
    Object.entries(shapes).map(([name, shape], i) => [name, {
      shape,
      data: uniformMatrix(1, shape.reduce((a, b) => a * b), 60 + i).data,
    }]),
  );
  return model(graph, { tensors });
}

if (import.meta.main) {
  const [folder] = Deno.args, cases: Record<string, unknown> = {};
  const files = new URL("../import/files/", import.meta.url);
  const read = [...Deno.readDirSync(files)].filter(({ name }) =>
    /\.onnx$/.test(name) && !/forest|probability|cnn_dynamo|front_images|residual|maxout_dynamo/.test(name)
  ).map(({ name }) =>
    [`again_${name.slice(0, -5)}`, readOnnx(Deno.readFileSync(new URL(name, files)))] as const
  );
  const all = [
    ...specimens.map((each, i) => [`${i}_${each.family.name}`, specimenModel(each)] as const),
    ["graph", graphModel()] as const,
    ...read,
  ];
  Deno.mkdirSync(folder, { recursive: true });
  for (const [name, own] of all) {
    const x = uniformMatrix(200, own.inputs, 5, { lo: name.startsWith("again") ? -1 : 0, hi: 1 });
    Deno.writeFileSync(`${folder}/${name}.onnx`, writeOnnx(own));
    cases[name] = { shape: [own.graph.input].flat(), x: [...x.data], scores: [...own.scores(x).data] };
  }
  Deno.writeTextFileSync(`${folder}/cases.json`, JSON.stringify(cases));
  console.log(`${all.length} models`);
}
