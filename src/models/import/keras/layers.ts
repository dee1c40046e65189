/** The layers of Keras and tfjs that are known, by class. @module */

import { shown } from "../../../wording.ts";
import type { Constant } from "../constant.ts";
import type { Written } from "../written.ts";
import { activated, ACTIVATION_LAYERS } from "./activations.ts";
import { IMAGE_LAYERS } from "./images.ts";
import { asJson, type Layer, type LayerReader, member } from "./layer.ts";

/** What does nothing at inference. */
const same: LayerReader = (_, [x]) => x;

/** Operators of several inputs, as Keras has them, channels last unless all have them first. */
function merging(
  op: string,
  after: (layer: Layer, x: Written, count: number) => Written = (_, x) => x,
): LayerReader {
  return (layer, inputs) => {
    const { writer } = layer, first = inputs.every((x) => x.first);
    if (inputs.length < 2) layer.refuse(`it has ${inputs.length} inputs, expected 2 or more`);
    const parts = first ? inputs : inputs.map((x) => writer.last(x));
    if (parts.some((x) => x.rank !== parts[0].rank)) {
      layer.refuse("its inputs have different numbers of dimensions");
    }
    const out = parts.slice(1).reduce((a, b) => writer.node(op, [a, b]), parts[0]);
    return after(layer, out, inputs.length);
  };
}

/** A dimension by its place in Keras, of which 0 is the batch's and −1 the last. */
function axisOf(layer: Layer, value: unknown, rank: number): number {
  const axis = typeof value === "number" && value < 0 ? value + rank : value;
  if (!Number.isSafeInteger(axis) || (axis as number) < 1 || (axis as number) >= rank) {
    layer.refuse(`axis ${shown(value)} is no dimension of an example`);
  }
  return axis as number;
}

/** The only axis of a layer that may list several. */
function onlyAxis(layer: Layer, rank: number): number {
  const axis = member(layer.config, "axis") ?? -1;
  if (Array.isArray(axis) && axis.length !== 1) layer.refuse("several axes are not known here");
  return axisOf(layer, Array.isArray(axis) ? axis[0] : axis, rank);
}

function batchNormalization(layer: Layer, [x]: readonly Written[]): Written {
  const { writer } = layer, axis = onlyAxis(layer, x.rank);
  const gamma = layer.flag("scale", true) ? layer.weight("gamma", 1) : undefined;
  const beta = layer.flag("center", true) ? layer.weight("beta", 1) : undefined;
  const [mean, variance] = [layer.weight("moving_mean", 1), layer.weight("moving_variance", 1)];
  const how = { gamma, beta, mean, variance, epsilon: layer.number("epsilon", 1e-3) };
  if (axis === x.rank - 1) return writer.normalized(x, how);
  if (axis !== 1) layer.refuse("it normalises neither the first nor the last dimension");
  return { ...writer.normalized({ ...writer.last(x), first: true }, how), first: false };
}

function layerNormalization(layer: Layer, [x]: readonly Written[]): Written {
  const { writer } = layer;
  if (onlyAxis(layer, x.rank) !== x.rank - 1) layer.refuse("it normalises another dimension than the last");
  layer.only("rms_scaling", false, null);
  const gamma = layer.flag("scale", true) ? layer.weight("gamma", 1) : undefined;
  const beta = layer.flag("center", true) ? layer.weight("beta", 1) : undefined;
  const given = gamma ?? beta ?? layer.refuse("without scale and center it is not known here");
  const scale = gamma ?? { ...given, data: given.data.map(() => 1) };
  const inputs = [writer.last(x), writer.constant(scale), ...(beta ? [writer.constant(beta)] : [])];
  return writer.node("LayerNormalization", inputs, {
    axis: -1,
    epsilon: { float: layer.number("epsilon", 1e-3) },
  });
}

/** (x − mean) / max(√variance, ε), of numbers in the file or in what the layer is set to. */
function normalization(layer: Layer, [x]: readonly Written[]): Written {
  const { writer } = layer;
  layer.only("invert", false, null);
  const held = (name: string): Constant => {
    const given = member(layer.config, name) ?? undefined;
    if (given === undefined) return layer.weight(name, 1);
    const data = [given].flat(Infinity);
    return data.every((value) => typeof value === "number")
      ? { shape: [data.length], data: Float64Array.from(data), whole: false }
      : layer.refuse(`${name} must be numbers`);
  };
  if (onlyAxis(layer, x.rank) !== x.rank - 1) layer.refuse("it normalises another dimension than the last");
  const mean = held("mean"), variance = held("variance");
  const std = { ...variance, data: variance.data.map((value) => Math.max(Math.sqrt(value), 1e-7)) };
  const centered = writer.node("Sub", [writer.last(x), writer.constant(mean)]);
  return writer.node("Div", [centered, writer.constant(std)]);
}

/** x·scale + offset, each one number or one for each channel. */
function rescaling(layer: Layer, [x]: readonly Written[]): Written {
  const { writer } = layer;
  const numbers = (key: string) => {
    // Keras writes numbers of NumPy as objects
    const given = member(layer.config, key) ?? (key === "scale" ? 1 : 0), own = asJson(given);
    const list = [own ? member(asJson(member(own, "config")) ?? {}, "value") : given].flat();
    if (!list.every((value) => typeof value === "number")) layer.refuse(`${key} must be numbers`);
    return writer.tensor(list.length === 1 ? [] : [list.length], list as number[]);
  };
  const scaled = writer.node("Mul", [writer.last(x), numbers("scale")]);
  return writer.node("Add", [scaled, numbers("offset")]);
}

/** By class. */
export const LAYERS: Readonly<Record<string, LayerReader>> = {
  Dense(layer, [x]) {
    const kernel = layer.weight("kernel", 2);
    const bias = layer.flag("use_bias", true) ? layer.weight("bias", 1) : undefined;
    return activated(layer, layer.writer.dense(x, kernel, bias));
  },
  Flatten(layer, [x]) {
    layer.only("data_format", "channels_last", "channels_first", null);
    const first = layer.config.data_format === "channels_first" && x.rank > 3;
    if (first) layer.refuse("data_format channels_first is not known here");
    return layer.writer.reshaped(x, [-1]);
  },
  Reshape: (layer, [x]) => layer.writer.reshaped(x, layer.integers("target_shape", undefined)),
  Permute(layer, [x]) {
    const perm = [0, ...layer.integers("dims", x.rank - 1)];
    return layer.writer.node("Transpose", [layer.writer.last(x)], { perm });
  },
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  Normalization: normalization,
  Rescaling: rescaling,
  Add: merging("Add"),
  Subtract: merging("Sub"),
  Multiply: merging("Mul"),
  Maximum: merging("Max"),
  Minimum: merging("Min"),
  Average: merging("Add", ({ writer }, x, count) => writer.node("Mul", [x, writer.number(1 / count)])),
  Concatenate(layer, inputs) {
    const { rank } = inputs[0], axis = axisOf(layer, member(layer.config, "axis") ?? -1, rank);
    if (inputs.every((x) => x.first) && axis === rank - 1) {
      return layer.writer.node("Concat", inputs, { axis: 1 });
    }
    return layer.writer.node("Concat", inputs.map((x) => layer.writer.last(x)), { axis });
  },
  ...ACTIVATION_LAYERS,
  ...IMAGE_LAYERS,
  ...Object.fromEntries(
    [
      "Dropout",
      "SpatialDropout1D",
      "SpatialDropout2D",
      "GaussianNoise",
      "GaussianDropout",
      "AlphaDropout",
      "ActivityRegularization",
      "Identity",
    ].map((name) => [name, same]),
  ),
};
