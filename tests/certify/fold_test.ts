import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { certify } from "../../src/certify/certify.ts";
import { marginAt } from "../../src/certify/witness.ts";
import { formOf } from "../../src/certify/form.ts";
import { InputError } from "../../src/errors.ts";
import type { Graph, GraphNode } from "../../src/graph/graph.ts";
import { scaleAndShift } from "../../src/ops/batch_norm.ts";
import { batch } from "../../src/data/batch.ts";
import { matrix } from "../../src/matrix.ts";
import { type Model, model } from "../../src/models/model.ts";
import { graphInDouble } from "../graph/reference.ts";
import { uniformMatrix } from "../support.ts";

const affine = (id: string, from: string, size: readonly number[]): GraphNode => ({
  id,
  op: "affine",
  from: [from],
  tensors: { scale: `${id}.s`, shift: `${id}.t` },
  attributes: { size },
});

const linear = (id: string, from: string, outputs: number): GraphNode => ({
  id,
  op: "linear",
  from: [from],
  tensors: { W: `${id}.W`, b: `${id}.b` },
  attributes: { outputs: [outputs] },
});

/** Preprocessing as importers write it: a mean for each channel, a scale for each feature, then rows. */
const FRONT: readonly GraphNode[] = [
  affine("mean", "input", [2, 1]),
  affine("scale", "mean", [2, 2]),
  { id: "flat", op: "reshape", from: ["scale"], attributes: { shape: [4] } },
];

/** A model of these nodes on images (2, 2), scales of 1 where a name says so. */
function made(nodes: readonly GraphNode[], ones: readonly string[] = ["mean.s"]): Model {
  const graph: Graph = { input: [2, 2], nodes, head: "softmax" };
  using fresh = model(graph, { seed: 1 });
  const tensors = Object.fromEntries(
    Object.entries(fresh.tensors()).map(([name, { shape }], i) => {
      const { data } = uniformMatrix(1, shape.reduce((a, b) => a * b), 70 + i, { lo: -1.5, hi: 1.5 });
      return [name, {
        shape,
        data: ones.includes(name) ? data.fill(1) : name.endsWith("variance") ? data.map(Math.abs) : data,
      }];
    }),
  );
  return model(graph, { tensors });
}

const MODELS: Readonly<Record<string, readonly GraphNode[]>> = {
  "a linear model": [...FRONT, linear("top", "flat", 3)],
  "a network": [
    ...FRONT,
    linear("a", "flat", 5),
    { id: "h", op: "relu", from: ["a"] },
    affine("norm", "h", [5]),
    linear("top", "norm", 3),
  ],
  "an activation of what is scaled, and scores that are": [
    ...FRONT,
    { id: "h", op: "tanh", from: ["flat"] },
    linear("a", "h", 3),
    affine("scores", "a", [3]),
  ],
  "two readers of what is scaled": [
    ...FRONT,
    linear("a", "flat", 3),
    { id: "h", op: "tanh", from: ["flat"] },
    linear("b", "h", 3),
    { id: "sum", op: "add", from: ["a", "b"] },
  ],
};

/** The label's score less the greatest other one, by the graph's formulas. */
function marginInDouble(own: Model, x: ArrayLike<number>, label: number): number {
  const { scores } = graphInDouble(own.graph, own.tensors(), x);
  return scores[label] - Math.max(...scores.filter((_, c) => c !== label));
}

Deno.test("formOf() of a model with preprocessing has the margins of its graph", () => {
  for (const [name, nodes] of Object.entries(MODELS)) {
    using own = made(nodes);
    const x = uniformMatrix(20, 4, 3, { lo: -1, hi: 1 });
    for (let row = 0; row < x.rows; row++) {
      const at = x.data.subarray(4 * row, 4 * row + 4);
      assertAlmostEquals(marginAt(own, at, row % 3), marginInDouble(own, at, row % 3), 1e-12, name);
    }
  }
  using plain = made(MODELS["a linear model"]);
  assertEquals(formOf(plain).kind, "linear");
});

Deno.test("certify() of a model with preprocessing is below the margin at every point of the region", () => {
  for (const [name, nodes] of Object.entries(MODELS)) {
    using own = made(nodes);
    const x = uniformMatrix(6, 4, 4, { lo: -1, hi: 1 });
    const labels = Array.from({ length: 6 }, (_, row) => {
      const { scores } = graphInDouble(own.graph, own.tensors(), x.data.subarray(4 * row, 4 * row + 4));
      return scores.indexOf(Math.max(...scores));
    });
    const proofs = certify(own, batch({ x, labels, classes: 3 }), { epsilon: 0.05 });
    const moves = uniformMatrix(300, 4, 5, { lo: -0.05, hi: 0.05 });
    for (const [row, label] of labels.entries()) {
      let least = Infinity;
      for (let k = 0; k < moves.rows; k++) {
        // corners too, where linear functions are least
        const to = Array.from({ length: 4 }, (_, i) => {
          const move = moves.data[4 * k + i];
          return x.data[4 * row + i] + (k % 2 === 0 ? move : Math.sign(move) * 0.05);
        });
        least = Math.min(least, marginInDouble(own, to, label));
      }
      const { margin, certified } = proofs.examples[row];
      assert(margin === null || margin <= least + 1e-9, `${name}, ${row}: ${margin}, ${least}`);
      assert(!certified || least > 0, name);
    }
  }
});

Deno.test("formOf() has batch normalisation within the weights before it, with the numbers of inference", () => {
  const norm = (id: string, from: string): GraphNode => ({
    id,
    op: "batchNorm",
    from: [from],
    tensors: Object.fromEntries(
      ["scale", "shift", "mean", "variance"].map((role) => [role, `${id}.${role}`]),
    ),
  });
  const nodes: GraphNode[] = [
    { id: "flat", op: "reshape", from: ["input"], attributes: { shape: [4] } },
    linear("a", "flat", 5),
    norm("norm", "a"),
    { id: "h", op: "relu", from: ["norm"] },
    linear("top", "h", 3),
  ];
  using own = made(nodes);
  const { graph } = own, tensors = own.tensors();
  const data = (role: string) => tensors[`norm.${role}`].data as Float32Array;
  const { scale, shift } = scaleAndShift(
    { scale: data("scale"), shift: data("shift"), mean: data("mean"), variance: data("variance") },
    1e-5,
  );
  const { "a.W": W, "a.b": b, "top.W": V, "top.b": c } = tensors;
  using same = model({ ...graph, nodes: nodes.toSpliced(2, 1, affine("norm", "a", [5])) }, {
    tensors: {
      ...{ "a.W": W, "a.b": b, "top.W": V, "top.b": c },
      ...{ "norm.s": { shape: [5], data: scale }, "norm.t": { shape: [5], data: shift } },
    },
  });
  const form = formOf(own);
  assert(form.kind === "chain" && form.chain.layers.length === 3, "no layer of its own");
  for (let row = 0; row < 10; row++) {
    const x = uniformMatrix(1, 4, 20 + row, { lo: -1, hi: 1 }).data;
    assertAlmostEquals(marginAt(own, x, row % 3), marginInDouble(same, x, row % 3), 1e-12);
    // both read the same numbers, whichever way they are computed
    assertAlmostEquals(marginAt(own, x, row % 3), marginInDouble(own, x, row % 3), 1e-5);
  }
});

Deno.test("formOf() refuses two scalings in a row, because their products would be rounded", () => {
  using own = made(MODELS["a linear model"], []);
  assertThrows(
    () => formOf(own),
    InputError,
    "numbers are scaled twice, by nodes of operation affine or batchNorm",
  );
  assertEquals(own.scores(matrix(1, 4)).cols, 3);
});
