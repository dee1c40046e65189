import { assertEquals, assertThrows } from "@std/assert";
import { InputError } from "../../src/errors.ts";
import { checkGraph, type Graph } from "../../src/graph/graph.ts";
import * as ops from "../../src/ops/mod.ts";
import { matrix } from "../../src/matrix.ts";
import { model } from "../../src/models/model.ts";
import { leakyRelu } from "../../src/ops/leaky_relu.ts";
import { atWork } from "./support.ts";

Deno.test("leakyRelu keeps positive numbers, and multiplies the others by the slope", () => {
  using at = atWork(leakyRelu, {}, { slope: 0.25 });
  const z = at.workspace.copy("z", matrix(1, 5, [4, -4, 0, Infinity, -Infinity]));
  assertEquals([...at.forward([z]).data], [4, -1, 0, Infinity, -Infinity]);
  const dOut = at.workspace.copy("d", matrix(1, 5, [8, 8, 8, 8, 8]));
  const [d] = at.backward(dOut, [z], { inputs: true, parameters: "none" });
  assertEquals([...d!.data], [8, 2, 2, 8, 2]);
});

Deno.test("leakyRelu in a graph has the slope 0.01 by default, and refuses slopes outside (0, 1)", () => {
  const graph = (attributes?: Record<string, unknown>): Graph => ({
    input: 2,
    nodes: [{ id: "h", op: "leakyRelu", from: ["input"], ...(attributes && { attributes }) }],
    head: "softmax",
  });
  using plain = model(graph(), { tensors: {} });
  assertEquals([...plain.scores(matrix(1, 2, [-1, 2])).data], [Math.fround(-0.01), 2]);
  for (const slope of [0, 1, -0.5, NaN]) {
    assertThrows(
      () => checkGraph(graph({ slope }), ops),
      InputError,
      `with slope ${slope}: must be a finite number`,
    );
  }
});
