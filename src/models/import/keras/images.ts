/** Layers of Keras and tfjs on images and sequences. @module */

import type { Written } from "../written.ts";
import { activated } from "./activations.ts";
import type { Layer, LayerReader } from "./layer.ts";

/** Whether the channels of a layer's images come before their sizes. */
function isFirst(layer: Layer): boolean {
  const format = layer.text("data_format", "channels_last");
  if (format !== "channels_last" && format !== "channels_first") {
    layer.refuse(`data_format ${format} is not known here`);
  }
  return format === "channels_first";
}

/** What `work` makes of images with their channels first, in the layout that the layer has. */
function onImages(
  layer: Layer,
  x: Written,
  dimensions: number,
  work: (images: Written) => Written,
): Written {
  layer.checkRank(x, dimensions + 1);
  const { writer } = layer;
  if (!isFirst(layer)) return work(writer.first(x));
  return { ...work({ ...writer.last(x), first: true }), first: false };
}

/** How windows of a convolution lie; causal ones look back. */
function windows(layer: Layer, dimensions: number, kernel: readonly number[]) {
  const padding = layer.text("padding", "valid"), causal = padding === "causal";
  if (!["valid", "same"].includes(padding) && !(causal && dimensions === 1)) {
    layer.refuse(`padding ${padding} is not known here`);
  }
  const ones = Array<number>(dimensions).fill(1);
  const dilation = layer.integers("dilation_rate", dimensions, ones);
  return {
    stride: layer.integers("strides", dimensions, ones),
    dilation,
    same: padding === "same",
    ...(causal && { pads: [dilation[0] * (kernel[0] - 1), 0] }),
  };
}

/** The bias of a layer that has one, and its activation. */
function finished(layer: Layer, x: Written): Written {
  const biased = layer.flag("use_bias", true) ? layer.writer.biased(x, layer.weight("bias", 1)) : x;
  return activated(layer, biased);
}

function convolution(dimensions: number): LayerReader {
  return (layer, [x]) =>
    onImages(layer, x, dimensions, (images) => {
      const kernel = layer.weight("kernel", dimensions + 2), groups = layer.number("groups", 1);
      const how = windows(layer, dimensions, kernel.shape);
      return finished(layer, layer.writer.convolved(images, kernel, { ...how, groups }));
    });
}

function depthwise(dimensions: number): LayerReader {
  return (layer, [x]) =>
    onImages(layer, x, dimensions, (images) => {
      // Keras 3 calls it kernel
      const kernel = layer.weight("depthwise_kernel", dimensions + 2);
      return finished(
        layer,
        layer.writer.channelwise(images, kernel, windows(layer, dimensions, kernel.shape)),
      );
    });
}

function separable(dimensions: number): LayerReader {
  return (layer, [x]) =>
    onImages(layer, x, dimensions, (images) => {
      const { writer } = layer, ones = Array<number>(dimensions).fill(1);
      const kernel = layer.weight("depthwise_kernel", dimensions + 2);
      const each = writer.channelwise(images, kernel, windows(layer, dimensions, kernel.shape));
      const points = layer.weight("pointwise_kernel", dimensions + 2);
      return finished(
        layer,
        writer.convolved(each, points, { stride: ones, dilation: ones, same: false }),
      );
    });
}

function pooling(name: "max" | "average", dimensions: number): LayerReader {
  return (layer, [x]) =>
    onImages(layer, x, dimensions, (images) => {
      const kernel = layer.integers("pool_size", dimensions, Array<number>(dimensions).fill(2));
      layer.only("padding", "valid", "same");
      const stride = layer.integers("strides", dimensions, kernel);
      return layer.writer.pooled(images, name, {
        kernel,
        stride,
        same: layer.text("padding", "valid") === "same",
      });
    });
}

function global(op: "GlobalMaxPool" | "GlobalAveragePool", dimensions: number): LayerReader {
  return (layer, [x]) => {
    const keep = layer.flag("keepdims", false);
    const out = onImages(layer, x, dimensions, (images) => layer.writer.node(op, [images]));
    return keep ? out : layer.writer.reshaped(out, [-1]);
  };
}

/** Zeros around images, as one number, one for each dimension, or two. */
function padding(dimensions: number): LayerReader {
  return (layer, [x]) =>
    onImages(layer, x, dimensions, (images) => {
      const setting = layer.config.padding, list = Array.isArray(setting) ? setting : undefined;
      // of one dimension, two numbers are before and after
      const pairs = dimensions === 1 && list?.length === 2 ? [list] : list ?? [];
      const sizes = list
        ? pairs.map((pair) => typeof pair === "number" ? [pair, pair] : pair)
        : Array.from({ length: dimensions }, () => [setting, setting]);
      const fits = sizes.length === dimensions &&
        sizes.every((pair) =>
          Array.isArray(pair) && pair.length === 2 && pair.every((n) => Number.isSafeInteger(n) && n >= 0)
        );
      if (!fits) layer.refuse("padding does not name zeros before and after each dimension");
      const [before, after] = [0, 1].map((side) => sizes.map((pair) => (pair as number[])[side]));
      return layer.writer.node("Pad", [images, layer.writer.list([0, 0, ...before, 0, 0, ...after])]);
    });
}

/** Both forms, for sequences and for images. */
const both = (name: string, reader: (dimensions: number) => LayerReader) =>
  [1, 2].map((dimensions) => [`${name}${dimensions}D`, reader(dimensions)] as const);

/** By class. */
export const IMAGE_LAYERS: Readonly<Record<string, LayerReader>> = Object.fromEntries([
  ...both("Conv", convolution),
  ...both("Convolution", convolution),
  ...both("DepthwiseConv", depthwise),
  ...both("SeparableConv", separable),
  ...both("MaxPooling", (dimensions) => pooling("max", dimensions)),
  ...both("AveragePooling", (dimensions) => pooling("average", dimensions)),
  ...both("GlobalMaxPooling", (dimensions) => global("GlobalMaxPool", dimensions)),
  ...both("GlobalAveragePooling", (dimensions) => global("GlobalAveragePool", dimensions)),
  ...both("ZeroPadding", padding),
]);
