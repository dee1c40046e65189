import { assert, assertEquals, assertThrows } from "@std/assert";
import "../../../src/runtime/inlined.ts";
import { InputError } from "../../../src/errors.ts";
import { type Matrix, matrix } from "../../../src/matrix.ts";
import type { Model } from "../../../src/models/model.ts";
import { onnxBytes, type OnnxOperator } from "../../../src/models/export/onnx_bytes.ts";
import { readOnnx } from "../../../src/models/import/onnx.ts";
import { writeOnnx } from "../../../src/models/export/onnx.ts";
import { loadModel, saveModel } from "../../../src/models/file.ts";
import { WRITABLE } from "../../../src/models/export/operators.ts";
import * as ops from "../../../src/ops/mod.ts";
import { graphModel, TWICE } from "../export/written.ts";
import { specimenModel, specimens } from "../specimens.ts";
import { assertClose, uniformMatrix } from "../../support.ts";
import { type Case, gapsOf } from "./compare.ts";

/** A case with its inputs and answers, as models.py writes few of them. */
interface Small extends Case {
  readonly x: readonly number[][];
  readonly y: readonly number[][];
  readonly label: readonly number[][];
  readonly g?: readonly number[][];
}

const files = new URL("files/", import.meta.url);
const cases: Record<string, Small> = JSON.parse(Deno.readTextFileSync(new URL("cases.json", files)));
const rows = (of: readonly number[][]) => matrix(of.length, of[0].length, of.flat());

function read(name: string) {
  const external: Record<string, Uint8Array> = {};
  for (const { name: file } of Deno.readDirSync(files)) {
    if (file === `${name}.onnx.data`) external[file] = Deno.readFileSync(new URL(file, files));
  }
  return readOnnx(Deno.readFileSync(new URL(`${name}.onnx`, files)), { external });
}

Deno.test("readOnnx() of files by skl2onnx and PyTorch gives scores, labels and gradients of their runtimes", () => {
  for (const [name, each] of Object.entries(cases).filter(([, { refused }]) => !refused)) {
    using model = read(name);
    const { x, y, label, g } = each;
    const gaps = gapsOf(model, each, {
      x: rows(x),
      y: rows(y),
      labels: label.flat(),
      gradients: g && rows(g),
    }, { examples: 1 });
    for (const [what, { value, limit }] of Object.entries(gaps)) {
      assert(value <= limit, `${name}: ${what} ${value}`);
    }
  }
});

Deno.test("readOnnx() refuses operators that it does not know, and models whose answers contradict each other", () => {
  assertThrows(
    () => read("forest"),
    InputError,
    "(TreeEnsembleClassifier): operator ai.onnx.ml.TreeEnsembleClassifier is not known here",
  );
  assertThrows(() => read("svc2_probability"), InputError, "train with probability=False");
});

Deno.test("a model of an ONNX file is saved and loaded like any other", () => {
  using model = read("torch_cnn_dynamo");
  using again = loadModel(saveModel(model));
  const x = rows(cases.torch_cnn_dynamo.x);
  assertEquals(again.scores(x), model.scores(x));
  assertEquals(again.record.source, "ONNX");
});

Deno.test("readOnnx() of writeOnnx() has the scores of every family, its head and its classes' names", () => {
  for (const specimen of specimens) {
    using model = specimenModel(specimen);
    using again = readOnnx(writeOnnx(model));
    const x = uniformMatrix(9, model.inputs, 5, { lo: 0, hi: 1 });
    assertEquals([again.head.name, again.classes], [model.head.name, model.classes], specimen.name);
    assertClose(again.scores(x).data, model.scores(x).data, 1e-5, specimen.name);
  }
});

Deno.test("every operation is written as ONNX, and read again with its scores", () => {
  assertEquals([...WRITABLE].sort(), Object.keys(ops).sort());
  for (const own of [graphModel(), graphModel(TWICE)]) {
    using again = readOnnx(writeOnnx(own));
    const x = uniformMatrix(9, own.inputs, 5);
    assertEquals(again.head.name, own.head.name);
    assertClose(again.scores(x).data, own.scores(x).data, 1e-5);
  }
});

Deno.test("readOnnx() of writeOnnx() of a read model has its scores again", () => {
  for (const name of Object.keys(cases).filter((name) => !cases[name].refused)) {
    using model = read(name);
    using again = readOnnx(writeOnnx(model));
    const x = rows(cases[name].x);
    assertEquals(again.head.name, model.head.name, name);
    assertClose(again.scores(x).data, model.scores(x).data, 1e-5, name);
  }
});

/** A file of these operators on x·Wᵀ of two inputs, W (2, 2) rows w and −w or another. */
function small(nodes: OnnxOperator[], W: readonly number[] = [1, -2, -1, 2]) {
  return readOnnx(onnxBytes({
    nodes: [{ op: "Gemm", inputs: ["x", "W"], output: "z", attributes: { transB: 1 } }, ...nodes],
    tensors: [
      { name: "W", shape: [W.length / 2, 2], data: W, whole: false },
      { name: "one", shape: [], data: [1], whole: false },
      { name: "last", shape: [1], data: [-1], whole: true },
    ],
    input: { name: "x", shape: [2] },
    output: { name: "y", shape: [2] },
    metadata: {},
  }));
}

const step = (op: string, inputs: string[], output: string, attributes = {}): OnnxOperator => ({
  op,
  inputs,
  output,
  attributes,
});

Deno.test("readOnnx() goes back from probabilities to scores, whose gradients do not vanish", () => {
  const x = matrix(2, 2, [30, -30, 0.5, 1]);
  const z = [90, -1.5];
  const shares = [step("ReduceSum", ["p", "last"], "s"), step("Div", ["p", "s"], "y")];
  const files: Record<string, [OnnxOperator[], string, number[], number[]?]> = {
    "a softmax": [[step("Softmax", ["z"], "y")], "softmax", [90, -90, -1.5, 1.5]],
    "a log softmax": [[step("LogSoftmax", ["z"], "y")], "softmax", [90, -90, -1.5, 1.5]],
    "a logistic function of one": [[step("Sigmoid", ["z"], "y")], "binary", z, [1, -2]],
    "of a score and its negation": [[step("Sigmoid", ["z"], "y")], "binary", z.map((value) => -value)],
    "of several scores": [[step("Sigmoid", ["z"], "y")], "sigmoid", [90, 30, -1.5, 0.5], [1, -2, 1, 0]],
    "its complement beside it": [
      [
        step("Sigmoid", ["z"], "p"),
        step("Sub", ["one", "p"], "q"),
        step("Concat", ["q", "p"], "y", { axis: 1 }),
      ],
      "binary",
      z,
      [1, -2],
    ],
    "shares of the sum of logistic functions": [
      [step("Sigmoid", ["z"], "p"), ...shares],
      "sigmoid",
      [90, 30, -1.5, 0.5],
      [1, -2, 1, 0],
    ],
  };
  for (const [name, [nodes, head, scores, W]] of Object.entries(files)) {
    using own = small(nodes, W);
    assertEquals([own.head.name, ...own.scores(x).data], [head, ...scores], name);
    const gradient = lossGradientOf(own, x);
    assert(gradient.every((value) => Math.abs(value) > 0.1), `${name}: ${gradient}`);
  }
});

Deno.test("readOnnx() takes no absolute values or shares of scores for those of probabilities", () => {
  const x = matrix(1, 2, [2, 0.5]);
  // z = (1, −1)
  using absolute = small([step("Abs", ["z"], "y")]);
  assertEquals([...absolute.scores(x).data], [1, 1]);
  using logs = small([step("LogSoftmax", ["z"], "l"), step("Abs", ["l"], "y")]);
  assertClose(logs.scores(x).data, [Math.log1p(Math.exp(-2)), 2 + Math.log1p(Math.exp(-2))], 1e-6);
  using shares = small([step("ReduceSum", ["z", "last"], "s"), step("Div", ["z", "s"], "y")], [1, 0, 0, 2]);
  assertClose(shares.scores(x).data, [2 / 3, 1 / 3], 1e-6);
});

/** The gradient of the first score less the last other one, or of the only one. */
function lossGradientOf(own: Model, x: Matrix): number[] {
  return [
    ...own.inputGradient(x, ({ rows, cols }) =>
      matrix(
        rows,
        cols,
        Float32Array.from({ length: rows * cols }, (_, i) => i % cols === 0 ? 1 : -0.5),
      )).data,
  ];
}

Deno.test("readOnnx() of BatchNormalization is γ·(x − μ) / √(σ² + ε) + β, and refuses one that trains", () => {
  const vectors = { gamma: [2, 3], beta: [0.5, -1], mean: [1, -2], variance: [4, 0.25] };
  const file = (attributes = {}) =>
    onnxBytes({
      nodes: [
        step("BatchNormalization", ["x", ...Object.keys(vectors)], "y", {
          epsilon: { float: 0.25 },
          ...attributes,
        }),
      ],
      tensors: Object.entries(vectors).map(([name, data]) => ({ name, shape: [2], data, whole: false })),
      input: { name: "x", shape: [2] },
      output: { name: "y", shape: [2] },
      metadata: {},
    });
  using own = readOnnx(file());
  const expected = [2 * (3 - 1) / Math.sqrt(4.25) + 0.5, 3 * (1 + 2) / Math.sqrt(0.5) - 1];
  assertClose(own.scores(matrix(1, 2, [3, 1])).data, expected, 1e-6);
  assertThrows(() => readOnnx(file({ training_mode: 1 })), InputError, "it is in training mode");
});
