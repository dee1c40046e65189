import { assert, assertEquals, assertThrows } from "@std/assert";
import "../../../src/runtime/inlined.ts";
import { InputError } from "../../../src/errors.ts";
import { type OnnxOptions, readOnnx } from "../../../src/models/import/onnx.ts";
import { onnxBytes, type OnnxOperator, type OnnxParts } from "../../../src/models/export/onnx_bytes.ts";
import { rng } from "../../../src/rng.ts";

const operator = (op: string, inputs: string[], output: string, attributes = {}): OnnxOperator => ({
  op,
  inputs,
  output,
  attributes,
});

const W = { name: "W", shape: [3, 2], data: [1, 2, 3, 4, 5, 6], whole: false };

/** A file of 2 inputs and 3 scores, with changes. */
const fileOf = (changes: Partial<OnnxParts> = {}): Uint8Array<ArrayBuffer> =>
  onnxBytes({
    nodes: [operator("Gemm", ["x", "W"], "y", { transB: 1 })],
    tensors: [W],
    input: { name: "x", shape: [2] },
    output: { name: "y", shape: [3] },
    metadata: {},
    ...changes,
  });

const list = (name: string, data: number[]) => ({ name, shape: [data.length], data, whole: true });

/** Refused files, and their errors. */
const REFUSED: readonly [string, Partial<OnnxParts>, string, OnnxOptions?][] = [
  [
    "an unknown operator",
    { nodes: [operator("Scan", ["x"], "y")] },
    'node "y" (Scan): operator Scan is not known here',
  ],
  [
    "a circle",
    { nodes: [operator("Relu", ["b"], "a"), operator("Relu", ["a"], "b"), operator("Add", ["x", "b"], "y")] },
    'node "a" (Relu): it reads "b", which no node before it gives',
  ],
  [
    "a node that reads itself",
    { nodes: [operator("Add", ["x", "y"], "y")] },
    'it reads "y", which no node before',
  ],
  ["a name that nothing gives", { nodes: [operator("Relu", ["z"], "y")] }, 'nothing gives its input "z"'],
  [
    "an unknown attribute",
    { nodes: [operator("Relu", ["x"], "y", { slope: 1 })] },
    'attribute "slope" of this operator',
  ],
  [
    "an attribute of another type",
    { nodes: [operator("Gemm", ["x", "W"], "y", { transB: "yes" })] },
    "attribute transB is of another type",
  ],
  ["weights that do not fit", { nodes: [operator("Gemm", ["x", "W"], "y")] }, "by weights for 3 inputs"],
  ["an output that is not there", {}, 'it has no output "yy"; did you mean y?', { output: "yy" }],
  ["an output that nothing gives", { output: { name: "z", shape: [3] } }, 'output "z": nothing gives it'],
  [
    "a shape that overflows",
    { input: { name: "x", shape: [2 ** 20, 2 ** 20] } },
    "has more than 16777216 numbers",
  ],
  ["an input of no size", { input: { name: "x", shape: [0] } }, "leaves its size open beside the batch"],
  [
    "a reshape that mixes examples",
    { tensors: [W, list("s", [-1, 1])], nodes: [operator("Reshape", ["x", "s"], "y")] },
    "does not keep examples of shape (2) apart",
  ],
  [
    "a reduction over the batch",
    { tensors: [list("a", [0])], nodes: [operator("ReduceSum", ["x", "a"], "y")] },
    "it works along the batch, so that examples would depend on each other",
  ],
  [
    "a constant that tells examples apart by their place",
    {
      tensors: [{ ...W, shape: [3, 2] }],
      nodes: [operator("Add", ["x", "W"], "y")],
    },
    "a constant has 3 entries along the batch",
  ],
  [
    "an expansion without end",
    { tensors: [list("s", [1, 2 ** 15, 2 ** 15, 2])], nodes: [operator("Expand", ["x", "s"], "y")] },
    "it adds dimensions before the batch's",
  ],
  [
    "a constant without end",
    {
      tensors: [list("s", [2 ** 20, 2 ** 20])],
      nodes: [operator("ConstantOfShape", ["s"], "c"), operator("Add", ["x", "c"], "y")],
    },
    "its shape is none, too large",
  ],
  [
    "weights made of the size of the batch",
    {
      tensors: [list("zero", [0])],
      nodes: [
        operator("Shape", ["x"], "s"),
        operator("Gather", ["s", "zero"], "n"),
        operator("Mul", ["x", "n"], "y"),
      ],
    },
    "a weight is NaN, or is made of the size of the batch",
  ],
  [
    "a weight that is no number",
    { tensors: [{ ...W, data: [1, 2, 3, NaN, 5, 6] }] },
    "a weight is NaN",
  ],
  [
    "a weight beyond float32",
    { tensors: [{ ...W, data: [1, 2, 3, Infinity, 5, 6] }] },
    "weight Infinity is no finite",
  ],
  [
    "fewer numbers than a shape says",
    { tensors: [{ ...W, shape: [4, 2] }] },
    "it has 24 bytes, and 32 by its shape",
  ],
  [
    "rounding",
    { nodes: [operator("Cast", ["x"], "y", { to: 7 })] },
    "it rounds what depends on the example to whole numbers",
  ],
  [
    "one number that may be a probability",
    {
      tensors: [{ ...W, shape: [1, 2], data: [1, 2] }],
      nodes: [operator("Gemm", ["x", "W"], "z", { transB: 1 }), operator("Exp", ["z"], "y")],
    },
    "it is one number, made by exp, of which the file does not say whether it is the log odds",
  ],
  [
    "batch normalisation in training",
    {
      tensors: ["g", "b", "m", "v"].map((name) => ({ name, shape: [2], data: [1, 1], whole: false })),
      nodes: [operator("BatchNormalization", ["x", "g", "b", "m", "v"], "y", { training_mode: 1 })],
    },
    "it is in training mode; export the model for inference",
  ],
  [
    "a softmax over positions",
    {
      input: { name: "x", shape: [2, 2] },
      nodes: [operator("Softmax", ["x"], "y", { axis: 1 })],
    },
    "it goes along another dimension than the last",
  ],
];

Deno.test("readOnnx() refuses unknown operators, in a sentence that names the node", () => {
  using whole = readOnnx(fileOf());
  assertEquals([whole.inputs, whole.classes], [2, 3]);
  for (const [name, changes, sentence, options] of REFUSED) {
    const error = assertThrows(() => readOnnx(fileOf(changes), options), InputError, sentence, name);
    assert(/^Cannot read the ONNX model: /.test(error.message), error.message);
    assertEquals(error.code, "format", name);
  }
});

const two = new URL("files/torch_cnn_dynamo.onnx", import.meta.url);

Deno.test("readOnnx() takes weights of another file as given bytes, and none from outside the model's folder", () => {
  const bytes = Deno.readFileSync(two), name = "torch_cnn_dynamo.onnx.data";
  const data = Deno.readFileSync(new URL(`files/${name}`, import.meta.url));
  const refused = (external: Record<string, Uint8Array>, sentence: string, from = bytes) =>
    assertThrows(() => readOnnx(from, { external }), InputError, sentence);
  readOnnx(bytes, { external: { [name]: data } })[Symbol.dispose]();
  refused({}, `its bytes are in file "${name}", which was not given`);
  refused({ [name]: data.subarray(0, 100) }, "which has 100");
  // the name in the file, with as many letters
  for (
    const path of ["../ch_cnn_dynamo.onnx.data", "/orch_cnn_dynamo.onnx.data", "a/../_cnn_dynamo.onnx.data"]
  ) {
    const moved = replaced(bytes, name, path);
    refused({ [path]: data }, "it leads out of the model's folder", moved);
  }
});

/** `bytes` with another text of the same length in place of each `from`. */
function replaced(bytes: Uint8Array, from: string, to: string): Uint8Array<ArrayBuffer> {
  const text = String.fromCharCode(...bytes);
  assertEquals([from.length, text.includes(from)], [to.length, true]);
  return Uint8Array.from(text.replaceAll(from, to), (letter) => letter.charCodeAt(0));
}

/** Reads bytes that may not be a model: returns whether they were, and fails on errors other than sentences. */
function isModel(bytes: Uint8Array, message: string): boolean {
  try {
    readOnnx(bytes)[Symbol.dispose]();
    return true;
  } catch (error) {
    assert(error instanceof InputError, `${message}: ${error}\n${(error as Error).stack}`);
    return false;
  }
}

Deno.test("readOnnx() of every beginning of a file ends in a sentence", () => {
  const bytes = fileOf();
  for (let length = 0; length < bytes.length; length++) isModel(bytes.subarray(0, length), `${length} bytes`);
});

Deno.test("readOnnx() of files with changed bytes ends in a model or in a sentence", () => {
  const random = rng(15);
  for (const name of ["logistic_clip", "mlp3_relu", "svc3_rbf", "torch_maxout_dynamo", "torch_cnn2_legacy"]) {
    const bytes = Deno.readFileSync(new URL(`files/${name}.onnx`, import.meta.url));
    for (let k = 0; k < 300; k++) {
      const changed = bytes.slice();
      for (let n = 0; n <= k % 4; n++) changed[random.below(changed.length)] = random.below(256);
      isModel(changed, `${name}, change ${k}`);
    }
  }
});
