/** Models of Keras 3, from the parts of a `.keras` file. @module */

import { InputError } from "../../../errors.ts";
import type { Tensor } from "../../../data/safetensors_file.ts";
import { sizeOf } from "../../../ops/op.ts";
import { resolve } from "../../../checks.ts";
import { shown } from "../../../wording.ts";
import type { Model } from "../../model.ts";
import { IMPORT_OPTIONS, type ImportOptions, modelOf } from "../parts.ts";
import { Writer } from "../written.ts";
import { asJson, type Json, member } from "./layer.ts";
import { exampleShape, writeModel } from "./topology.ts";

const ACTION = "read the Keras model";

/** A group of `model.weights.h5` that holds the weights of one layer: one whose path ends in `vars`. */
export interface KerasGroup {
  /** Where it is, such as `layers/dense/vars`. */
  readonly path: string;
  /** Its attribute `name`: what the configuration calls the layer; empty in files of Keras before 3.6. */
  readonly name: string;
  /** Its datasets `0`, `1`, …, in that order. */
  readonly tensors: readonly Tensor[];
}

/** The folder that holds a layer's group, `layers` of `layers/dense/vars`, and that of layers in it. */
const parentOf = (path: string) => path.split("/").slice(0, -2).join("/");
const childrenOf = (path: string) => path.replace(/vars$/, "layers");

/**
 * The classifier in a `.keras` file, as a model like any other: of the file's `config.json`, parsed, and the groups of its
 * `model.weights.h5`, which any reader of HDF5 lists. Images stay as Keras has them, (height, width, channels), row-major.
 *
 * @example
 * ```ts
 * import { matrix } from "@gibbon/gibbon";
 * import { readKeras } from "@gibbon/gibbon/tfjs";
 * import { assertEquals } from "@std/assert";
 *
 * const layers = [
 *   { class_name: "InputLayer", config: { name: "input", batch_shape: [null, 1] } },
 *   { class_name: "Dense", config: { name: "top", activation: "sigmoid", use_bias: false } },
 * ];
 * const kernel = { shape: [1, 1], data: Float32Array.of(2) };
 * using model = readKeras({ class_name: "Sequential", config: { layers } }, [
 *   { path: "layers/dense/vars", name: "top", tensors: [kernel] },
 * ]);
 * assertEquals([model.head.name, model.scores(matrix(1, 1, [3])).data[0]], ["binary", 6]);
 * ```
 *
 * @throws {InputError} code `format` if a layer is not known here, with its name, or lacks a weight
 * @throws {InputError} code `shape` if it gives no scores that the head takes
 */
export function readKeras(
  config: unknown,
  groups: readonly KerasGroup[],
  options: ImportOptions = {},
): Model {
  const resolved = resolve(ACTION, IMPORT_OPTIONS, options), writer = new Writer(ACTION);
  const { class_name: kind, config: layers } = asJson(config) ?? {};
  if (typeof kind !== "string" || !["Sequential", "Functional", "Model"].includes(kind)) {
    throw new InputError(
      "format",
      ACTION,
      `it is of class ${shown(kind)}, expected a Sequential or Functional model`,
    );
  }
  if (
    !Array.isArray(groups) ||
    !groups.every((each) => typeof each?.path === "string" && Array.isArray(each.tensors))
  ) {
    throw new InputError(
      "format",
      ACTION,
      "its weights must be a list of groups, each with path, name and tensors",
    );
  }
  const shape = exampleShape(writer, kind, layers), input = { name: "input", rank: shape.length + 1 };
  const named = groups.some(({ name }) => name !== "");
  const scores = writeModel(
    {
      writer,
      keras3: true,
      weight(path, _, place) {
        let folder = "layers", around: unknown = layers;
        for (const [depth, name] of path.entries()) {
          const key = named ? undefined : keyOf(around, name);
          const group = groups.find((each) =>
            named
              ? each.name === name && parentOf(each.path) === folder
              : each.path === `${folder}/${key}/vars`
          );
          if (!group) return undefined;
          around = layersIn(around).find((each) => nameOf(each) === name)?.config;
          if (depth === path.length - 1) return constantOf(writer, group.tensors[place]);
          folder = childrenOf(group.path);
        }
      },
    },
    { kind, config: layers, path: [] },
    [input],
  );
  const name = member(asJson(layers) ?? {}, "name");
  return modelOf(writer.file({ name: "input", shape }, { ...scores, called: "scores" }), {
    ...resolved,
    action: ACTION,
    record: {
      source: "Keras",
      layout: "nhwc",
      ...(typeof name === "string" && { name: name.slice(0, 80) }),
    },
  });
}

function constantOf(writer: Writer, tensor: Tensor | undefined) {
  if (!tensor) return undefined;
  const { shape, data } = tensor;
  if (!Array.isArray(shape) || !shape.every(Number.isSafeInteger) || data?.length !== sizeOf(shape)) {
    writer.refuse("one of its weights is no tensor");
  }
  return { shape, data: Float64Array.from(data as ArrayLike<number>), whole: false };
}

function layersIn(config: unknown): Json[] {
  const list = member(asJson(config) ?? {}, "layers");
  return Array.isArray(list) ? list.map((each) => asJson(each) ?? {}) : [];
}

function nameOf({ config, name }: Json): unknown {
  return member(asJson(config) ?? {}, "name") ?? name;
}

/**
 * What files of Keras before 3.6 call the group of layer `name` of the model `config`: its class in small letters, and how many
 * layers of that class are before it, if there are some.
 */
function keyOf(config: unknown, name: string): string | undefined {
  const seen = new Map<string, number>();
  for (const layer of layersIn(config)) {
    const kind = inSmallLetters(String(member(layer, "class_name"))), before = seen.get(kind) ?? 0;
    if (nameOf(layer) === name) return before === 0 ? kind : `${kind}_${before}`;
    seen.set(kind, before + 1);
  }
  return undefined;
}

/** `BatchNormalization` as `batch_normalization`, `Conv2D` as `conv2d`, `ReLU` as `re_lu`. */
function inSmallLetters(kind: string): string {
  return kind.replace(/(.)([A-Z][a-z]+)/g, "$1_$2").replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();
}
