/** Models of other programs: ONNX, TensorFlow.js, Keras. @module */

import fc from "fast-check";
import { unzipSync, zipSync } from "fflate";
import { loadModel, matrix, type Model } from "../../../src/mod.ts";
import { readOnnx, writeOnnx } from "../../../src/onnx.ts";
import { type KerasGroup, readKeras, readTfjs, tfjsFiles } from "../../../src/tfjs.ts";
import { kerasParts, readKerasFile } from "../../data/keras.ts";
import { mutatedBytes, mutatedText } from "../bytes.ts";
import { mutatedJson } from "../json.ts";
import { type Subject, subject } from "../subject.ts";
import { FEW_WEIGHTS, MODELS } from "./saved.ts";

const FILES = new URL("../../../tests/models/import/", import.meta.url);

const fileNamed = (name: string): Uint8Array => Deno.readFileSync(new URL(name, FILES));

const sizeOf = (value: unknown): number =>
  value instanceof Uint8Array
    ? value.length
    : typeof value === "object" && value !== null
    ? Object.values(value).reduce((sum: number, each) => sum + sizeOf(each), 0)
    : 8;

/** Computes what was read, where that is little work. */
function compute(read: Model): void {
  using own = read;
  if (own.inputs < FEW_WEIGHTS) own.scores(matrix(2, own.inputs));
}

/** The library's models as ONNX, and small files of scikit-learn and PyTorch. */
const ONNX: readonly Uint8Array[] = [
  ...MODELS.map((bytes) => {
    using made = loadModel(bytes);
    return writeOnnx(made);
  }),
  ...["logistic_ovr_array", "mlp2_tanh_array", "linear_svc2", "torch_cnn2_legacy", "torch_maxout_dynamo"].map(
    (name) => fileNamed(`files/${name}.onnx`),
  ),
];

/** A `model.json` and its files of weights. */
interface Tfjs {
  readonly model: Uint8Array<ArrayBuffer>;
  readonly shards: Readonly<Record<string, Uint8Array<ArrayBuffer>>>;
}

const TFJS = [
  "graph_binary",
  "graph_cnn",
  "graph_dense_float16",
  "graph_dense_uint8",
  "layers_cnn",
  "layers_dense",
]
  .map((name) => {
    const model = fileNamed(`tfjs/${name}/model.json`);
    return {
      json: JSON.parse(new TextDecoder().decode(model)),
      shards: tfjsFiles(model).map((shard) => [shard, fileNamed(`tfjs/${name}/${shard}`)] as const),
    };
  });

const encoder = new TextEncoder();

const tfjs: fc.Arbitrary<Tfjs> = fc.oneof(...TFJS.map(({ json, shards }) =>
  fc.record<Tfjs>({
    model: fc.oneof(
      { arbitrary: mutatedJson([json]).map((each) => encoder.encode(JSON.stringify(each))), weight: 3 },
      { arbitrary: mutatedText([JSON.stringify(json)]), weight: 1 },
    ),
    shards: fc.record(Object.fromEntries(shards.map(([name, bytes]) => [
      name,
      fc.oneof({ arbitrary: fc.constant(Uint8Array.from(bytes)), weight: 3 }, mutatedBytes([bytes])),
    ]))),
  })
));

const KERAS = await Promise.all(["sequence", "normalized"].map(async (name) => {
  const file = fileNamed(`tfjs/${name}.keras`);
  const { config, groups } = await kerasParts(file);
  return {
    files: unzipSync(file),
    // weights by their number alone, which is what edits are to change
    parts: {
      config,
      groups: groups.map(({ tensors, ...group }) => ({
        ...group,
        tensors: tensors.map(({ shape, data }) => ({ shape, data: data.length })),
      })),
    },
  };
}));

/** `value` with numbers in place of how many a tensor has. */
function withWeights(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withWeights);
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      key === "data" && Number.isInteger(each) && each >= 0 && each < FEW_WEIGHTS
        ? new Float32Array(each).fill(0.5)
        : withWeights(each),
    ]),
  );
}

/** The readers of models of other programs. */
export const imports: readonly Subject[] = [
  subject({
    name: "onnx",
    inputs: mutatedBytes(ONNX),
    size: (bytes: Uint8Array) => bytes.length,
    run: (bytes: Uint8Array) => compute(readOnnx(bytes)),
  }),
  subject({
    name: "tfjs",
    inputs: tfjs,
    size: sizeOf,
    run({ model, shards }: Tfjs) {
      tfjsFiles(model);
      compute(readTfjs(model, { shards }));
    },
  }),
  subject({
    name: "keras",
    inputs: mutatedJson(KERAS.map(({ parts }) => parts)),
    run(parts: unknown) {
      const { config, groups } = (parts ?? {}) as { config: unknown; groups: unknown };
      compute(readKeras(config, withWeights(groups) as KerasGroup[]));
    },
  }),
  subject({
    name: "kerasFile",
    inputs: fc.oneof(...KERAS.map(({ files }) =>
      fc.oneof(
        {
          arbitrary: mutatedBytes([files["model.weights.h5"]]).map((weights) =>
            zipSync({ ...files, "model.weights.h5": weights }, { level: 0 })
          ),
          weight: 3,
        },
        { arbitrary: mutatedBytes([zipSync(files)]), weight: 1 },
      )
    )),
    size: (bytes: Uint8Array) => bytes.length,
    run: async (bytes: Uint8Array) => compute(await readKerasFile(bytes)),
  }),
];
