import { assert, assertEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { InputError } from "../../src/errors.ts";
import { executor } from "../../src/graph/executor.ts";
import type { Tensors } from "../../src/graph/steps.ts";
import { checkGraph, type Graph, type GraphNode } from "../../src/graph/graph.ts";
import * as ops from "../../src/ops/mod.ts";
import { plan } from "../../src/graph/plan.ts";
import { matrix, rowsOf } from "../../src/matrix.ts";
import { init } from "../../src/runtime/variants.ts";
import { assertClose, centralDifference, uniformMatrix } from "../support.ts";
import { graphInDouble } from "./reference.ts";

const D = 6, C = 3, ROWS = 7;

const linear = (id: string, from: string, outputs: readonly number[]): GraphNode => ({
  id,
  op: "linear",
  from: [from],
  tensors: { W: `${id}.W`, b: `${id}.b` },
  attributes: { outputs },
});

/** Graphs with branches: what is around a layer, read twice, joined side by side, or fused or not. */
const graphs: Record<string, Graph> = {
  "a residual block": {
    input: D,
    nodes: [
      linear("a", "input", [D]),
      { id: "h", op: "relu", from: ["a"] },
      { id: "sum", op: "add", from: ["h", "input"] },
      linear("top", "sum", [C]),
    ],
    head: "softmax",
  },
  "two paths side by side, of which both read a third": {
    input: D,
    nodes: [
      linear("stem", "input", [2, 5]),
      { id: "max", op: "maxout", from: ["stem"], attributes: { pieces: 2 } },
      linear("left", "max", [4]),
      { id: "l", op: "tanh", from: ["left"] },
      linear("right", "max", [3]),
      { id: "r", op: "relu", from: ["right"] },
      { id: "both", op: "concat", from: ["l", "r", "max"] },
      linear("top", "both", [C]),
    ],
    head: "softmax",
  },
  "a linear node that two read, so that it is not fused": {
    input: D,
    nodes: [
      linear("a", "input", [4]),
      { id: "p", op: "relu", from: ["a"] },
      { id: "q", op: "sigmoid", from: ["a"] },
      { id: "sum", op: "add", from: ["p", "q", "p"] },
      linear("top", "sum", [C]),
    ],
    head: "sigmoid",
  },
  "the inputs twice, and no layer at the end": {
    input: D,
    nodes: [
      { id: "e", op: "tanh", from: ["input"] },
      linear("a", "e", [C]),
      linear("b", "input", [C]),
      { id: "sum", op: "add", from: ["a", "b"] },
    ],
    head: "softmax",
  },
};

graphs["images"] = {
  input: [1, 3, 2],
  nodes: [
    {
      id: "scaled",
      op: "affine",
      from: ["input"],
      tensors: { scale: "scale", shift: "shift" },
      attributes: { size: [1, 1, 1] },
    },
    {
      id: "conv",
      op: "conv2d",
      from: ["scaled"],
      tensors: { W: "conv.W", b: "conv.b" },
      attributes: { outputs: 3, kernel: [2, 2], padding: [0, 1, 0, 0] },
    },
    { id: "h", op: "tanh", from: ["conv"] },
    { id: "pool", op: "pool", from: ["h"], attributes: { function: "average", kernel: [2, 1] } },
    { id: "flat", op: "reshape", from: ["pool"], attributes: { shape: [6] } },
    linear("top", "flat", [C]),
  ],
  head: "softmax",
};

function tensorsOf(graph: Graph): Tensors {
  return Object.fromEntries(
    Object.entries(checkGraph(graph, ops).shapes).map(([name, shape], i) => {
      const { data } = uniformMatrix(1, shape.reduce((a, b) => a * b), 50 + i);
      return [name, { shape, data }];
    }),
  );
}

/** The same inputs, in some of which most are 0. */
const inputs = [false, true].map((sparse) => {
  const x = uniformMatrix(ROWS, D, 4);
  return sparse ? matrix(ROWS, D, x.data.map((value, i) => i % 4 === 1 ? value : 0)) : x;
});

Deno.test("executor() gives the scores of a graph with branches as double precision has them", () => {
  for (const [name, graph] of Object.entries(graphs)) {
    const tensors = tensorsOf(graph);
    using run = executor(checkGraph(graph, ops), tensors);
    for (const x of inputs) {
      const expected = Array.from(
        { length: ROWS },
        (_, r) => graphInDouble(graph, tensors, rowsOf(x, r, r + 1).data).scores,
      ).flat();
      assertClose(run.forward(run.workspace.copy("x", x)).data, expected, 1e-5, name);
    }
  }
});

Deno.test("executor() adds the gradients of all branches, as central differences have them", () => {
  for (const [name, graph] of Object.entries(graphs)) {
    using run = executor(checkGraph(graph, ops), tensorsOf(graph));
    // no relu or maxout unit is so near to its kink that a step crosses it
    const x = uniformMatrix(ROWS, D, 11);
    const weights = uniformMatrix(ROWS, C, 5);
    const sum = () => {
      run.refresh();
      const { data } = run.forward(run.workspace.copy("x", x));
      return weights.data.reduce((total, weight, i) => total + weight * data[i], 0);
    };
    sum();
    const d = run.workspace.copy("d", weights);
    const dX = run.backward(d, { inputs: true, parameters: "replace" })!.data.slice();
    const gradients = run.parameters.map(({ gradient }) => gradient.data.slice());
    const step = 2 ** -9;
    assertClose(dX, dX.map((_, i) => centralDifference(sum, x.data, i, step)), 1e-3, name);
    run.parameters.forEach(({ name: parameter, value }, k) => {
      const numeric = gradients[k].map((_, i) => centralDifference(sum, value.data, i, step));
      assertClose(gradients[k], numeric, 1e-3, `${name}, ${parameter}`);
      assert(numeric.some((slope) => Math.abs(slope) > 0.01), `${name}, ${parameter}`);
    });
  }
});

Deno.test("executor() gives the same bits with operations fused and each by itself", () => {
  init({ kernels: "baseline" });
  for (const [name, graph] of Object.entries(graphs)) {
    const tensors = tensorsOf(graph), checked = checkGraph(graph, ops);
    using fused = executor(checked, tensors);
    using plain = executor(checked, tensors, { fuse: false });
    for (const x of inputs) {
      const [one, other] = [fused, plain].map((run) => {
        const scores = run.forward(run.workspace.copy("x", x), {
          dropout: { input: { keep: 0.75, scale: 1 }, hidden: { keep: 0.5, scale: 2 } },
          key: 3,
        }).data.slice();
        const d = run.workspace.copy("d", uniformMatrix(ROWS, C, 5));
        const dX = run.backward(d, { inputs: true, parameters: "replace" })!.data.slice();
        return { scores, dX, gradients: run.parameters.map(({ gradient }) => gradient.data.slice()) };
      });
      assertEquals(one, other, name);
    }
  }
});

Deno.test("plan() fuses a linear node with the maxout or relu that alone reads it, and no other", () => {
  const stepsOf = (graph: Graph) =>
    plan(checkGraph(graph, ops).nodes).map(({ nodes }) => nodes.map(({ id }) => id).join());
  assertEquals(stepsOf(graphs["a residual block"]), ["a,h", "sum", "top"]);
  assertEquals(
    stepsOf(graphs["two paths side by side, of which both read a third"]),
    ["stem,max", "left", "l", "right,r", "both", "top"],
  );
  const twice = graphs["a linear node that two read, so that it is not fused"];
  assertEquals(stepsOf(twice), ["a", "p", "q", "sum", "top"]);
});

Deno.test("Executor.cut() gives the parts before and after a layer, and refuses where something goes around it", () => {
  const graph: Graph = {
    input: D,
    nodes: [
      linear("a", "input", [4]),
      { id: "h", op: "relu", from: ["a"] },
      linear("b", "h", [4]),
      { id: "g", op: "tanh", from: ["b"] },
      { id: "sum", op: "add", from: ["g", "h"] },
      linear("top", "sum", [C]),
    ],
    head: "softmax",
  };
  using run = executor(checkGraph(graph, ops), tensorsOf(graph));
  const x = run.workspace.copy("x", inputs[0]);
  const d = run.workspace.copy("d", uniformMatrix(ROWS, C, 5));
  const whole = run.forward(x).data.slice();
  for (const layer of [0, 1, 2]) {
    const { before, after } = run.cut(layer);
    const h = run.workspace.copy("h", before.forward(x));
    assertEquals(after.forward(h).data.slice(), whole, `layer ${layer}`);
    const numeric = h.data.map((_, i) =>
      centralDifference(
        () => {
          const { data } = after.forward(h);
          return d.data.reduce((total, weight, j) => total + weight * data[j], 0);
        },
        h.data,
        i,
        2 ** -9,
      )
    );
    after.forward(h);
    assertClose(
      after.backward(d, { inputs: true, parameters: "none" })!.data,
      numeric,
      1e-3,
      `layer ${layer}`,
    );
  }
  const around: Graph = {
    input: D,
    nodes: [
      linear("a", "input", [D]),
      linear("b", "a", [D]),
      { id: "sum", op: "add", from: ["b", "input"] },
      linear("top", "sum", [C]),
    ],
    head: "softmax",
  };
  using residual = executor(checkGraph(around, ops), tensorsOf(around));
  assertThrows(
    () => residual.cut(1),
    InputError,
    "Cannot cut the graph before layer 1: something goes around it",
  );
});

Deno.test("Executor.load() puts other tensors in the place of its own, and endTraining() keeps the model", () => {
  for (const [name, graph] of Object.entries(graphs)) {
    const [first, second] = [tensorsOf(graph), tensorsOf(graph)];
    for (const { data } of Object.values(second)) data.forEach((value, i) => data[i] = value / 2);
    using run = executor(checkGraph(graph, ops), first);
    using other = executor(checkGraph(graph, ops), second);
    const scores = () => run.forward(run.workspace.copy("x", inputs[0])).data.slice();
    const own = scores();
    run.backward(run.workspace.copy("d", uniformMatrix(ROWS, C, 5)), { inputs: true, parameters: "replace" });
    run.endTraining();
    assertEquals(scores(), own, name);
    run.load(second);
    assertEquals(scores(), other.forward(other.workspace.copy("x", inputs[0])).data.slice(), name);
    assertEquals(run.tensors(), second, name);
  }
});
