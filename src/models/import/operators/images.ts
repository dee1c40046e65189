/** Operators of ONNX on images. @module */

import type { Computed } from "../builder.ts";
import type { OnnxNode, Operator, Value } from "../node.ts";

/** How windows lie, for images of one or two dimensions taken as two. */
interface Layout {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: readonly number[];
}

/** Numbers a dimension, the first of two for sequences, which are images of one row. */
const two = (numbers: readonly number[], first: number) =>
  numbers.length === 1 ? [first, ...numbers] : numbers;

/** The windows that the attributes name, over images of `sizes`. */
function layout(node: OnnxNode, sizes: readonly number[], kernel: readonly number[]): Layout {
  const rank = sizes.length;
  const [stride, dilation] = ["strides", "dilations"].map((name) => node.ints(name) ?? sizes.map(() => 1));
  const auto = node.text("auto_pad", "NOTSET"), pads = node.ints("pads") ?? Array<number>(2 * rank).fill(0);
  const ceil = node.int("ceil_mode", 0) === 1;
  const lists = [kernel, stride, dilation];
  if (lists.some((list) => list.length !== rank) || pads.length !== 2 * rank) {
    node.refuse(`kernel_shape, strides, dilations and pads do not fit images of ${rank} dimensions`);
  }
  if (![...lists.flat()].every((n) => Number.isSafeInteger(n) && n >= 1) || !pads.every((n) => n >= 0)) {
    node.refuse("kernel_shape, strides and dilations must be 1 or more, and pads 0 or more");
  }
  const [before, after] = [pads.slice(0, rank), pads.slice(rank)];
  for (const [k, n] of sizes.entries()) {
    const reach = dilation[k] * (kernel[k] - 1) + 1;
    if (auto === "SAME_UPPER" || auto === "SAME_LOWER") {
      const total = Math.max(0, (Math.ceil(n / stride[k]) - 1) * stride[k] + reach - n);
      before[k] = auto === "SAME_UPPER" ? Math.floor(total / 2) : Math.ceil(total / 2);
      after[k] = total - before[k];
    } else if (auto !== "NOTSET" && auto !== "VALID") node.refuse(`auto_pad ${auto} is not known here`);
    else if (auto === "VALID") before[k] = after[k] = 0;
    // the last window may stick out, if it does not lie in that alone
    const left = (n + before[k] + after[k] - reach) % stride[k];
    if (ceil && left !== 0 && n + before[k] + after[k] - left - reach + stride[k] < n + before[k]) {
      after[k] += stride[k] - left;
    }
  }
  return {
    kernel: two(kernel, 1),
    stride: two(stride, 1),
    dilation: two(dilation, 1),
    padding: [...two(before, 0), ...two(after, 0)],
  };
}

/** `work` on an example as images (channels, height, width), and the result with as many dimensions as there were. */
function onImages(node: OnnxNode, x: Computed, work: (images: Computed) => Computed): Value {
  const { shape } = x;
  if (shape.length !== 2 && shape.length !== 3) {
    node.refuse(`it works on an example of shape (${shape.join(", ")})`);
  }
  if (shape.length === 3) return work(x);
  const out = work(node.builder.reshaped(x, [shape[0], 1, shape[1]]));
  return node.builder.reshaped(out, [out.shape[0], out.shape[2]]);
}

function conv(node: OnnxNode): Value {
  const x = node.computed(0), W = node.constant(1), b = node.optional(2);
  const groups = node.int("group", 1), [outputs, , ...kernel] = W.shape;
  const given = node.ints("kernel_shape");
  if (given && given.join() !== kernel.join()) node.refuse("kernel_shape is not that of its weights");
  const windows = layout(node, x.shape.slice(1), kernel);
  return onImages(
    node,
    x,
    (images) =>
      node.builder.emit("conv2d", [images], { outputs, ...windows, groups }, {
        W,
        b: b ?? { shape: [outputs], data: new Float64Array(outputs) },
      }),
  );
}

function pooling(name: "max" | "average"): Operator {
  return (node) => {
    const x = node.computed(0), kernel = node.ints("kernel_shape") ?? node.refuse("kernel_shape is missing");
    node.ignore("storage_order");
    if (node.proto.outputs.slice(1).some((output) => output !== "")) {
      node.refuse("where the greatest entries are is not known here");
    }
    const countPadding = name === "average" && node.int("count_include_pad", 0) === 1;
    if (name === "average" && node.int("ceil_mode", 0) === 1) {
      node.refuse("averages with ceil_mode are not known here");
    }
    const windows = layout(node, x.shape.slice(1), kernel);
    return onImages(
      node,
      x,
      (images) =>
        node.builder.emit("pool", [images], {
          function: name,
          ...windows,
          ...(countPadding && { countPadding }),
        }),
    );
  };
}

function global(name: "max" | "mean"): Operator {
  return (node) => {
    const x = node.computed(0), { shape } = x;
    if (shape.length < 2) return node.refuse("it works on images");
    const axes = shape.slice(1).map((_, k) => k + 1);
    return node.builder.reshaped(
      node.builder.emit("reduce", [x], { function: name, axes }),
      shape.map((n, k) => k === 0 ? n : 1),
    );
  };
}

/** By name. */
export const IMAGES: Readonly<Record<string, Operator>> = {
  Conv: conv,
  MaxPool: pooling("max"),
  AveragePool: pooling("average"),
  GlobalAveragePool: global("mean"),
  GlobalMaxPool: global("max"),
};
