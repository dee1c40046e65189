/** How each operation of a graph is written in operators of ONNX. @module */

import type { CheckedNode } from "../../graph/graph.ts";
import { type Shape, sizeOf } from "../../ops/op.ts";
import type { Tensors } from "../../graph/steps.ts";
import type { Attribute, OnnxOperator, OnnxTensor } from "./onnx_bytes.ts";

/** Operators and tensors of a file so far. */
export class OnnxGraph {
  readonly nodes: OnnxOperator[] = [];
  readonly tensors: OnnxTensor[] = [];
  #count = 0;
  /** Begins the names of what is written. */
  prefix = "";

  /** The name of what operator `op` makes of `inputs`. */
  node(op: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    const output = `${this.prefix}/${op}_${this.#count++}`;
    this.nodes.push({ op, inputs, output, attributes });
    return output;
  }

  /** The name of a tensor of these numbers. */
  tensor(shape: Shape, data: ArrayLike<number>, name = `${this.prefix}/tensor_${this.#count++}`): string {
    this.tensors.push({ name, shape, data, whole: false });
    return name;
  }

  /** The name of a list of whole numbers. */
  integers(data: readonly number[]): string {
    const name = `${this.prefix}/integers_${this.#count++}`;
    this.tensors.push({ name, shape: [data.length], data, whole: true });
    return name;
  }

  /** The name of one number. */
  scalar(value: number): string {
    return this.tensor([], [value]);
  }

  /** x·Wᵀ + b. */
  gemm(x: string, W: string, b: string, transposed = true): string {
    return this.node("Gemm", [x, W, b], { transB: transposed ? 1 : 0 });
  }

  /** `x` as another shape for each example. */
  reshape(x: string, shape: Shape): string {
    return this.node("Reshape", [x, this.integers([0, ...shape])]);
  }

  /** The sum over the last dimension. */
  sumOfLast(x: string): string {
    return this.node("ReduceSum", [x, this.integers([-1])], { keepdims: 0 });
  }
}

/** A node with its tensors, and the names of what it reads. */
interface At {
  readonly node: CheckedNode;
  readonly from: readonly string[];
  /** A tensor by role, as it is or in another shape. */
  tensor(role: string, shape?: Shape): string;
  values(role: string): ArrayLike<number>;
}

type Write = (graph: OnnxGraph, at: At) => string;

const plain = (op: string): Write => (graph, { from }) => graph.node(op, from);

/** Writers by operation. */
const WRITERS: Readonly<Record<string, Write>> = {
  add: plain("Sum"),
  relu: plain("Relu"),
  sigmoid: plain("Sigmoid"),
  tanh: plain("Tanh"),
  exp: plain("Exp"),
  leakyRelu: (graph, { node, from }) =>
    graph.node("LeakyRelu", from, { alpha: { float: node.attributes.slope } }),
  affine: (graph, { from, tensor }) =>
    graph.node("Add", [graph.node("Mul", [from[0], tensor("scale")]), tensor("shift")]),
  batchNorm: (graph, { node, from, tensor }) =>
    graph.node("BatchNormalization", [
      from[0],
      ...["scale", "shift", "mean", "variance"].map((role) => tensor(role)),
    ], {
      epsilon: { float: node.attributes.epsilon },
    }),
  combine: (graph, { node, from }) =>
    graph.node(node.attributes.function === "product" ? "Mul" : "Max", from),
  concat: (graph, { node, from }) => graph.node("Concat", from, { axis: node.attributes.axis + 1 }),
  linear(graph, { node, from, tensor }) {
    const outputs = sizeOf(node.attributes.outputs);
    return graph.gemm(from[0], tensor("W", [outputs, sizeOf(node.inputs[0])]), tensor("b", [outputs]));
  },
  maxout(graph, { node, from }) {
    const { pieces } = node.attributes, split = graph.reshape(from[0], [pieces, ...node.shape]);
    return graph.node("ReduceMax", [split], { axes: [1], keepdims: 0 });
  },
  rbf: radial,
  conv2d(graph, { node: { attributes }, from, tensor }) {
    const { kernel, stride, padding, dilation, groups } = attributes;
    return graph.node("Conv", [from[0], tensor("W"), tensor("b")], {
      kernel_shape: kernel,
      strides: stride,
      pads: padding,
      dilations: dilation,
      group: groups,
    });
  },
  pool(graph, { node: { attributes }, from }) {
    const { function: name, kernel, stride, padding, dilation, countPadding } = attributes;
    const windows = { kernel_shape: kernel, strides: stride, pads: padding };
    if (name === "max") return graph.node("MaxPool", from, { ...windows, dilations: dilation });
    // averages have had dilations only since version 19
    if (dilation.some((n: number) => n !== 1)) return "";
    return graph.node("AveragePool", from, { ...windows, count_include_pad: countPadding ? 1 : 0 });
  },
  elementwise: named,
  expand: (graph, { node, from }) => graph.node("Expand", [from[0], graph.integers([1, ...node.shape])]),
  pad(graph, { node: { attributes: { before, after, value } }, from }) {
    return graph.node("Pad", [from[0], graph.integers([0, ...before, 0, ...after]), graph.scalar(value)]);
  },
  reduce(graph, { node, from }) {
    const { function: name, axes } = node.attributes, shifted = axes.map((axis: number) => axis + 1);
    const out = name === "sum"
      ? graph.node("ReduceSum", [from[0], graph.integers(shifted)], { keepdims: 0 })
      : graph.node(name === "max" ? "ReduceMax" : "ReduceMean", from, { axes: shifted, keepdims: 0 });
    // all of an example: one number, as a row
    return axes.length < node.inputs[0].length ? out : graph.node("Unsqueeze", [out, graph.integers([1])]);
  },
  reshape: (graph, { node, from }) => graph.reshape(from[0], node.shape),
  softmax: (graph, { node, from }) =>
    graph.node(node.attributes.log ? "LogSoftmax" : "Softmax", from, { axis: -1 }),
  take(graph, { node: { attributes: { axis, indices } }, from }) {
    return graph.node("Gather", [from[0], graph.integers(indices)], { axis: axis + 1 });
  },
  transpose: (graph, { node, from }) =>
    graph.node("Transpose", from, { perm: [0, ...node.attributes.order.map((k: number) => k + 1)] }),
  classRbm: restricted,
  mpDbm: deepMachine,
};

/** A function of each entry. */
function named(graph: OnnxGraph, { node: { attributes }, from }: At): string {
  const { function: name, alpha, exponent, min, max } = attributes;
  switch (name) {
    case "clip": {
      const bounds = [min, max].map((value) => value === undefined ? "" : graph.scalar(value));
      return graph.node("Clip", [from[0], ...bounds.slice(0, max === undefined ? 1 : 2)]);
    }
    case "elu":
      return graph.node("Elu", from, { alpha: { float: alpha } });
    case "negative": {
      const below = graph.node("Less", [from[0], graph.scalar(0)]);
      return graph.node("Cast", [below], { to: 1 });
    }
    case "pow":
      return graph.node("Pow", [from[0], graph.scalar(exponent)]);
    default:
      return graph.node(
        {
          abs: "Abs",
          log: "Log",
          reciprocal: "Reciprocal",
          softplus: "Softplus",
          sqrt: "Sqrt",
        }[name as string]!,
        from,
      );
  }
}

/** −Σ beta·(x − mu)², less ‖factor·(x − mu)‖² if there is one. */
function radial(graph: OnnxGraph, { node, from, tensor, values }: At): string {
  const apart = graph.node("Sub", [graph.node("Unsqueeze", [from[0], graph.integers([1])]), tensor("mu")]);
  const weighted = graph.node("Mul", [graph.node("Mul", [apart, apart]), tensor("beta")]);
  const diagonal = graph.node("Neg", [graph.sumOfLast(weighted)]);
  const { rank } = node.attributes, [units] = node.shape, inputs = sizeOf(node.inputs[0]);
  if (rank === 0) return diagonal;
  const [F, mu] = [values("factor"), values("mu")], shift = new Float64Array(units * rank);
  for (let u = 0; u < units; u++) {
    for (let r = 0; r < rank; r++) {
      for (let i = 0; i < inputs; i++) {
        shift[u * rank + r] -= F[(u * rank + r) * inputs + i] * mu[u * inputs + i];
      }
    }
  }
  const z = graph.gemm(
    from[0],
    tensor("factor", [units * rank, inputs]),
    graph.tensor([units * rank], shift),
  );
  const squares = graph.sumOfLast(graph.reshape(graph.node("Mul", [z, z]), [units, rank]));
  return graph.node("Sub", [diagonal, squares]);
}

/** d_y + Σⱼ softplus(b_j + U_yj + W_j·x). */
function restricted(graph: OnnxGraph, { from, tensor }: At): string {
  const z = graph.node("Unsqueeze", [graph.gemm(from[0], tensor("W"), tensor("b")), graph.integers([1])]);
  const y = graph.node("Softplus", [graph.node("Add", [z, tensor("U")])]);
  return graph.node("Add", [graph.sumOfLast(y), tensor("d")]);
}

/** Mean field, unrolled: see ops/mean_field.ts. */
function deepMachine(graph: OnnxGraph, { node, from: [x], tensor, values }: At): string {
  const { units, iterations, inputShare } = node.attributes, top = units.length + 1;
  const names = [...units.map((_: number, i: number) => `layer${i}`), "top"];
  const W = names.map((name: string) => tensor(`${name}.W`));
  const b = ["inputs", ...names].map((name) => tensor(`${name}.b`));
  const twice = names.slice(0, -1).map((name: string) =>
    graph.tensor([
      values(`${name}.b`).length,
      node.tensors.find(({ role }) => role === `${name}.W`)!.shape[1],
    ], Float64Array.from(values(`${name}.W`), (value) => 2 * value))
  );
  const scaled = graph.node("Mul", [x, graph.scalar(inputShare)]);
  const state: string[] = [];
  let scores = "";
  const settle = (l: number, z: string) => {
    if (l === top) scores = z;
    const p = graph.node(l === top ? "Softmax" : "Sigmoid", [z]);
    state[l] = l > 0 ? p : graph.node("Add", [scaled, graph.node("Mul", [p, graph.scalar(1 - inputShare)])]);
  };
  // the bias of the inputs in the shape of a batch: 0·x + b
  settle(0, graph.node("Add", [graph.node("Mul", [x, graph.scalar(0)]), b[0]]));
  for (let l = 1; l <= top; l++) settle(l, graph.gemm(state[l - 1], l < top ? twice[l - 1] : W[l - 1], b[l]));
  for (let t = 0; t < iterations; t++) {
    for (const first of [1, 0]) {
      for (let l = first; l <= top; l += 2) {
        const below = l > 0 ? graph.gemm(state[l - 1], W[l - 1], b[l]) : "";
        const above = l < top ? graph.gemm(state[l + 1], W[l], l > 0 ? graph.scalar(0) : b[0], false) : "";
        settle(l, l === 0 ? above : l === top ? below : graph.node("Add", [below, above]));
      }
    }
  }
  return scores;
}

/** Operations that can be written. */
export const WRITABLE: readonly string[] = Object.keys(WRITERS);

/** The name of what `node` gives, written to `graph`; nothing if ONNX has no operator for it. */
export function writeNode(
  graph: OnnxGraph,
  node: CheckedNode,
  { from, tensors }: { from: readonly string[]; tensors: Tensors },
): string | undefined {
  const nameOf = (role: string) => node.tensors.find((each) => each.role === role)!.name;
  const written = new Map<string, string>();
  graph.prefix = node.id;
  const writer = Object.hasOwn(WRITERS, node.op.name) ? WRITERS[node.op.name] : undefined;
  return writer?.(graph, {
    node,
    from,
    values: (role) => tensors[nameOf(role)].data as Float32Array,
    tensor(role, shape) {
      const name = nameOf(role), { shape: own, data } = tensors[name];
      if (!written.has(name)) written.set(name, graph.tensor(shape ?? own, data as Float32Array, name));
      return name;
    },
  }) || undefined;
}
