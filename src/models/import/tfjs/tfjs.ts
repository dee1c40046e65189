/** Models of TensorFlow.js: `model.json` with files of weights. @module */

import { InputError } from "../../../errors.ts";
import { any, type Schema } from "../../../schema.ts";
import { resolve } from "../../../checks.ts";
import { shown } from "../../../wording.ts";
import type { Model } from "../../model.ts";
import type { Constant } from "../constant.ts";
import { asJson, type Json, member } from "../keras/layer.ts";
import { exampleShape, writeModel } from "../keras/topology.ts";
import type { ModelProto } from "../onnx_file.ts";
import { IMPORT_OPTIONS, type ImportOptions, modelOf } from "../parts.ts";
import { Writer } from "../written.ts";
import { writeGraphDef } from "./graph_def.ts";
import { readWeights, shardNames } from "./weights.ts";

const ACTION = "read the tfjs model";

/** How a tfjs model is read. */
export interface TfjsOptions extends ImportOptions {
  /** The bytes of the files that its manifest names, by these names; default none. */
  shards?: Readonly<Record<string, Uint8Array>>;
}

const OPTIONS: Schema<TfjsOptions> = {
  shards: any<Readonly<Record<string, Uint8Array>>>("Bytes of files with weights, by name"),
  ...IMPORT_OPTIONS,
};

/** The object in `model.json`, given as bytes, text or what its JSON says. */
function parsed(json: unknown): Json {
  let value = json;
  try {
    const text = json instanceof Uint8Array ? new TextDecoder("utf-8", { fatal: true }).decode(json) : json;
    if (typeof text === "string") value = JSON.parse(text);
  } catch {
    throw new InputError("format", ACTION, "it is not JSON");
  }
  const own = asJson(value);
  if (!own || !asJson(member(own, "modelTopology"))) {
    throw new InputError("format", ACTION, "it is no model.json of tfjs: it has no modelTopology");
  }
  return own;
}

/**
 * The names of the files with weights that a `model.json` of tfjs needs beside it, none of them outside its folder.
 *
 * @throws {InputError} code `format` if it is none, or one of the names leads out of the folder
 */
export function tfjsFiles(model: Uint8Array | string | object): string[] {
  return shardNames(parsed(model).weightsManifest, ACTION);
}

/**
 * The classifier in a `model.json` of tfjs, of layers or a graph, as a model like any other; its weights may be quantised.
 * Images stay as tfjs has them, (height, width, channels), row-major.
 *
 * @example
 * ```ts
 * import { matrix } from "@gibbon/gibbon";
 * import { readTfjs } from "@gibbon/gibbon/tfjs";
 * import { assertEquals } from "@std/assert";
 *
 * const layers = [{
 *   class_name: "Dense",
 *   config: { name: "top", activation: "softmax", use_bias: false, batch_input_shape: [null, 1] },
 * }];
 * using model = readTfjs({
 *   modelTopology: { model_config: { class_name: "Sequential", config: { layers } } },
 *   weightsManifest: [{
 *     paths: ["group1-shard1of1.bin"],
 *     weights: [{ name: "top/kernel", shape: [1, 2], dtype: "float32" }],
 *   }],
 * }, { shards: { "group1-shard1of1.bin": new Uint8Array(Float32Array.of(1, -1).buffer) } });
 * assertEquals([...model.scores(matrix(1, 1, [3])).data], [3, -3]);
 * ```
 *
 * @throws {InputError} code `format` if a layer or operation is not known here, with its name, or lacks a weight
 * @throws {InputError} code `shape` if it gives no scores that the head takes
 */
export function readTfjs(model: Uint8Array | string | object, options: TfjsOptions = {}): Model {
  const { shards = {}, ...own } = resolve(ACTION, OPTIONS, options), json = parsed(model);
  const weights = readWeights(json.weightsManifest, shards, ACTION), topology = asJson(json.modelTopology)!;
  const file = Array.isArray(topology.node)
    ? writeGraphDef(json, weights, { writer: new Writer(ACTION), output: own.output })
    : layersModel(topology, weights);
  const names = namesIn(json);
  return modelOf(file, {
    ...own,
    // the only one that was written
    output: undefined,
    action: ACTION,
    record: {
      source: "tfjs",
      layout: "nhwc",
      ...(typeof json.generatedBy === "string" && { producer: json.generatedBy.slice(0, 80) }),
    },
    namesOf: ({ classes }) =>
      names?.length === classes && new Set(names).size === classes ? names : undefined,
  });
}

/** The names of classes that a model's own metadata list. */
function namesIn({ userDefinedMetadata }: Json): string[] | undefined {
  const metadata = asJson(userDefinedMetadata) ?? {};
  const list = ["classNames", "labels", "classes"].map((key) => member(metadata, key)).find(Array.isArray);
  return list?.every((name) => typeof name === "string") ? list : undefined;
}

function layersModel(topology: Json, weights: ReadonlyMap<string, Constant>): ModelProto {
  const writer = new Writer(ACTION);
  // the layers by themselves, or beside what trained them
  const { class_name: kind, config } = asJson(topology.model_config) ?? topology;
  if (typeof kind !== "string" || !["Sequential", "Functional", "Model"].includes(kind)) {
    return writer.refuse(
      `it is of class ${shown(kind)}, expected a Sequential or Functional model`,
    );
  }
  const shape = exampleShape(writer, kind, config);
  /** A weight by its name, or by the end of it that only one has: `dense/kernel` of `sequential/dense/kernel:0`. */
  const found = (path: readonly string[], name: string) => {
    for (const k of path.keys()) {
      const end = `${path.slice(k).join("/")}/${name}`;
      const exact = weights.get(end) ?? weights.get(`${end}:0`);
      if (exact) return exact;
      const keys = [...weights.keys()].filter((key) => key.replace(/:0$/, "").endsWith(`/${end}`));
      if (keys.length > 1) writer.refuse(`several weights are called ${end}`);
      if (keys.length === 1) return weights.get(keys[0]);
    }
  };
  const scores = writeModel(
    { writer, keras3: false, weight: (path, name) => found(path, name) },
    { kind, config, path: [] },
    [{ name: "input", rank: shape.length + 1 }],
  );
  return writer.file({ name: "input", shape }, { ...scores, called: "scores" });
}
