/** Operations of TensorFlow with weights, and pooling: products, convolutions, normalization. @module */

import type { Constant } from "../../constant.ts";
import type { Written } from "../../written.ts";
import type { GraphNode, Operation } from "../node.ts";
import { clipped, prelu } from "./arithmetic.ts";

/** Refuses images whose channels come first. */
function checkLast(node: GraphNode): void {
  const format = node.text("data_format", "NHWC");
  if (format !== "NHWC") node.refuse(`data_format ${format} is not known here`);
}

/** How the windows of images lie. */
function windows(node: GraphNode) {
  checkLast(node);
  const padding = node.text("padding", "VALID"), explicit = node.list("explicit_paddings");
  if (!["SAME", "VALID", "EXPLICIT"].includes(padding)) node.refuse(`padding ${padding} is not known here`);
  const sizes = (name: string) => {
    const list = node.list(name);
    if (list.length === 0) return [1, 1];
    if (list.length !== 4 || list[0] !== 1 || list[3] !== 1) {
      node.refuse(`${name} goes along batch or channels`);
    }
    return list.slice(1, 3);
  };
  return {
    stride: sizes("strides"),
    dilation: sizes("dilations"),
    kernel: sizes("ksize"),
    same: padding === "SAME",
    ...(padding === "EXPLICIT" && { pads: [explicit[2], explicit[4], explicit[3], explicit[5]] }),
  };
}

/** A product of rows and a matrix. */
function product(node: GraphNode): Written {
  if (node.flag("transpose_a") || node.flag("adj_x")) node.refuse("it multiplies the transposed batch");
  const { shape, data } = node.constant(1), turned = node.flag("transpose_b") || node.flag("adj_y");
  if (shape.length !== 2) node.refuse("its weights are no matrix");
  if (!turned) return node.writer.dense(node.input(0), node.constant(1), undefined);
  const [rows, cols] = shape, transposed = Float64Array.from(data);
  for (let i = 0; i < transposed.length; i++) transposed[i] = data[(i % rows) * cols + Math.floor(i / rows)];
  return node.writer.dense(node.input(0), { shape: [cols, rows], data: transposed, whole: false }, undefined);
}

function convolution(node: GraphNode): Written {
  return node.writer.convolved(node.input(0), kernelOf(node), windows(node));
}

function depthwise(node: GraphNode): Written {
  return node.writer.channelwise(node.input(0), kernelOf(node), windows(node));
}

function kernelOf(node: GraphNode): Constant {
  const kernel = node.constant(1);
  if (kernel.shape.length !== 4 || node.input(0).rank !== 4) {
    node.refuse("it works on images by kernels of 4 dimensions");
  }
  return kernel;
}

function pooling(name: "max" | "average"): Operation {
  return (node) => {
    if (node.input(0).rank !== 4) node.refuse("it works on images");
    return node.writer.pooled(node.input(0), name, windows(node));
  };
}

/** What comes after a fused product: a bias, then an activation. */
function fused(base: Operation): Operation {
  return (node) => {
    let x = base(node), k = 2;
    for (const op of node.texts("fused_ops")) {
      if (op === "BiasAdd") x = node.writer.biased(x, node.constant(k++));
      else if (op === "Prelu") x = prelu(node, x, node.input(k++));
      else if (op === "LeakyRelu") {
        x = node.writer.node("LeakyRelu", [x], { alpha: { float: node.number("leakyrelu_alpha", 0.2) } });
      } else if (op === "Relu6") x = clipped(node.writer, x, 0, 6);
      else if (Object.hasOwn(FUSED, op)) x = node.writer.node(FUSED[op], [x]);
      else node.refuse(`fused operation ${op.slice(0, 40)} is not known here`);
    }
    return x;
  };
}

/** Activations that are fused. */
const FUSED: Readonly<Record<string, string>> = {
  Relu: "Relu",
  Elu: "Elu",
  Sigmoid: "Sigmoid",
  Tanh: "Tanh",
};

function normalization(node: GraphNode): Written {
  checkLast(node);
  if (node.flag("is_training")) node.refuse("it is in training mode; export the model for inference");
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((k) => node.constant(k));
  return node.writer.normalized(node.input(0), {
    gamma,
    beta,
    mean,
    variance,
    epsilon: node.number("epsilon", 1e-4),
  });
}

/** By name. */
export const PRODUCTS: Readonly<Record<string, Operation>> = {
  MatMul: product,
  BatchMatMul: product,
  BatchMatMulV2: product,
  _FusedMatMul: fused(product),
  Conv2D: convolution,
  _FusedConv2D: fused(convolution),
  DepthwiseConv2dNative: depthwise,
  FusedDepthwiseConv2dNative: fused(depthwise),
  MaxPool: pooling("max"),
  AvgPool: pooling("average"),
  BiasAdd(node) {
    checkLast(node);
    return node.writer.biased(node.input(0), node.constant(1));
  },
  FusedBatchNorm: normalization,
  FusedBatchNormV2: normalization,
  FusedBatchNormV3: normalization,
};
