/** Activations of Keras and tfjs. @module */

import { shown } from "../../../wording.ts";
import type { Writer, Written } from "../written.ts";
import { asJson, type Layer, type LayerReader, member } from "./layer.ts";

/** max(x, 0) + slope·min(x, 0), slope in [0, 1). */
function leaky(layer: Layer, x: Written, slope: number): Written {
  if (!(slope >= 0 && slope < 1)) layer.refuse(`its slope is ${slope}, and must be in [0, 1)`);
  return layer.writer.node("LeakyRelu", [x], { alpha: { float: slope } });
}

/** x clipped to [0, max]. */
const clipped = (writer: Writer, x: Written, max: number) =>
  writer.node("Clip", [x, writer.number(0), writer.number(max)]);

/** x·scale + shift. */
function affine(writer: Writer, x: Written, scale: number, shift: number): Written {
  return writer.node("Add", [writer.node("Mul", [x, writer.number(scale)]), writer.number(shift)]);
}

const plain = (op: string) => ({ writer }: Layer, x: Written) => writer.node(op, [x]);

/** Constants of Klambauer et al. 2017 as Keras has them. */
const SELU_ALPHA = 1.6732632423543772, SELU_SCALE = 1.0507009873554805;

const swish = ({ writer }: Layer, x: Written) => writer.node("Mul", [x, writer.node("Sigmoid", [x])]);

/** By name. */
const ACTIVATIONS: Readonly<Record<string, (layer: Layer, x: Written) => Written>> = {
  linear: (_, x) => x,
  relu: plain("Relu"),
  relu6: ({ writer }, x) => clipped(writer, x, 6),
  elu: ({ writer }, x) => writer.node("Elu", [x], { alpha: { float: 1 } }),
  selu: ({ writer }, x) =>
    writer.node("Mul", [
      writer.node("Elu", [x], { alpha: { float: SELU_ALPHA } }),
      writer.number(SELU_SCALE),
    ]),
  sigmoid: plain("Sigmoid"),
  tanh: plain("Tanh"),
  softplus: plain("Softplus"),
  exponential: plain("Exp"),
  leaky_relu: (layer, x) => leaky(layer, x, 0.2),
  swish,
  silu: swish,
  softsign: ({ writer }, x) =>
    writer.node("Div", [x, writer.node("Add", [writer.node("Abs", [x]), writer.number(1)])]),
  // Keras 3 divides by 6, Keras 2 and tfjs by 5
  hard_sigmoid: ({ writer, keras3 }, x) =>
    writer.node("Clip", [affine(writer, x, keras3 ? 1 / 6 : 0.2, 0.5), writer.number(0), writer.number(1)]),
  softmax: ({ writer }, x) => writer.node("Softmax", [writer.last(x)], { axis: -1 }),
  log_softmax: ({ writer }, x) => writer.node("LogSoftmax", [writer.last(x)], { axis: -1 }),
};

/** `x` after the activation that a layer names, if it names one. */
export function activated(layer: Layer, x: Written): Written {
  const value = member(layer.config, "activation") ?? "linear", settings = asJson(value);
  const name = settings
    ? member(asJson(member(settings, "config")) ?? {}, "name") ?? member(settings, "class_name")
    : value;
  const key = typeof name === "string" ? name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase() : "";
  const activation = Object.hasOwn(ACTIVATIONS, key) ? ACTIVATIONS[key] : undefined;
  return activation ? activation(layer, x) : layer.refuse(
    `activation ${shown(name)} is not known here; there are ${Object.keys(ACTIVATIONS).join(", ")}`,
  );
}

/** Layers that are activations. */
export const ACTIVATION_LAYERS: Readonly<Record<string, LayerReader>> = {
  Activation: (layer, [x]) => activated(layer, x),
  ReLU(layer, [x]) {
    const max = member(layer.config, "max_value") ?? undefined;
    const slope = layer.number("negative_slope", 0);
    layer.only("threshold", 0, null);
    if (max === undefined) return slope === 0 ? layer.writer.node("Relu", [x]) : leaky(layer, x, slope);
    if (slope !== 0) layer.refuse("max_value together with negative_slope is not known here");
    return clipped(layer.writer, x, layer.number("max_value", 0));
  },
  LeakyReLU: (layer, [x]) => leaky(layer, x, layer.number("negative_slope", layer.number("alpha", 0.3))),
  ELU: (layer, [x]) => layer.writer.node("Elu", [x], { alpha: { float: layer.number("alpha", 1) } }),
  PReLU(layer, [x]) {
    const { writer } = layer, alpha = layer.weight("alpha", x.rank - 1), last = writer.last(x);
    const below = writer.node("Neg", [writer.node("Relu", [writer.node("Neg", [last])])]);
    return writer.node("Add", [
      writer.node("Relu", [last]),
      writer.node("Mul", [below, writer.constant(alpha)]),
    ]);
  },
  Softmax(layer, [x]) {
    const axis = member(layer.config, "axis") ?? -1;
    if (axis !== -1 && axis !== x.rank - 1) layer.refuse("it goes along another dimension than the last");
    return layer.writer.node("Softmax", [layer.writer.last(x)], { axis: -1 });
  },
};
