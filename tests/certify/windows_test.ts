import { assert, assertAlmostEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { certify } from "../../src/certify/certify.ts";
import { marginAt } from "../../src/certify/witness.ts";
import { scoresOf } from "../../src/certify/chain.ts";
import { formOf } from "../../src/certify/form.ts";
import { batch } from "../../src/data/batch.ts";
import { InputError } from "../../src/errors.ts";
import type { Graph, GraphNode } from "../../src/graph/graph.ts";
import { matrix } from "../../src/matrix.ts";
import { type Model, model } from "../../src/models/model.ts";
import { cnn, convMaxout } from "../../src/models/mod.ts";
import { rng } from "../../src/rng.ts";
import { graphInDouble } from "../graph/reference.ts";
import { uniformMatrix } from "../support.ts";

/** Windows of every kind: padding, steps, holes, groups, averages. */
const KINDS: Graph = {
  input: [2, 5, 4],
  nodes: [
    {
      id: "scaled",
      op: "affine",
      from: ["input"],
      tensors: { scale: "s", shift: "t" },
      attributes: { size: [2, 1, 1] },
    },
    {
      id: "conv",
      op: "conv2d",
      from: ["scaled"],
      tensors: { W: "conv.W", b: "conv.b" },
      attributes: {
        outputs: 4,
        kernel: [3, 2],
        stride: [1, 2],
        padding: [1, 0, 0, 2],
        dilation: [1, 2],
        groups: 2,
      },
    },
    { id: "active", op: "tanh", from: ["conv"] },
    {
      id: "max",
      op: "pool",
      from: ["active"],
      attributes: { function: "max", kernel: [2, 2], padding: [0, 1, 1, 0] },
    },
    {
      id: "mean",
      op: "pool",
      from: ["max"],
      attributes: {
        function: "average",
        kernel: [2, 2],
        stride: [2, 1],
        countPadding: true,
        padding: [1, 0, 0, 1],
      },
    },
    { id: "flat", op: "reshape", from: ["mean"], attributes: { shape: [16] } },
    { id: "top", op: "linear", from: ["flat"], tensors: { W: "W", b: "b" }, attributes: { outputs: [3] } },
  ] satisfies GraphNode[],
  head: "softmax",
};

function specimens(): Model[] {
  const sizes = { classes: 3, channels: [2, 3], kernel: 3 };
  const all = [
    model(cnn({ ...sizes, inputs: 49, units: [6] }), { seed: 1 }),
    model(convMaxout({ ...sizes, inputs: 48, image: [2, 6, 4] }), { seed: 2 }),
    model(KINDS, { seed: 3 }),
  ];
  return all.map((each) => {
    using fresh = each;
    const tensors = Object.fromEntries(
      Object.entries(fresh.tensors()).map(([name, { shape }], i) => {
        const { data } = uniformMatrix(1, shape.reduce((a, b) => a * b), 70 + i, { lo: -0.7, hi: 0.7 });
        return [name, { shape, data }];
      }),
    );
    return model(fresh.family, { tensors });
  });
}

Deno.test("convolutions and pools written out give the scores of their graph", () => {
  for (const own of specimens()) {
    using each = own;
    const form = formOf(each);
    assert(form.kind === "chain");
    for (let seed = 0; seed < 5; seed++) {
      const x = uniformMatrix(1, each.inputs, seed, { lo: -1, hi: 2 }).data;
      const wanted = graphInDouble(each.graph, each.tensors(), x).scores;
      const found = scoresOf(form.chain, Float64Array.from(x));
      wanted.forEach((score, c) => assertAlmostEquals(found[c], score, 1e-9, each.family.name));
    }
  }
});

Deno.test("certify() of convolutions bounds the margin at no point of the region from above, by interval, crown and alphaCrown", () => {
  const random = rng(5);
  for (const [i, own] of specimens().entries()) {
    using each = own;
    for (const norm of [i === 1 ? "L2" : "Linf"] as const) {
      const x = uniformMatrix(1, each.inputs, 9, { lo: 0, hi: 1 }), epsilon = norm === "Linf" ? 0.02 : 0.1;
      const scores = each.scores(x).data, label = scores.indexOf(Math.max(...scores));
      const bounds = (["interval", "crown", "alphaCrown"] as const).map((method) => {
        const examples = batch({ x, labels: [label], classes: 3 });
        const { certified, margin } = certify(each, examples, { epsilon, norm, method }).examples[0];
        assert(certified === margin! > 0);
        return margin!;
      });
      assert(bounds[2] >= bounds[1], "better lines are no worse");
      const best = Math.max(...bounds);
      for (let trial = 0; trial < 100; trial++) {
        const moved = x.data.map(() => random.next() < 0.5 ? -1 : 1);
        const length = norm === "Linf" ? 1 : Math.sqrt(moved.length);
        const share = trial % 3 === 0 ? random.next() : 1;
        const at = matrix(
          1,
          each.inputs,
          x.data.map((value, i) => value + share * epsilon * moved[i] / length),
        );
        const margin = marginAt(each, at.data, label);
        assert(margin >= best, `${each.family.name}, ${norm}: ${margin} below ${best}`);
      }
    }
  }
});

Deno.test("certificates refuse averages over windows whose size is not a power of two, and layers too large to write out", () => {
  const pooled = (kernel: number[], input: number[]): Graph => ({
    input,
    nodes: [
      {
        id: "mean",
        op: "pool",
        from: ["input"],
        attributes: { function: "average", kernel, stride: kernel },
      },
      {
        id: "flat",
        op: "reshape",
        from: ["mean"],
        attributes: { shape: [input[1] * input[2] / kernel[0] / kernel[1]] },
      },
    ],
    head: "softmax",
  });
  for (const graph of [pooled([3, 1], [1, 6, 1]), pooled([1, 1], [1, 100, 80])]) {
    using each = model(graph);
    assertThrows(() => formOf(each), InputError, "Cannot certify this model: its pool ");
  }
});
