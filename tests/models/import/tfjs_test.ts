import { assert, assertEquals, assertThrows } from "@std/assert";
import "../../../src/runtime/inlined.ts";
import { InputError } from "../../../src/errors.ts";
import { matrix } from "../../../src/matrix.ts";
import { readKeras } from "../../../src/models/import/keras/keras.ts";
import { readTfjs, tfjsFiles } from "../../../src/models/import/tfjs/tfjs.ts";
import { readOnnx } from "../../../src/models/import/onnx.ts";
import { writeOnnx } from "../../../src/models/export/onnx.ts";
import { readKerasFile } from "../../../scripts/data/keras.ts";
import { assertClose } from "../../support.ts";
import { type Case, gapsOf } from "./compare.ts";

/** A case with its inputs and answers, as models.py and tfjs.mjs of scripts/bench/peers/keras write few of them. */
interface Small extends Case {
  readonly x: readonly number[][];
  readonly y: readonly number[][];
}

const files = new URL("tfjs/", import.meta.url);
const cases: Record<string, Small> = JSON.parse(Deno.readTextFileSync(new URL("cases.json", files)));
const rows = (of: readonly number[][]) => matrix(of.length, of[0].length, of.flat());
const bytesOf = (path: string) => Deno.readFileSync(new URL(path, files));

function read(name: string) {
  if (!/^(graph|layers)_/.test(name)) return readKerasFile(bytesOf(`${name}.keras`));
  const json = bytesOf(`${name}/model.json`);
  const shards = Object.fromEntries(tfjsFiles(json).map((file) => [file, bytesOf(`${name}/${file}`)]));
  return readTfjs(json, { shards });
}

/** Files that must be refused, and their errors. */
const REFUSED: Readonly<Record<string, string>> = { graph_sequence: "operation GatherV2 is not known here" };

/** Files of which gradients are compared with differences, in plain loops. */
const GRADIENTS = ["graph_binary", "layers_cnn", "nested"];

Deno.test("readTfjs() and readKeras() give scores and classes of tfjs and Keras, gradients of differences", async () => {
  for (const [name, each] of Object.entries(cases).filter(([name]) => !(name in REFUSED))) {
    using model = await read(name);
    const labels = each.y.map((row) =>
      row.length === 1 ? Number(row[0] > 0.5) : row.indexOf(Math.max(...row))
    );
    const gaps = gapsOf(model, each, { x: rows(each.x), y: rows(each.y), labels }, {
      // each operation's gradient is tested by itself
      examples: Number(GRADIENTS.includes(name)),
    });
    for (const [what, { value, limit }] of Object.entries(gaps)) {
      assert(value <= limit, `${name}: ${what} ${value}`);
    }
    using again = readOnnx(writeOnnx(model));
    assertClose(again.scores(rows(each.x)).data, model.scores(rows(each.x)).data, 1e-5, name);
  }
});

Deno.test("readTfjs() refuses operations that it does not know, by their names", () => {
  for (const [name, reason] of Object.entries(REFUSED)) assertThrows(() => read(name), InputError, reason);
});

Deno.test("readTfjs() of images leaves no transposition between convolutions", async () => {
  using model = await read("graph_residual");
  const ops = model.graph.nodes.map(({ op }) => op);
  assertEquals(ops.filter((op) => op === "transpose").length, 2, ops.join(" "));
  assertEquals(model.record.source, "tfjs");
});

/** A model of one dense layer, with changes to its layers and its manifest. */
function small(
  layers: readonly Record<string, unknown>[] = [],
  manifest: Record<string, unknown> = {},
  bytes = new Uint8Array(Float32Array.of(1, -1).buffer),
) {
  const dense = {
    class_name: "Dense",
    config: { name: "top", use_bias: false, batch_input_shape: [null, 1] },
  };
  const weights = [{ name: "top/kernel", shape: [1, 2], dtype: "float32", ...manifest }];
  return readTfjs({
    modelTopology: { class_name: "Sequential", config: { layers: [dense, ...layers] } },
    weightsManifest: [{ paths: ["a.bin"], weights }],
  }, { shards: { "a.bin": bytes } });
}

const layer = (class_name: string, config = {}) => ({ class_name, config: { name: "own", ...config } });

Deno.test("readTfjs() refuses unknown settings of a layer, and names the layer", () => {
  using plain = small();
  assertEquals([...plain.scores(matrix(1, 1, [2])).data], [2, -2]);
  const refused: [string, () => unknown][] = [
    ['node "own" (Lambda): layers of class Lambda are not known here', () => small([layer("Lambda")])],
    ['activation "mish" is not known here', () => small([layer("Activation", { activation: "mish" })])],
    ['the file has no weight "kernel" of this layer', () => small([layer("Dense")])],
    ["its slope is 2, and must be in [0, 1)", () => small([layer("LeakyReLU", { alpha: 2 })])],
    ["it works on examples of 3 dimensions, not of 1", () => small([layer("MaxPooling2D")])],
    ['weight "top/kernel": it ends at byte 12 of files of 8', () => small([], { shape: [1, 3] })],
    ["a.bin: 8 bytes, expected 4", () => small([], { shape: [1, 1] })],
    ["shape [1048576, 1048576] is none, or too large", () => small([], { shape: [2 ** 20, 2 ** 20] })],
    ['type "string" is not known here', () => small([], { dtype: "string" })],
    ["a weight is NaN", () => small([], {}, new Uint8Array(Float32Array.of(NaN, 1).buffer))],
    ["it is not JSON", () => readTfjs("{")],
    ["it has no modelTopology", () => readTfjs({})],
    [
      'weights are in file "../a.bin": it leads out of the model\'s folder',
      () => tfjsFiles({ modelTopology: {}, weightsManifest: [{ paths: ["../a.bin"], weights: [] }] }),
    ],
    ['node "b" reads what is made of it', () =>
      readTfjs({
        modelTopology: {
          node: [
            {
              name: "x",
              op: "Placeholder",
              attr: { shape: { shape: { dim: [{ size: "-1" }, { size: "2" }] } } },
            },
            { name: "a", op: "Relu", input: ["b"] },
            { name: "b", op: "Add", input: ["a", "x"] },
          ],
        },
        signature: { outputs: { y: { name: "b:0" } } },
        weightsManifest: [],
      })],
  ];
  for (const [reason, read] of refused) assertThrows(read, InputError, reason);
});

Deno.test("quantised weights are scale·q + min", () => {
  const quantization = { dtype: "uint8", scale: 0.5, min: -1 };
  using model = small([], { quantization }, Uint8Array.of(0, 6));
  assertEquals([...model.scores(matrix(1, 1, [1])).data], [-1, 2]);
});

Deno.test("a layer of a graph that reads itself ends in a sentence", () => {
  const tensor = (name: string) => ({
    class_name: "__keras_tensor__",
    config: { keras_history: [name, 0, 0] },
  });
  const add = {
    class_name: "Add",
    config: { name: "add" },
    inbound_nodes: [{ args: [[tensor("add"), tensor("x")]] }],
  };
  const x = { class_name: "InputLayer", config: { name: "x", batch_shape: [null, 2] }, inbound_nodes: [] };
  const config = { layers: [x, add], input_layers: [["x", 0, 0]], output_layers: [["add", 0, 0]] };
  assertThrows(
    () => readKeras({ class_name: "Functional", config }, []),
    InputError,
    'layer "add" reads what is made of it',
  );
});

Deno.test("readKeras() finds the weights of files before Keras 3.6 by class and order, in models within models too", () => {
  const dense = (name: string) => ({
    class_name: "Dense",
    config: { name, activation: "linear", use_bias: false },
  });
  const inner = { class_name: "Sequential", config: { name: "in", layers: [dense("c"), dense("a")] } };
  const layers = [
    { class_name: "InputLayer", config: { name: "x", batch_shape: [null, 1] } },
    dense("b"),
    { class_name: "ReLU", config: { name: "r" } },
    inner,
    dense("top"),
  ];
  const kernel = (...data: number[]) => [{ shape: [1, data.length], data: Float32Array.from(data) }];
  // as the file of the class BatchNormalization is batch_normalization
  const places = {
    "layers/dense/vars": ["b", kernel(2)],
    "layers/re_lu/vars": ["r", []],
    "layers/sequential/vars": ["in", []],
    "layers/sequential/layers/dense/vars": ["c", kernel(3)],
    "layers/sequential/layers/dense_1/vars": ["a", kernel(5)],
    "layers/dense_1/vars": ["top", kernel(1, -1)],
  } as const;
  for (const early of [false, true]) {
    const groups = Object.entries(places).map(([path, [name, tensors]]) => ({
      path,
      name: early ? "" : name,
      tensors,
    }));
    using model = readKeras({ class_name: "Sequential", config: { layers } }, groups);
    assertEquals([...model.scores(matrix(2, 1, [1, -1])).data], [30, -30, 0, 0]);
  }
  assertThrows(
    () =>
      readKeras({ class_name: "Sequential", config: { layers } }, [
        { path: "layers/dense/vars", name: "", tensors: kernel(2) },
      ]),
    InputError,
    'the file has no weight "kernel" of this layer',
  );
});
