import { assertEquals, assertThrows } from "@std/assert";
import { onnxruntimeClassifier } from "../../../scripts/data/onnxruntime.ts";
import { batch, fgsm, InputError, matrix, signNoise } from "../../../src/mod.ts";
import { onnxBytes } from "../../../src/models/export/onnx_bytes.ts";
import { assertClose } from "../../support.ts";

// scripts/bench/peers/onnx/runtime.ts asks the true one
const from = new URL("fake_onnxruntime.js", import.meta.url).href;
const forest = Deno.readFileSync(new URL("../../models/import/files/forest.onnx", import.meta.url));

Deno.test("onnxruntimeClassifier() answers at once by log p, with the file's names, over more rows than go at once", () => {
  using box = onnxruntimeClassifier(forest, { from });
  assertEquals([box.inputs, box.classes, box.record.classNames], [5, 3, '["0","1","2"]']);
  const x = matrix(1001, 5), last = 1000;
  x.data[5 * last] = 2;
  const { data } = box.scores(x), p = 1 / (1 + Math.exp(-2));
  assertClose(data.slice(3 * last), [Math.log(1 - p), Math.log(p), Math.log(1e-30)], 1e-5);
  assertClose(data.slice(0, 2), [Math.log(0.5), Math.log(0.5)], 1e-6);
});

Deno.test("onnxruntimeClassifier() can be attacked without gradients", () => {
  using box = onnxruntimeClassifier(forest, { from });
  const examples = batch({ x: matrix(2, 5, [0.25, 0, 0, 0, 0, 2, 0, 0, 0, 0]), labels: [1, 1] });
  const { fooled } = signNoise(box, examples, { epsilon: 0.5, restarts: 20 });
  assertEquals([...fooled], [1, 0]);
  const error = assertThrows(
    () => [...fgsm.steps(box as never, examples, { epsilons: [0.5] })],
    InputError,
    "it needs gradients, which the classifier does not give",
  );
  assertEquals(error.code, "value");
});

Deno.test("onnxruntimeClassifier() names what is missing, and passes on onnxruntime's errors", () => {
  const missing = new URL("none.js", import.meta.url).href;
  assertThrows(
    () => onnxruntimeClassifier(forest, { from: missing }),
    InputError,
    "Cannot ask onnxruntime: onnxruntime-web is not installed; npm install onnxruntime-web, or deno add ",
  );
  const identity = onnxBytes({
    nodes: [{ op: "Identity", inputs: ["x"], output: "y", attributes: {} }],
    tensors: [],
    input: { name: "x", shape: [2] },
    output: { name: "y", shape: [2] },
    metadata: {},
  });
  assertThrows(
    () => onnxruntimeClassifier(identity, { from }),
    InputError,
    "No graph was found in the protobuf.",
  );
  assertThrows(() => onnxruntimeClassifier(Uint8Array.of(1, 2), { from }), InputError);
});
