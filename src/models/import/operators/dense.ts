/** Operators of ONNX that multiply by weights, reduce and normalise. @module */

import { sizeOf } from "../../../ops/op.ts";
import type { Builder, Computed, Numbers } from "../builder.ts";
import { broadcast, type Constant, transposed } from "../constant.ts";
import type { OnnxNode, Operator, Value } from "../node.ts";

/** x·M for M (K, N) over the last dimension of an example. */
function product(node: OnnxNode, x: Computed, M: Constant): Computed {
  const { builder } = node, { shape } = x;
  if (M.shape.length !== 2) node.refuse("its weights are no matrix");
  const [K, N] = M.shape;
  if (shape.at(-1) !== K) {
    node.refuse(`it multiplies examples of shape (${shape.join(", ")}) by (${M.shape.join(", ")})`);
  }
  const W = transposed(M, [1, 0]);
  if (shape.length === 1) return builder.linear(x, W);
  // every row by itself: a convolution with windows of one entry
  const rows = sizeOf(shape) / K;
  const columns = builder.emit("transpose", [builder.reshaped(x, [rows, K])], { order: [1, 0] });
  const out = builder.emit("conv2d", [builder.reshaped(columns, [K, rows, 1])], {
    outputs: N,
    kernel: [1, 1],
  }, {
    W: { shape: [N, K, 1, 1], data: W.data },
    b: { shape: [N], data: new Float64Array(N) },
  });
  const back = builder.emit("transpose", [builder.reshaped(out, [N, rows])], { order: [1, 0] });
  return builder.reshaped(back, [...shape.slice(0, -1), N]);
}

function gemm(node: OnnxNode): Value {
  const x = node.computed(0), B = node.constant(1), C = node.optional(2);
  const [alpha, beta] = [node.float("alpha", 1), node.float("beta", 1)];
  if (node.int("transA", 0) !== 0) node.refuse("it multiplies the transposed batch");
  if (B.shape.length !== 2 || x.shape.length !== 1) node.refuse("it takes rows and a matrix");
  const W = node.int("transB", 0) === 0 ? transposed(B, [1, 0]) : B;
  const scaled = { ...W, data: W.data.map((value) => alpha * value) };
  if (W.shape[1] !== x.shape[0]) {
    node.refuse(
      `it multiplies examples of shape (${x.shape.join(", ")}) by weights for ${W.shape[1]} inputs`,
    );
  }
  if (!C) return node.builder.linear(x, scaled);
  const aligned = node.perExample(C, 1), [outputs] = W.shape;
  if (![0, 1].includes(aligned.shape.length) || ![1, outputs].includes(aligned.data.length)) {
    node.refuse(`it adds (${C.shape.join(", ")}) to ${outputs} outputs`);
  }
  const bias = broadcast(aligned, [outputs]);
  return node.builder.linear(x, scaled, { ...bias, data: bias.data.map((value) => beta * value) });
}

/** Reductions over some dimensions of an example. */
function reduction(
  name: "max" | "sum" | "mean",
  asInput: number,
  { before = (_, x) => x, after = (_, x) => x }: {
    /** What is done to the entries first, and to the result last. */
    before?: (node: OnnxNode, x: Computed) => Computed;
    after?: (node: OnnxNode, x: Computed) => Computed;
  } = {},
): Operator {
  return (node) => {
    const x = before(node, node.computed(0)), { shape } = x;
    const axes = node.opset < asInput ? node.ints("axes") : node.list("axes", 1);
    const keep = node.int("keepdims", 1) !== 0;
    if (!axes || axes.length === 0) {
      if (node.int("noop_with_empty_axes", 0) === 1) return x;
      return node.refuse("it goes over the batch, so that examples would depend on each other");
    }
    node.ignore("noop_with_empty_axes");
    const positive = axes.map((axis) => node.axis(axis, shape.length));
    const left = shape.filter((_, k) => !positive.includes(k)),
      kept = shape.map((n, k) => positive.includes(k) ? 1 : n);
    const out = maxoutOf(node.builder, x, name, positive) ??
      node.builder.emit("reduce", [x], { function: name, axes: positive });
    const result = { ...after(node, out), shape: left };
    const sum = name === "sum" && shape.length === 1 ? { sumOf: x.id } : {};
    return keep ? { ...node.builder.reshaped(result, kept), ...sum } : { ...result, ...sum };
  };
}

const entrywise = (name: "abs" | "sqrt") => (node: OnnxNode, x: Computed) =>
  node.builder.emit("elementwise", [x], { function: name });
const square = (node: OnnxNode, x: Computed) =>
  node.builder.emit("elementwise", [x], { function: "pow", exponent: 2 });

/** The maximum over the first dimension of a row that was made (pieces, units): maxout, for which bounds are known. */
function maxoutOf(
  builder: Builder,
  { id, shape }: Computed,
  name: string,
  axes: readonly number[],
): Computed | undefined {
  const node = builder.node(id);
  if (name !== "max" || axes.join() !== "0" || shape.length !== 2 || node?.op !== "reshape") return undefined;
  const from = builder.shapeOf(node.from[0]);
  if (from.length !== 1) return undefined;
  return builder.emit("maxout", [{ id: node.from[0], shape: from }], { pieces: shape[0] });
}

/** Numbers for the channels of an example, as what repeats over the rest. */
function perChannel(node: OnnxNode, k: number, rank: number): Constant {
  const value = node.constant(k);
  if (value.shape.length !== 1) node.refuse(`input ${k} is not one number a channel`);
  return { ...value, shape: [value.data.length, ...Array<number>(rank - 1).fill(1)] };
}

function batchNormalization(node: OnnxNode): Value {
  const x = node.computed(0), rank = x.shape.length, epsilon = node.float("epsilon", 1e-5);
  node.ignore("momentum", "spatial", "consumed_inputs");
  // before version 14 further outputs are what says so
  const further = node.opset < 14 && node.proto.outputs.slice(1).some((output) => output !== "");
  if (further || node.int("training_mode", 0) !== 0) {
    node.refuse("it is in training mode; export the model for inference");
  }
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((k) => perChannel(node, k, rank));
  const scale = {
    ...gamma,
    data: gamma.data.map((value, c) => value / Math.sqrt(variance.data[c] + epsilon)),
  };
  const centered = node.builder.affine(x, { shift: { ...mean, data: mean.data.map((value) => -value) } });
  return node.builder.affine(centered, { scale, shift: beta });
}

/** x less its mean over `axes`, over the root of its variance. */
function standardized(node: OnnxNode, x: Computed, axes: readonly number[], epsilon: number): Computed {
  const { builder } = node, { shape } = x, kept = shape.map((n, k) => axes.includes(k) ? 1 : n);
  const mean = (of: Computed) =>
    builder.reshaped(builder.emit("reduce", [of], { function: "mean", axes }), kept);
  const one = (value: number): Numbers => ({ shape: shape.map(() => 1), data: Float64Array.of(value) });
  const centered = builder.emit("add", [x, node.expanded(builder.negated(mean(x)), shape)]);
  const squares = builder.emit("elementwise", [centered], { function: "pow", exponent: 2 });
  const variance = builder.affine(mean(squares), { shift: one(epsilon) });
  const over = builder.emit("elementwise", [variance], { function: "pow", exponent: -0.5 });
  return builder.emit("combine", [centered, node.expanded(over, shape)], { function: "product" });
}

function layerNormalization(node: OnnxNode): Value {
  const x = node.computed(0), rank = x.shape.length;
  const axis = node.axis(node.int("axis", -1), rank), epsilon = node.float("epsilon", 1e-5);
  node.ignore("stash_type");
  const out = standardized(node, x, Array.from({ length: rank - axis }, (_, k) => axis + k), epsilon);
  const aligned = (k: number) => {
    const own = node.perExample(node.constant(k), rank);
    return broadcast(own, node.common(own.shape, x.shape.slice(axis)));
  };
  const shaped = (c: Constant) => ({
    ...c,
    shape: [...Array<number>(rank - c.shape.length).fill(1), ...c.shape],
  });
  return node.builder.affine(out, {
    scale: shaped(aligned(1)),
    ...(node.inputs[2] && { shift: shaped(aligned(2)) }),
  });
}

/** Softmax along the last dimension; as the last thing of a model it is what its head does. */
function softmax(log: boolean): Operator {
  return (node) => {
    const x = node.computed(0), rank = x.shape.length;
    const axis = node.axis(node.int("axis", node.opset < 13 ? 1 : -1), rank);
    // before opset 13 all dimensions from the axis on are one
    if (node.opset < 13 ? sizeOf(x.shape.slice(axis)) !== x.shape.at(-1) : axis !== rank - 1) {
      node.refuse("it goes along another dimension than the last");
    }
    const out = { ...node.builder.emit("softmax", [x], log ? { log } : {}), shape: x.shape };
    return rank === 1 ? { ...out, logits: { head: "softmax", scores: x, shares: !log } } : out;
  };
}

/** By name. */
export const DENSE: Readonly<Record<string, Operator>> = {
  MatMul: (node) => product(node, node.computed(0), node.constant(1)),
  Gemm: gemm,
  ReduceMax: reduction("max", 18),
  ReduceMean: reduction("mean", 18),
  ReduceSum: reduction("sum", 13),
  ReduceL1: reduction("sum", 18, { before: entrywise("abs") }),
  ReduceL2: reduction("sum", 18, { before: square, after: entrywise("sqrt") }),
  ReduceSumSquare: reduction("sum", 18, { before: square }),
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  Softmax: softmax(false),
  LogSoftmax: softmax(true),
};
