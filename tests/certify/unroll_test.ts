import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { certify } from "../../src/certify/certify.ts";
import { marginAt } from "../../src/certify/witness.ts";
import type { CertifyOptions } from "../../src/certify/options.ts";
import { type Chain, scoresOf } from "../../src/certify/chain.ts";
import { rbfMargin } from "../../src/certify/exact_rbf.ts";
import { formOf } from "../../src/certify/form.ts";
import { batch } from "../../src/data/batch.ts";
import type { Graph, GraphNode } from "../../src/graph/graph.ts";
import { predict } from "../../src/predict.ts";
import { matrix, rowsOf } from "../../src/matrix.ts";
import { deepRbf, rbf } from "../../src/models/mod.ts";
import { type Model, model } from "../../src/models/model.ts";
import { ordinaryTensors } from "../models/specimens.ts";
import { neighborhood, numbers, pointsIn } from "./specimens.ts";

/** A model of nodes by id: their operation, what they take, their width if linear, and the rest. */
function graphOf(nodes: readonly [string, string, string[], number?, object?][]): Model {
  const tensors: Record<string, { shape: number[]; data: Float32Array<ArrayBuffer> }> = {};
  const widths = new Map([["input", 4]]);
  const made = nodes.map(([id, op, from, outputs, attributes = {}], k) => {
    const width = from.map((name) => widths.get(name)!);
    widths.set(id, outputs ?? (op === "concat" ? width.reduce((a, b) => a + b) : width[0]));
    if (op !== "linear") return { id, op, from, attributes } as GraphNode;
    tensors[`${id}W`] = {
      shape: [outputs!, width[0]],
      data: Float32Array.from(numbers(outputs! * width[0], k)),
    };
    tensors[`${id}b`] = { shape: [outputs!], data: Float32Array.from(numbers(outputs!, k + 50)) };
    return {
      id,
      op,
      from,
      tensors: { W: `${id}W`, b: `${id}b` },
      attributes: { outputs: [outputs!] },
    } as GraphNode;
  });
  return model({ input: 4, nodes: made, head: "softmax" } as Graph, { tensors });
}

const MODELS: Readonly<Record<string, () => Model>> = {
  "a sum around a layer": () =>
    graphOf([
      ["a", "linear", ["input"], 6],
      ["b", "relu", ["a"]],
      ["c", "linear", ["b"], 6],
      ["d", "tanh", ["c"]],
      ["e", "add", ["b", "d"]],
      ["f", "linear", ["e"], 3],
    ]),
  "sums of linear layers, and of one thing twice": () =>
    graphOf([
      ["a", "linear", ["input"], 5],
      ["b", "linear", ["input"], 5],
      ["c", "add", ["a", "b", "a"]],
      ["d", "leakyRelu", ["c"], undefined, { slope: 0.125 }],
      ["e", "add", ["d", "d"]],
      ["f", "linear", ["e"], 3],
    ]),
  "branches side by side, one of them the inputs": () =>
    graphOf([
      ["a", "linear", ["input"], 6],
      ["b", "maxout", ["a"], 3, { pieces: 2 }],
      ["c", "sigmoid", ["input"]],
      ["d", "concat", ["b", "input", "c", "b"]],
      ["e", "linear", ["d"], 3],
    ]),
  "scores that a sum gives": () =>
    graphOf([
      ["a", "linear", ["input"], 3],
      ["b", "relu", ["a"]],
      ["c", "linear", ["input"], 3],
      ["d", "add", ["b", "c"]],
    ]),
  "an RBF with factors": () => {
    const family = rbf({ inputs: 4, classes: 3, precision: 2 });
    return model(family, { tensors: ordinaryTensors(family) });
  },
  "a deep RBF": () => {
    const family = deepRbf({ inputs: 4, classes: 3, units: [5] });
    return model(family, { tensors: ordinaryTensors(family) });
  },
};

for (const [name, make] of Object.entries(MODELS)) {
  Deno.test(`formOf gives the scores of ${name}, and bounds hold`, () => {
    using net = make();
    const form = formOf(net);
    assertEquals(form.kind, "chain");
    const { chain } = form as { chain: Chain };
    const x = matrix(12, 4, Float32Array.from(numbers(48, 9)));
    const scores = net.scores(x).data.slice();
    for (let i = 0; i < 12; i++) {
      const own = scoresOf(chain, Float64Array.from(rowsOf(x, i, i + 1).data));
      own.forEach((score, c) => assertAlmostEquals(score, scores[i * 3 + c], 2e-5 * (1 + Math.abs(score))));
    }
    const labels = predict(net, x).predicted;
    const examples = batch({ x, labels, classes: 3 });
    const rates = (["interval", "crown", "alphaCrown"] as const).map((method) => {
      const options: CertifyOptions = { epsilon: 0.05, bounds: [-1, 1], method };
      const found = certify(net, examples, options);
      found.examples.forEach(({ margin }, i) => {
        const own = rowsOf(x, i, i + 1).data;
        const within = neighborhood(own, { norm: "Linf", epsilon: 0.05, box: { lo: -1, hi: 1 } });
        for (const point of pointsIn(within, 60, i)) {
          const there = marginAt(net, point, labels[i]);
          assert(margin === null || there >= margin, `${method}: ${there} below ${margin}`);
        }
      });
      return found.errorRate;
    });
    assert(rates[2] <= rates[1] && rates[1] <= rates[0], rates.join());
    assert(rates[2] < 0.8, rates.join());
  });
}

Deno.test("alphaCrown of a diagonal RBF network, as layers in a row, comes near its exact margin", () => {
  const family = rbf({ inputs: 4, classes: 3, precision: 1 });
  const tensors = ordinaryTensors(family);
  tensors.factor.data.fill(0);
  using net = model(family, { tensors });
  const { mu, beta } = tensors;
  const scores = { rows: 3, cols: 4, mu: Float64Array.from(mu.data), beta: Float64Array.from(beta.data) };
  const x = matrix(12, 4, Float32Array.from(numbers(48, 9)));
  const labels = predict(net, x).predicted;
  const examples = batch({ x, labels, classes: 3 });
  certify(net, examples, { epsilon: 0.4, method: "alphaCrown" }).examples.forEach(({ margin }, i) => {
    const exact = rbfMargin(
      scores,
      labels[i],
      neighborhood(rowsOf(x, i, i + 1).data, { norm: "Linf", epsilon: 0.4 }),
    );
    assert(margin! <= exact.value + 1e-9);
    // an ascent ends where the bound passes 0
    if (exact.lower < 0) {
      assert(margin! > exact.value - 0.02 * (1 + Math.abs(exact.value)), `${margin}, ${exact.value}`);
    } else assert(margin! > -0.02, `${margin}, ${exact.value}`);
  });
});
