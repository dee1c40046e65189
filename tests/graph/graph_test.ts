import { assertEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { readSafetensors, writeSafetensors } from "../../src/data/safetensors.ts";
import { InputError } from "../../src/errors.ts";
import { checkGraph, type Graph } from "../../src/graph/graph.ts";
import * as ops from "../../src/ops/mod.ts";
import { matrix } from "../../src/matrix.ts";
import { loadModel, saveModel } from "../../src/models/checkpoint.ts";
import { model } from "../../src/models/model.ts";

const node = {
  id: "top",
  op: "linear",
  from: ["input"],
  tensors: { W: "W", b: "b" },
  attributes: { outputs: [3] },
};
const graph = { input: 2, nodes: [node], head: "softmax" } as Graph;
const hidden = { ...node, id: "hidden", tensors: { W: "hidden.W", b: "hidden.b" } };

Deno.test("checkGraph() gives sizes, classes and the shape of each tensor", () => {
  const { inputs, classes, head, shapes } = checkGraph(graph, ops);
  assertEquals([inputs, classes, head.name, shapes], [2, 3, "softmax", { W: [3, 2], b: [3] }]);
  const one = { ...graph, nodes: [{ ...node, attributes: { outputs: [1] } }], head: "binary" } as Graph;
  assertEquals(checkGraph(one, ops).classes, 2);
});

/** What is no graph, and what the error says of it. */
const REFUSED: readonly [unknown, string][] = [
  [null, "the graph must be an object, not null"],
  [[], "the graph must be an object"],
  [{ graph }, 'the graph cannot have "graph"'],
  [{ ...graph, extra: 1 }, 'the graph cannot have "extra"'],
  [{ ...graph, input: 0 }, "input must be a whole number in 1 … 16777216, not 0"],
  [{ ...graph, input: 1e300 }, "input must be a whole number"],
  [{ ...graph, input: "2" }, "input must be a whole number"],
  [{ ...graph, nodes: [] }, "nodes must be a list of 1 … 4096 nodes"],
  [{ ...graph, nodes: { length: 1e9 } }, "nodes must be a list"],
  [{ ...graph, nodes: Array(5000).fill(node) }, "nodes must be a list"],
  [{ ...graph, nodes: [null] }, "a node must be an object"],
  [{ ...graph, head: "toString" }, 'there is no head "toString"; the heads are softmax'],
  [{ ...graph, head: "binary" }, "its last node gives 3 scores, head binary takes 1"],
  [{ ...graph, nodes: [{ ...node, attributes: { outputs: [1] } }] }, "its last node gives 1 scores"],
  [{ ...graph, nodes: [{ ...node, id: "" }] }, "the id of a node must be a text"],
  [{ ...graph, nodes: [{ ...node, id: "input" }] }, 'node "input" comes twice'],
  [{ ...graph, nodes: [{ ...node, op: "liner" }] }, "which there is not; did you mean linear?"],
  [{ ...graph, nodes: [{ ...node, op: "constructor" }] }, "which there is not; the operations are add"],
  [{ ...graph, nodes: [{ ...node, op: ["linear"] }] }, "which there is not"],
  [{ ...graph, nodes: [{ ...node, from: [] }] }, 'node "top" must read 1 of those before it'],
  [{ ...graph, nodes: [{ ...node, from: "input" }] }, "must read 1 of those before it"],
  [{ ...graph, nodes: [{ ...node, from: ["later"] }] }, 'node "top" reads "later", which is not before it'],
  [{ ...graph, nodes: [{ ...node, from: ["top"] }] }, 'reads "top", which is not before it'],
  [{ ...graph, nodes: [{ ...node, from: [["input"]] }] }, "which is not before it"],
  [
    { ...graph, nodes: [{ ...node, attributes: { outputs: [0] } }] },
    "with outputs [0]: must be a list of whole",
  ],
  [{ ...graph, nodes: [{ ...node, attributes: { units: 3 } }] }, 'there is no option "units"'],
  [{ ...graph, nodes: [{ ...node, attributes: {} }] }, "outputs is missing"],
  [{ ...graph, nodes: [{ ...node, attributes: { outputs: [2 ** 30] } }] }, "more than 16777216 outputs"],
  [
    { ...graph, nodes: [{ ...node, attributes: { outputs: [1, 2, 3] } }] },
    "outputs must be one or two numbers",
  ],
  [{ ...graph, input: 2 ** 20, nodes: [{ ...node, attributes: { outputs: [2 ** 20] } }] }, "is too large"],
  [{ ...graph, nodes: [{ ...node, tensors: { W: "W" } }] }, 'node "top" needs a name for its tensor b'],
  [{ ...graph, nodes: [{ ...node, tensors: { W: "W", b: "W" } }] }, 'tensor "W" is named twice'],
  [{ ...graph, nodes: [{ ...node, tensors: { W: "W", b: "b", c: "c" } }] }, 'cannot have "c", but W or b'],
  [
    { ...graph, nodes: [{ ...node, tensors: { W: "__metadata__", b: "b" } }] },
    "needs a name for its tensor W",
  ],
  [{ ...graph, nodes: [hidden, node] }, 'nothing reads node "hidden"'],
  [
    { ...graph, nodes: [hidden, { id: "sum", op: "add", from: ["hidden", "input"] }] },
    "its inputs are 3, 2 wide, and must be alike",
  ],
  [
    { ...graph, nodes: [hidden, { id: "max", op: "maxout", from: ["hidden"], attributes: { pieces: 2 } }] },
    "3 inputs are no multiple of 2 pieces",
  ],
];

Deno.test("checkGraph() and loadModel() refuse what is no graph, in a sentence", () => {
  using own = model(graph, { seed: 1 });
  const { tensors, metadata } = readSafetensors(saveModel(own));
  for (const [wrong, sentence] of REFUSED) {
    assertThrows(() => checkGraph(wrong as Graph, ops), InputError, sentence, JSON.stringify(wrong));
    const bytes = writeSafetensors(tensors, { ...metadata, graph: JSON.stringify(wrong) });
    assertThrows(() => loadModel(bytes), InputError, "Cannot read the model: its graph does not fit");
  }
  const text = writeSafetensors(tensors, { ...metadata, graph: "{" });
  assertThrows(() => loadModel(text), InputError, "Cannot read the model: its graph is no JSON");
  const other = writeSafetensors(tensors, { ...metadata, head: "sigmoid" });
  assertThrows(() => loadModel(other), InputError, "expected head softmax, got sigmoid");
});

Deno.test("a model of a graph is saved with it, and read again with the same scores and bytes", () => {
  using own = model(graph, { seed: 1, record: { note: "by hand" } });
  const bytes = saveModel(own);
  using again = loadModel(bytes);
  const x = matrix(2, 2, [1, -2, 0.5, 3]);
  assertEquals(again.scores(x), own.scores(x));
  assertEquals(again.graph, graph);
  assertEquals(saveModel(again), bytes);
  assertEquals(readSafetensors(bytes).metadata.family, undefined);
});
