import { assertEquals, assertThrows } from "@std/assert";
import {
  batch,
  certify,
  fgsm,
  InputError,
  loadModel,
  matrix,
  mlp,
  model,
  preprocessed,
  saveModel,
  softmaxLinear,
} from "../../src/mod.ts";
import { readOnnx, writeOnnx } from "../../src/onnx.ts";
import { assertClose, uniformMatrix } from "../support.ts";

const D = 3;
const own = model(mlp({ inputs: D, classes: 2, units: [4] }), { seed: 3 });
const options = { scale: 0.5, mean: [1, -2, 0.25], std: [2, 0.5, 4] };

/** (x·scale − mean) / std. */
const before = (x: ReturnType<typeof uniformMatrix>) =>
  matrix(x.rows, D, x.data.map((v, i) => (v * options.scale - options.mean[i % D]) / options.std[i % D]));

Deno.test("preprocessed() gives the scores of (x·scale − mean) / std, and gradients in the units of x", () => {
  using made = preprocessed(own, options);
  const x = uniformMatrix(5, D, 1),
    ones = ({ rows, cols }: { rows: number; cols: number }) =>
      matrix(rows, cols, Float32Array.from({ length: rows * cols }, (_, i) => i % cols));
  assertClose(made.scores(x).data, own.scores(before(x)).data, 1e-6);
  const inner = own.inputGradient(before(x), ones).data;
  assertClose(
    made.inputGradient(x, ones).data,
    inner.map((d, i) => d * options.scale / options.std[i % D]),
    1e-6,
  );
  for (const again of [loadModel(saveModel(made)), readOnnx(writeOnnx(made))]) {
    assertClose(again.scores(x).data, made.scores(x).data, 1e-6);
  }
  assertEquals(made.record.preprocessing, "(x·0.5 − (1, -2, 0.25)) / (2, 0.5, 4)");
});

Deno.test("attacks and certificates of preprocessed() are in the units of the data", () => {
  const tensors = {
    W: { shape: [2, 1], data: Float32Array.of(-1, 1) },
    b: { shape: [2], data: new Float32Array(2) },
  };
  using linear = model(softmaxLinear({ inputs: 1, classes: 2 }), { tensors });
  // the boundary is at 128 of 0 … 255
  using bytes = preprocessed(linear, { scale: 1 / 256, mean: [0.5] });
  const examples = batch({ x: matrix(1, 1, [160]), labels: [1] });
  const fooled = [31, 33].map((epsilon) => fgsm(bytes, examples, { epsilon, bounds: [0, 255] }).fooled[0]);
  const certified = [31, 33].map((epsilon) => certify(bytes, examples, { epsilon }).errorRate);
  assertEquals([fooled, certified], [[0, 1], [0, 1]]);
});

Deno.test("preprocessed() turns images of the other layout, with numbers for their channels", () => {
  const graph = {
    input: [2, 1, 3],
    nodes: [
      { id: "flat", op: "reshape", from: ["input"], attributes: { shape: [6] } },
      { id: "top", op: "linear", from: ["flat"], tensors: { W: "W", b: "b" }, attributes: { outputs: [2] } },
    ],
    head: "softmax",
  } as const;
  using images = model(graph, { seed: 2 });
  using last = preprocessed(images, { layout: "nhwc", mean: [1, 10] });
  assertEquals(last.graph.input, [1, 3, 2]);
  const first = images.scores(matrix(1, 6, [1, 2, 3, 4, 5, 6]));
  assertClose(last.scores(matrix(1, 6, [2, 14, 3, 15, 4, 16])).data, first.data, 1e-6);
  using same = preprocessed(images, { layout: "nchw" });
  assertEquals(same.graph.nodes.length, 2);
});

Deno.test("preprocessed() refuses numbers that fit neither channels nor inputs, and layouts of rows", () => {
  for (
    const [given, reason] of [
      [{ mean: [1, 2] }, "mean has 2 numbers for inputs of shape (3)"],
      [{ layout: "nhwc" }, "its inputs of shape (3) are no images"],
      [{ std: [0] }, "> 0"],
      [{ scale: 1e300, std: [1e-300] }, "beyond float32"],
    ] as const
  ) assertThrows(() => preprocessed(own, given), InputError, reason);
});
