/** Operations of TensorFlow that work number by number, and reductions. @module */

import type { Writer, Written } from "../../written.ts";
import type { GraphNode, Operation } from "../node.ts";

const unary = (op: string): Operation => (node) => node.writer.node(op, [node.input(0)]);

/** Values cut to a range. */
export function clipped(writer: Writer, x: Written, min: number, max: number): Written {
  return writer.node("Clip", [x, writer.number(min), writer.number(max)]);
}

/** max(x, 0) + slope·min(x, 0) for slopes that are constants. */
export function prelu(node: GraphNode, x: Written, slopes: Written): Written {
  const { writer } = node, last = writer.last(x);
  const below = writer.node("Neg", [writer.node("Relu", [writer.node("Neg", [last])])]);
  return writer.node("Add", [writer.node("Relu", [last]), writer.node("Mul", [below, slopes])]);
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
  const single = (value: Written) => value.first || value.constant?.data.length === 1;
  const first = rank === 4 && single(p) && single(q) && (p.first === true || q.first === true);
  const operands = first ? [p, q] : [writer.last(a), writer.last(b)];
  return writer.node(op, operands, {}, { rank, first });
}

/** A reduction over some dimensions of an example. */
function reduction(op: "ReduceMean" | "ReduceMax" | "ReduceSum"): Operation {
  return (node) => {
    const { writer } = node, x = node.input(0), keep = node.flag("keep_dims");
    const axes = node.integers(1).map((axis) => axis < 0 ? axis + x.rank : axis);
    if (axes.some((axis) => axis < 1 || axis >= x.rank)) {
      node.refuse("it goes along the batch, so that examples would depend on each other");
    }
    const images = x.first && !keep && axes.toSorted().join() === "1,2";
    const input = images ? x : writer.last(x), along = images ? [2, 3] : axes;
    const how = { rank: keep ? x.rank : x.rank - axes.length, first: false };
    // of a sum they are an input in this version
    if (op === "ReduceSum") {
      return writer.node(op, [input, writer.list(along)], { keepdims: Number(keep) }, how);
    }
    return writer.node(op, [input], { axes: along, keepdims: Number(keep) }, how);
  };
}

/** By name. */
export const ARITHMETIC: Readonly<Record<string, Operation>> = {
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
};
