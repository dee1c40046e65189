import { assertEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { readSafetensors, writeSafetensors } from "../../src/data/safetensors.ts";
import { InputError } from "../../src/errors.ts";
import { checkGraph, type Graph } from "../../src/graph/graph.ts";
import * as ops from "../../src/ops/mod.ts";
import { matrix } from "../../src/matrix.ts";
import { loadModel, saveModel } from "../../src/models/file.ts";
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

/** One operation on images. */
const ofImages = (op: string, attributes: Record<string, unknown>) => ({
  input: [2, 5, 4],
  nodes: [{ id: "images", op, from: ["input"], attributes }],
  head: "softmax",
});

/** Invalid graphs, and their errors. */
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
    "its inputs are of shapes (3) and (2), and must be alike",
  ],
  [
    { ...graph, nodes: [hidden, { id: "max", op: "maxout", from: ["hidden"], attributes: { pieces: 2 } }] },
    "3 inputs are no multiple of 2 pieces",
  ],
  [{ ...graph, input: [] }, "input must be a whole number"],
  [{ ...graph, input: [3, 0] }, "input must be a whole number"],
  [{ ...graph, input: [2 ** 13, 2 ** 13] }, "input must be a whole number"],
  [
    { ...graph, input: [1, 2] },
    'node "top" of operation linear: it reads what has 1 dimensions, not shape (1, 2)',
  ],
  [ofImages("reshape", { shape: [7] }), "(2, 5, 4) and (7) have other numbers of entries"],
  [ofImages("reshape", { shape: [40], axis: 1 }), 'there is no option "axis"'],
  [ofImages("transpose", { order: [0, 1, 1] }), "order (0, 1, 1) does not name the dimensions of (2, 5, 4)"],
  [ofImages("take", { axis: 3, indices: [0] }), "there is no dimension 3 in (2, 5, 4)"],
  [ofImages("take", { axis: 2, indices: [4] }), "there is no place 4 in dimension 2 of (2, 5, 4)"],
  [ofImages("expand", { shape: [2, 5, 8] }), "(2, 5, 4) does not repeat to (2, 5, 8)"],
  [ofImages("pad", { before: [1], after: [1] }), "before and after must name 3 numbers"],
  [ofImages("reduce", { function: "max", axes: [3] }), "there is no dimension 3"],
  [ofImages("reduce", { function: "sum", axes: [2] }), "its last node gives scores of shape (2, 5)"],
  [ofImages("affine", { size: [2, 1, 2] }), "scale and shift of shape (2, 1, 2) do not repeat to (2, 5, 4)"],
  [ofImages("pool", { function: "max", kernel: [6, 1] }), "windows of (6, 1) do not fit into (2, 5, 4)"],
  [ofImages("pool", { function: "max", kernel: [1, 1], padding: [1, 0, 0, 0] }), "lies in the padding alone"],
  [ofImages("pool", { function: "max", kernel: [1, 1], padding: [1e9, 1e9, 0, 0] }), "are too many"],
  [
    ofImages("pool", { function: "max", kernel: [1, 1], stride: [1e9, 1e9], padding: [1e9, 1e9, 0, 0] }),
    "with a padding of (1000000000, 1000000000, 0, 0) is too large",
  ],
  [
    ofImages("conv2d", { outputs: 2, kernel: [3, 3, 3] }),
    "kernel [3, 3, 3]: must be a list of 2 whole numbers",
  ],
  [ofImages("conv2d", { outputs: 3, kernel: [3, 3], groups: 2 }), "are no multiples of 2 groups"],
  [ofImages("elementwise", { function: "pow" }), "pow takes an exponent"],
  [ofImages("elementwise", { function: "clip", min: 1, max: 0 }), "which holds nothing"],
];

Deno.test("checkGraph() and loadModel() refuse invalid graphs in one sentence", () => {
  using own = model(graph, { seed: 1 });
  const { tensors, metadata: { sha256: _, ...metadata } } = readSafetensors(saveModel(own));
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

Deno.test("a graph of images has as many inputs as their shape, and is saved and read with it", () => {
  const images: Graph = {
    input: [2, 4, 4],
    nodes: [
      {
        id: "conv",
        op: "conv2d",
        from: ["input"],
        tensors: { W: "W", b: "b" },
        attributes: { outputs: 3, kernel: [3, 3] },
      },
      { id: "mean", op: "reduce", from: ["conv"], attributes: { function: "mean", axes: [1, 2] } },
    ],
    head: "softmax",
  };
  using own = model(images, { seed: 1 });
  assertEquals([own.inputs, own.classes, own.tensors().W.shape], [32, 3, [3, 2, 3, 3]]);
  using again = loadModel(saveModel(own));
  const x = matrix(2, 32, Float32Array.from({ length: 64 }, (_, i) => i / 64));
  assertEquals(again.scores(x), own.scores(x));
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
