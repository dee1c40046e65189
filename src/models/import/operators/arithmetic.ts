/** Operators of ONNX that work entry by entry. @module */

import type { ElementwiseAttributes } from "../../../ops/elementwise.ts";
import { sizeOf } from "../../../ops/op.ts";
import type { Computed } from "../builder.ts";
import { broadcast, type Constant } from "../constant.ts";
import { isComputed, type OnnxNode, type Operator, type Value } from "../node.ts";

/** An operator of two inputs. */
interface Binary {
  /** Its result for numbers. */
  numbers(a: number, b: number): number;
  /** With a constant second input of as many dimensions as `x` of which it has each or 1. */
  right?(node: OnnxNode, x: Computed, c: Constant): Computed;
  /** With a constant first input, likewise. */
  left?(node: OnnxNode, c: Constant, x: Computed): Computed;
  /** With two inputs of one shape that depend on the example. */
  both?(node: OnnxNode, a: Computed, b: Computed): Computed;
}

const map = (c: Constant, f: (value: number) => number): Constant => ({ ...c, data: c.data.map(f) });
const reciprocal = (node: OnnxNode, x: Computed) =>
  node.builder.emit("elementwise", [x], { function: "reciprocal" });

/** x + c, in the bias of what gives x where that can be. */
function shifted(node: OnnxNode, x: Computed, c: Constant): Computed {
  const [first] = x.shape;
  const perChannel = c.shape.every((n, k) => n === (k === 0 ? first : 1));
  const biased = perChannel && x.shape.length > 0 && (x.shape.length === 1 || x.shape.length === 3)
    ? node.builder.withBias(x, c.data)
    : undefined;
  return biased ?? node.builder.affine(x, { shift: c });
}

/** max(x, c) or min(x, c). */
function clipped(node: OnnxNode, x: Computed, c: Constant, side: "min" | "max"): Computed {
  const value = c.data[0];
  if (!c.data.every((each) => each === value)) {
    return node.refuse("the maximum or minimum with a constant that differs by feature is not known here");
  }
  return node.builder.emit("elementwise", [x], { function: "clip", [side]: value });
}

const BINARY: Readonly<Record<string, Binary>> = {
  Add: {
    numbers: (a, b) => a + b,
    right: shifted,
    left: (node, c, x) => shifted(node, x, c),
    both: (node, a, b) => node.builder.emit("add", [a, b]),
  },
  Sub: {
    numbers: (a, b) => a - b,
    right: (node, x, c) => shifted(node, x, map(c, (value) => -value)),
    left(node, c, x) {
      const scale = { shape: c.shape, data: new Float64Array(c.data.length).fill(-1) };
      const out = node.builder.affine(x, { scale, shift: c });
      // 1 − p of a logistic p is the probability of the other class
      if (x.logits?.head !== "sigmoid" || !c.data.every((value) => value === 1)) return out;
      return { ...out, logits: { ...x.logits, scores: node.builder.negated(x.logits.scores) } };
    },
    both: (node, a, b) => node.builder.emit("add", [a, node.builder.negated(b)]),
  },
  Mul: {
    numbers: (a, b) => a * b,
    right: (node, x, c) => node.builder.affine(x, { scale: c }),
    left: (node, c, x) => node.builder.affine(x, { scale: c }),
    both: (node, a, b) => node.builder.emit("combine", [a, b], { function: "product" }),
  },
  Div: {
    numbers: (a, b) => a / b,
    right: (node, x, c) => node.builder.affine(x, { scale: map(c, (value) => 1 / value) }),
    left: (node, c, x) => node.builder.affine(reciprocal(node, x), { scale: c }),
    both: (node, a, b) => node.builder.emit("combine", [a, reciprocal(node, b)], { function: "product" }),
  },
  Pow: {
    numbers: power,
    right(node, x, c) {
      if (!c.data.every((value) => value === c.data[0])) {
        node.refuse("exponents that differ by feature are not known here");
      }
      return node.builder.emit("elementwise", [x], { function: "pow", exponent: c.data[0] });
    },
  },
  Max: {
    numbers: Math.max,
    right: (node, x, c) => clipped(node, x, c, "min"),
    left: (node, c, x) => clipped(node, x, c, "min"),
    both: (node, a, b) => node.builder.emit("combine", [a, b], { function: "maximum" }),
  },
  Min: {
    numbers: Math.min,
    right: (node, x, c) => clipped(node, x, c, "max"),
    left: (node, c, x) => clipped(node, x, c, "max"),
    both: (node, a, b) =>
      node.builder.negated(
        node.builder.emit("combine", [node.builder.negated(a), node.builder.negated(b)], {
          function: "maximum",
        }),
      ),
  },
  Less: {
    numbers: (a, b) => Number(a < b),
    right: (node, x, c) => negative(node, node.builder.affine(x, { shift: map(c, (value) => -value) })),
  },
};

/** 1 where x < 0, else 0. */
function negative(node: OnnxNode, x: Computed): Computed {
  return node.builder.emit("elementwise", [x], { function: "negative" });
}

/** Small whole powers and roots; others need a logarithm. */
function power(a: number, b: number): number {
  if (b === 0.5) return Math.sqrt(a);
  if (!Number.isInteger(b) || Math.abs(b) > 64) return NaN;
  let product = 1;
  for (let k = Math.abs(b); k > 0; k--) product *= a;
  return b < 0 ? 1 / product : product;
}

/** Constants more than which nothing is computed beforehand. */
const MAX_FOLDED = 2 ** 24;

function binary(node: OnnxNode, name: string, a: Value, b: Value): Value {
  const { numbers, right, left, both } = BINARY[name];
  const not = () => node.refuse("this operator is known here only with a constant second input");
  if (!isComputed(a) && !isComputed(b)) {
    const shape = node.common(a.shape, b.shape), whole = a.whole && b.whole;
    if (sizeOf(shape) > MAX_FOLDED) node.refuse(`a constant has more than ${MAX_FOLDED} numbers`);
    const [p, q] = [a, b].map((each) => broadcast(each, shape).data);
    const data = p.map((value, i) =>
      whole && name === "Div" ? Math.trunc(value / q[i]) : numbers(value, q[i])
    );
    return { shape, data, whole };
  }
  if (isComputed(a) && isComputed(b)) {
    const shape = node.common(a.shape, b.shape);
    // p over the sum of all p: the same ranking, and the same scores behind
    if (name === "Div" && b.sumOf === a.id && a.logits?.shares) return a;
    return both ? both(node, node.expanded(a, shape), node.expanded(b, shape)) : not();
  }
  const [x, c] = isComputed(a) ? [a, b as Constant] : [b as Computed, a];
  const own = node.perExample(c, x.shape.length), shape = node.common(x.shape, own.shape);
  const aligned = {
    ...own,
    shape: [...Array<number>(shape.length - own.shape.length).fill(1), ...own.shape],
  };
  const wide = node.expanded(x, shape);
  if (isComputed(a)) return right ? right(node, wide, aligned) : not();
  return left ? left(node, aligned, wide) : not();
}

/** Operators of several inputs, from left to right. */
function variadic(name: string): Operator {
  return (node) => {
    const values = node.inputs.map((_, k) => node.value(k));
    if (values.length === 0) node.refuse("it has no inputs");
    return values.slice(1).reduce<Value>((a, b) => binary(node, name, a, b), values[0]);
  };
}

const pair = (name: string): Operator => (node) => {
  node.ignore("axis", "broadcast");
  if (node.inputs.length !== 2) node.refuse(`it has ${node.inputs.length} inputs, expected 2`);
  return binary(node, name, node.value(0), node.value(1));
};

/** Operators of one input: what they make of numbers, if that is known, and of what is computed. */
function unary(
  numbers: ((value: number) => number) | undefined,
  emit: (node: OnnxNode, x: Computed) => Computed,
): Operator {
  return (node) => {
    const value = node.value(0);
    if (isComputed(value)) return emit(node, value);
    if (!numbers) return node.refuse("of a constant this operator is not known here");
    return map(value, numbers);
  };
}

const named = (name: ElementwiseAttributes["function"]) => (node: OnnxNode, x: Computed) =>
  node.builder.emit("elementwise", [x], { function: name });

/** Probabilities σ(z), with z behind them. */
function sigmoid(node: OnnxNode, x: Computed): Computed {
  return {
    ...node.builder.emit("sigmoid", [x]),
    shape: x.shape,
    logits: { head: "sigmoid", scores: x, shares: true },
  };
}

/** What stays as it is. */
const same: Operator = (node) => node.value(0);

/** By name. */
export const ARITHMETIC: Readonly<Record<string, Operator>> = {
  ...Object.fromEntries(["Add", "Sub", "Mul", "Div", "Pow", "Less"].map((name) => [name, pair(name)])),
  Sum: variadic("Add"),
  Max: variadic("Max"),
  Min: variadic("Min"),
  // probabilities are what they are
  Abs: unary(Math.abs, (node, x) => x.logits?.shares ? x : named("abs")(node, x)),
  Neg: unary((value) => -value, (node, x) => node.builder.negated(x)),
  Sqrt: unary(Math.sqrt, named("sqrt")),
  Reciprocal: unary((value) => 1 / value, reciprocal),
  Exp: unary(undefined, (node, x) => node.builder.emit("exp", [x])),
  Log: unary(undefined, named("log")),
  Softplus: unary(undefined, named("softplus")),
  Relu: unary((value) => Math.max(value, 0), (node, x) => node.builder.emit("relu", [x])),
  Tanh: unary(undefined, (node, x) => node.builder.emit("tanh", [x])),
  Sigmoid: unary(undefined, sigmoid),
  LeakyRelu(node) {
    const slope = node.float("alpha", 0.01), x = node.computed(0);
    if (slope === 0) return node.builder.emit("relu", [x]);
    if (!(slope > 0 && slope < 1)) node.refuse(`alpha is ${slope}, and must be in [0, 1)`);
    return node.builder.emit("leakyRelu", [x], { slope });
  },
  Elu: (node) =>
    node.builder.emit("elementwise", [node.computed(0)], { function: "elu", alpha: node.float("alpha", 1) }),
  Clip(node) {
    const [min, max] = node.opset < 11
      ? [node.float("min", -Infinity), node.float("max", Infinity)]
      : [node.scalar(1) ?? -Infinity, node.scalar(2) ?? Infinity];
    const bounds = { ...(Number.isFinite(min) && { min }), ...(Number.isFinite(max) && { max }) };
    // beyond what float32 holds there is no bound
    return node.builder.emit("elementwise", [node.computed(0)], { function: "clip", ...bounds });
  },
  Identity: same,
  Dropout(node) {
    node.ignore("ratio", "seed", "is_test");
    if (node.inputs[2] !== undefined && node.scalar(2) !== 0) {
      node.refuse("it is in training mode; export the model for inference");
    }
    return node.value(0);
  },
};
