/** The operations of TensorFlow that are known, by name. @module */

import type { Constant } from "../constant.ts";
import type { Writer, Written } from "../written.ts";
import type { GraphNode } from "./node.ts";

/** What a node gives: its first output. */
type Operation = (node: GraphNode) => Written;

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
  const [rows, cols] = shape, own = Float64Array.from(data);
  for (let i = 0; i < own.length; i++) own[i] = data[(i % rows) * cols + Math.floor(i / rows)];
  return node.writer.dense(node.input(0), { shape: [cols, rows], data: own, whole: false }, undefined);
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

const unary = (op: string): Operation => (node) => node.writer.node(op, [node.input(0)]);

function clipped(writer: Writer, x: Written, min: number, max: number): Written {
  return writer.node("Clip", [x, writer.number(min), writer.number(max)]);
}

/** max(x, 0) + slope·min(x, 0) for slopes that are constants. */
function prelu(node: GraphNode, x: Written, slopes: Written): Written {
  const { writer } = node, own = writer.last(x);
  const below = writer.node("Neg", [writer.node("Relu", [writer.node("Neg", [own])])]);
  return writer.node("Add", [writer.node("Relu", [own]), writer.node("Mul", [below, slopes])]);
}

/** One of two inputs, entry by entry; a number for each channel goes with images of either layout. */
function binary(op: string): Operation {
  return (node) => combined(node, op, node.input(0), node.input(1));
}

function combined({ writer }: GraphNode, op: string, a: Written, b: Written): Written {
  const rank = Math.max(a.rank, b.rank);
  const channels = ({ constant }: Written) =>
    constant && constant.data.length === constant.shape.at(-1) && constant.shape.length <= 4
      ? constant
      : undefined;
  const [p, q] = [a, b].map((own, k) => {
    const other = k === 0 ? b : a, c = channels(own);
    if (!other.first || !c) return own;
    return { ...writer.constant({ ...c, shape: [c.data.length, 1, 1] }), first: true };
  });
  const single = (own: Written) => own.first || own.constant?.data.length === 1;
  const first = rank === 4 && single(p) && single(q) && (p.first === true || q.first === true);
  const own = first ? [p, q] : [writer.last(a), writer.last(b)];
  return writer.node(op, own, {}, { rank, first });
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

/** A reduction over some dimensions of an example. */
function reduction(op: "ReduceMean" | "ReduceMax" | "ReduceSum"): Operation {
  return (node) => {
    const { writer } = node, x = node.input(0), keep = node.flag("keep_dims");
    const axes = node.integers(1).map((axis) => axis < 0 ? axis + x.rank : axis);
    if (axes.some((axis) => axis < 1 || axis >= x.rank)) {
      node.refuse("it goes along the batch, so that examples would depend on each other");
    }
    const images = x.first && !keep && axes.toSorted().join() === "1,2";
    const own = images ? x : writer.last(x), along = images ? [2, 3] : axes;
    const how = { rank: keep ? x.rank : x.rank - axes.length, first: false };
    // of a sum they are an input in this version
    if (op === "ReduceSum") {
      return writer.node(op, [own, writer.list(along)], { keepdims: Number(keep) }, how);
    }
    return writer.node(op, [own], { axes: along, keepdims: Number(keep) }, how);
  };
}

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

/** How many dimensions a shape has that a node gives. */
function lengthOf(node: GraphNode, shape: Written): number {
  return shape.constant?.data.length ?? shape.length ?? node.refuse("it makes a shape of unknown length");
}

function reshape(node: GraphNode): Written {
  const shape = node.input(1), rank = lengthOf(node, shape), { writer } = node, x = node.last(0);
  if (rank < 1) return node.refuse("it makes one number of all examples together");
  // of the batch a graph says −1 or its size
  return writer.node("Reshape", [x, shape], {}, { rank, first: false });
}

/** The entries of a list, or of one dimension, as a shape is taken apart. */
function stridedSlice(node: GraphNode): Written {
  const { writer } = node, x = node.last(0), [begin, end, stride] = [1, 2, 3].map((k) => node.integers(k));
  const mask = (name: string) => node.number(name, 0);
  if (mask("ellipsis_mask") !== 0 || mask("new_axis_mask") !== 0) node.refuse("its masks are not known here");
  const bit = (name: string, k: number) => Math.floor(mask(name) / 2 ** k) % 2 === 1;
  const shrunk = begin.flatMap((_, k) => bit("shrink_axis_mask", k) ? [k] : []);
  const starts = begin.map((at, k) => bit("begin_mask", k) ? 0 : at);
  const ends = end.map((at, k) =>
    shrunk.includes(k)
      ? (begin[k] === -1 ? 2 ** 31 - 1 : begin[k] + 1)
      : bit("end_mask", k)
      ? 2 ** 31 - 1
      : at
  );
  const lists = [starts, ends, begin.map((_, k) => k), stride].map((list) => writer.list(list));
  const out = writer.node("Slice", [x, ...lists], {}, { rank: x.rank, first: false });
  if (shrunk.length === 0) return out;
  return writer.node("Squeeze", [out, writer.list(shrunk)], {}, {
    rank: x.rank - shrunk.length,
    first: false,
  });
}

/** By name. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
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
  Relu: unary("Relu"),
  Relu6: (node) => clipped(node.writer, node.input(0), 0, 6),
  Elu: unary("Elu"),
  Sigmoid: unary("Sigmoid"),
  Tanh: unary("Tanh"),
  Softplus: unary("Softplus"),
  Exp: unary("Exp"),
  Log: unary("Log"),
  Abs: unary("Abs"),
  Neg: unary("Neg"),
  Sqrt: unary("Sqrt"),
  Reciprocal: unary("Reciprocal"),
  Inv: unary("Reciprocal"),
  Identity: (node) => node.input(0),
  IdentityN: (node) => node.input(0),
  StopGradient: (node) => node.input(0),
  Cast: (node) => node.input(0),
  LeakyRelu: (node) =>
    node.writer.node("LeakyRelu", [node.input(0)], { alpha: { float: node.number("alpha", 0.2) } }),
  Prelu: (node) => prelu(node, node.input(0), node.input(1)),
  Square: (node) => node.writer.node("Pow", [node.input(0), node.writer.number(2)]),
  Rsqrt: (node) => node.writer.node("Reciprocal", [node.writer.node("Sqrt", [node.input(0)])]),
  Softmax: (node) => node.writer.node("Softmax", [node.last(0)], { axis: -1 }),
  LogSoftmax: (node) => node.writer.node("LogSoftmax", [node.last(0)], { axis: -1 }),
  // Klambauer et al. 2017, the constants as TensorFlow has them
  Selu({ writer, inputs: [x] }) {
    const elu = writer.node("Elu", [x], { alpha: { float: 1.6732632423543772 } });
    return writer.node("Mul", [elu, writer.number(1.0507009873554805)]);
  },
  Add: binary("Add"),
  AddN: (node) => node.inputs.slice(1).reduce((a, b) => combined(node, "Add", a, b), node.input(0)),
  AddV2: binary("Add"),
  Sub: binary("Sub"),
  Mul: binary("Mul"),
  Div: binary("Div"),
  RealDiv: binary("Div"),
  Maximum: binary("Max"),
  Minimum: binary("Min"),
  Pow: (node) => node.writer.node("Pow", [node.input(0), node.writer.constant(node.constant(1))]),
  SquaredDifference: (node) => {
    const { writer } = node;
    return writer.node("Pow", [binary("Sub")(node), writer.number(2)]);
  },
  ClipByValue: (node) => {
    const [min, max] = [1, 2].map((k) => node.constant(k).data[0]);
    return clipped(node.writer, node.input(0), min, max);
  },
  Mean: reduction("ReduceMean"),
  Max: reduction("ReduceMax"),
  Sum: reduction("ReduceSum"),
  FusedBatchNorm: normalization,
  FusedBatchNormV2: normalization,
  FusedBatchNormV3: normalization,
  Reshape: reshape,
  StridedSlice: stridedSlice,
  Shape(node) {
    const x = node.last(0);
    return { ...node.writer.node("Shape", [x], {}, { rank: 1, first: false }), length: x.rank };
  },
  Pack(node) {
    const { writer } = node;
    if (node.number("axis", 0) !== 0 || node.inputs.some(({ rank }) => rank !== 0)) {
      node.refuse("it stacks other than single numbers");
    }
    const parts = node.inputs.map((x) => writer.node("Unsqueeze", [x, writer.list([0])], {}, { rank: 1 }));
    return { ...writer.node("Concat", parts, { axis: 0 }, { rank: 1 }), length: parts.length };
  },
  ConcatV2(node) {
    const { writer } = node, parts = node.inputs.slice(0, -1), [axis] = node.integers(node.inputs.length - 1);
    if (parts.length === 0) node.refuse("it has no inputs");
    const { rank } = parts[0], own = axis < 0 ? axis + rank : axis;
    if (rank === 1) {
      const length = parts.reduce((sum, part) => sum + lengthOf(node, part), 0);
      return { ...writer.node("Concat", parts, { axis: 0 }, { rank }), length };
    }
    if (parts.every((part) => part.first) && own === rank - 1) {
      return writer.node("Concat", parts, { axis: 1 });
    }
    return writer.node("Concat", parts.map((part) => writer.last(part)), { axis: own }, {
      rank,
      first: false,
    });
  },
  Transpose(node) {
    const x = node.last(0);
    return node.writer.node("Transpose", [x], { perm: node.integers(1) }, { first: false });
  },
  Squeeze(node) {
    const x = node.last(0), list = node.list("squeeze_dims");
    const dims = (list.length > 0 ? list : node.list("axis")).map((axis) => axis < 0 ? axis + x.rank : axis);
    if (dims.length === 0) {
      node.refuse("it names no dimensions, so that a batch of one example is another shape");
    }
    return node.writer.node("Squeeze", [x, node.writer.list(dims)], {}, {
      rank: x.rank - dims.length,
      first: false,
    });
  },
  ExpandDims(node) {
    const x = node.last(0), [axis] = node.integers(1), own = axis < 0 ? axis + x.rank + 1 : axis;
    return node.writer.node("Unsqueeze", [x, node.writer.list([own])], {}, {
      rank: x.rank + 1,
      first: false,
    });
  },
  Pad: pad,
  PadV2: pad,
};

function pad(node: GraphNode): Written {
  const { writer } = node, x = node.last(0), sizes = node.integers(1);
  if (sizes.length !== 2 * x.rank) node.refuse("it does not name two numbers a dimension");
  const [before, after] = [0, 1].map((side) => sizes.filter((_, k) => k % 2 === side));
  const value = node.inputs.length > 2 ? node.constant(2).data[0] : 0;
  return writer.node("Pad", [x, writer.list([...before, ...after]), writer.number(value)]);
}
