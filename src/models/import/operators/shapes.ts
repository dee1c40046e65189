/** Operators of ONNX that change shapes, or say them. @module */

import { sizeOf } from "../../../ops/op.ts";
import type { Computed } from "../builder.ts";
import { broadcast, type Constant, constant, taken, transposed } from "../constant.ts";
import { isComputed, type OnnxNode, type Operator, type Value } from "../node.ts";

/** Entries of a constant that one operator may make. */
const MAX_MADE = 2 ** 24;

/** A constant's numbers as another shape, of which one size may be −1. */
function reshapedConstant(node: OnnxNode, c: Constant, target: readonly number[]): Constant {
  const rest = target.reduce((product, n) => n === -1 ? product : product * n, 1);
  const shape = target.map((n, k) => n === -1 ? c.data.length / rest : n === 0 ? c.shape[k] : n);
  if (!shape.every((n) => Number.isSafeInteger(n) && n >= 0) || sizeOf(shape) !== c.data.length) {
    node.refuse(`a constant of ${c.data.length} numbers cannot become (${target.join(", ")})`);
  }
  return { ...c, shape };
}

/** What an example becomes by the shape that a file asks for, whose first entry is the batch's. */
function reshape(node: OnnxNode): Value {
  const value = node.value(0);
  const target = Array.from(node.constant(1).data), allowZero = node.int("allowzero", 0) === 1;
  if (!isComputed(value)) return reshapedConstant(node, value, target);
  const [first, ...rest] = target, { shape } = value, size = sizeOf(shape);
  if (first === undefined) return node.refuse("it makes one number of all examples together");
  if (allowZero && target.includes(0)) node.refuse("it makes no numbers");
  const sizes = rest.map((n, k) => n === 0 ? shape[k] : n);
  if (sizes.some((n) => Number.isNaN(n))) node.refuse("it mixes the examples of a batch");
  const known = sizes.reduce((product, n) => n === -1 ? product : product * n, 1);
  const open = sizes.filter((n) => n === -1).length;
  // the batch is told by −1, 0 or its size; where another entry is −1, that one has what is left of an example
  const isBatch = Number.isNaN(first) || first === 0 || first === node.batch ||
    (first === -1 && (open === 0 && known === size));
  if (!isBatch || open > 1 || (open === 0 && known !== size)) {
    node.refuse(
      `shape (${target.join(", ")}) of a batch does not keep examples of shape (${shape.join(", ")}) apart`,
    );
  }
  const sizesKnown = sizes.map((n) => n === -1 ? size / known : n);
  if (!sizesKnown.every((n) => Number.isSafeInteger(n) && n >= 1)) {
    node.refuse(`examples of shape (${shape.join(", ")}) cannot become (${rest.join(", ")})`);
  }
  return node.builder.reshaped(value, sizesKnown);
}

/** `shape` without its dimensions `axes`, or without all of size 1. */
function squeeze(node: OnnxNode): Value {
  const value = node.value(0), axes = node.list("axes", 1);
  if (!isComputed(value)) {
    const drop = axes?.map((axis) => node.constantAxis(axis, value.shape.length)) ??
      [...value.shape.keys()].filter((k) => value.shape[k] === 1);
    return reshapedConstant(node, value, value.shape.filter((_, k) => !drop.includes(k)));
  }
  const { shape } = value;
  if (!axes) return node.refuse("it names no dimensions, so that a batch of one example is another shape");
  const drop = axes.map((axis) => node.axis(axis, shape.length));
  if (drop.some((k) => shape[k] !== 1)) {
    node.refuse(`it drops dimensions of shape (${shape.join(", ")}) that are not 1`);
  }
  return node.builder.reshaped(value, shape.filter((_, k) => !drop.includes(k)));
}

function unsqueeze(node: OnnxNode): Value {
  const value = node.value(0);
  const axes = node.list("axes", 1) ?? node.refuse("it names no dimensions");
  const rank = value.shape.length + axes.length;
  const inserted = (places: readonly number[], total: number) => {
    const rest = [...value.shape];
    return Array.from({ length: total }, (_, k) => places.includes(k) ? 1 : rest.shift() ?? 1);
  };
  if (!isComputed(value)) {
    return reshapedConstant(node, value, inserted(axes.map((axis) => node.constantAxis(axis, rank)), rank));
  }
  return node.builder.reshaped(value, inserted(axes.map((axis) => node.axis(axis, rank)), rank));
}

function transpose(node: OnnxNode): Value {
  const value = node.value(0), order = node.ints("perm");
  if (!isComputed(value)) {
    const own = order ?? [...value.shape.keys()].reverse();
    if (own.toSorted((a, b) => a - b).join() !== [...value.shape.keys()].join()) {
      node.refuse("perm is no order");
    }
    return transposed(value, own);
  }
  if (!order || order[0] !== 0) node.refuse("it moves the batch's dimension");
  const axes = order!.slice(1).map((k) => node.axis(k, value.shape.length));
  if (axes.toSorted((a, b) => a - b).join() !== [...value.shape.keys()].join()) {
    node.refuse("perm is no order");
  }
  return node.builder.transposed(value, axes);
}

function concat(node: OnnxNode): Value {
  const axis = node.int("axis", undefined) ?? node.refuse("it names no dimension");
  const values = node.inputs.map((_, k) => node.value(k));
  if (values.length === 0) node.refuse("it has no inputs");
  if (values.every((value) => !isComputed(value))) return concatConstants(node, values as Constant[], axis);
  if (values.length === 1) return values[0];
  const parts = values.map((_, k) => node.computed(k));
  const place = node.axis(axis, parts[0].shape.length);
  const join = (of: readonly Computed[]) => node.builder.emit("concat", of, { axis: place });
  const out = join(parts);
  // side by side, so are the scores behind logistic functions
  const behind = parts.map(({ logits }) => logits?.head === "sigmoid" ? logits.scores : undefined);
  if (!behind.every((scores) => scores !== undefined)) return out;
  return { ...out, logits: { head: "sigmoid", scores: join(behind as Computed[]), shares: true } };
}

function concatConstants(node: OnnxNode, values: readonly Constant[], axis: number): Constant {
  const place = node.constantAxis(axis, values[0].shape.length);
  const outer = sizeOf(values[0].shape.slice(0, place));
  if (!values.every(({ shape }) => shape.with(place, 0).join() === values[0].shape.with(place, 0).join())) {
    node.refuse("its inputs have other shapes");
  }
  const total = values.reduce((sum, value) => sum + value.data.length, 0);
  if (total > MAX_MADE) node.refuse("it makes too many numbers");
  const data = new Float64Array(total);
  // nothing to copy may still be so many times nothing
  for (let i = 0, at = 0; i < (total === 0 ? 0 : outer); i++) {
    for (const value of values) {
      const block = value.data.length / outer;
      data.set(value.data.subarray(i * block, (i + 1) * block), at);
      at += block;
    }
  }
  const sizes = values.reduce((sum, { shape }) => sum + shape[place], 0);
  return constant(values[0].shape.with(place, sizes), data, values.every(({ whole }) => whole));
}

/** Entries of one dimension, of a constant or of every example. */
function entries(node: OnnxNode, value: Value, axis: number, indices: readonly number[]): Value {
  if (!isComputed(value)) return taken(value, node.constantAxis(axis, value.shape.length), indices);
  return node.builder.moved(value, "take", { axis: node.axis(axis, value.shape.length), indices });
}

/** Sizes of dimension `axis` of a value, which counts the batch. */
function sizeAt(node: OnnxNode, value: Value, axis: number): number {
  if (!isComputed(value)) return value.shape[node.constantAxis(axis, value.shape.length)];
  return value.shape[node.axis(axis, value.shape.length)];
}

function slice(node: OnnxNode): Value {
  let value = node.value(0);
  const [starts, ends] = node.opset < 10
    ? [node.ints("starts") ?? [], node.ints("ends") ?? []]
    : [node.list("starts", 1) ?? [], node.list("ends", 2) ?? []];
  const axes = (node.opset < 10 ? node.ints("axes") : node.list("axes", 3)) ?? starts.map((_, k) => k);
  const steps = (node.opset < 10 ? undefined : node.list("steps", 4)) ?? starts.map(() => 1);
  if (ends.length !== starts.length || axes.length !== starts.length || steps.length !== starts.length) {
    node.refuse("starts, ends, axes and steps are not of one length");
  }
  for (const [k, axis] of axes.entries()) {
    const step = steps[k];
    if (!Number.isSafeInteger(step) || step === 0) node.refuse(`step ${step} is none`);
    // the whole batch, as exporters write it
    if (isComputed(value) && axis === 0 && starts[k] === 0 && ends[k] >= 2 ** 31 - 1 && step === 1) continue;
    const n = sizeAt(node, value, axis);
    const clamp = (at: number, lo: number, hi: number) => Math.min(Math.max(at < 0 ? at + n : at, lo), hi);
    const [from, to] = step > 0
      ? [clamp(starts[k], 0, n), clamp(ends[k], 0, n)]
      : [clamp(starts[k], 0, n - 1), ends[k] < -n ? -1 : clamp(ends[k], -1, n - 1)];
    const indices: number[] = [];
    for (let i = from; step > 0 ? i < to : i > to; i += step) indices.push(i);
    if (indices.length === 0) node.refuse("it takes nothing");
    value = entries(node, value, axis, indices);
  }
  return value;
}

function gather(node: OnnxNode): Value {
  const value = node.value(0), axis = node.int("axis", 0), indices = node.constant(1);
  const n = sizeAt(node, value, axis);
  const places = Array.from(indices.data, (i) => i < 0 ? i + n : i);
  if (!places.every((i) => Number.isSafeInteger(i) && i >= 0 && i < n)) {
    node.refuse(`it takes places beyond ${n}`);
  }
  if (places.length === 0 || places.length > MAX_MADE) node.refuse("it takes nothing, or too much");
  if (indices.shape.length > 1) node.refuse("indices of several dimensions are not known here");
  const out = entries(node, value, axis, places);
  if (indices.shape.length === 1) return out;
  // one index drops the dimension
  if (!isComputed(out)) {
    const own = node.constantAxis(axis, out.shape.length);
    return { ...out, shape: out.shape.filter((_, k) => k !== own) };
  }
  const place = node.axis(axis, out.shape.length);
  return node.builder.reshaped(out, out.shape.filter((_, k) => k !== place));
}

function expand(node: OnnxNode): Value {
  const value = node.value(0), target = Array.from(node.constant(1).data);
  if (!isComputed(value)) {
    const shape = node.common(value.shape, target);
    if (!(sizeOf(shape) <= MAX_MADE)) node.refuse("it makes too many numbers");
    return broadcast(value, shape);
  }
  const { shape } = value;
  if (target.length > shape.length + 1) node.refuse("it adds dimensions before the batch's");
  const example = target.length === shape.length + 1 ? target.slice(1) : target;
  if (example.some((n) => Number.isNaN(n))) node.refuse("it repeats by the size of the batch");
  if (target.length > example.length && ![1, node.batch].includes(target[0]) && !Number.isNaN(target[0])) {
    node.refuse("it repeats examples");
  }
  return node.expanded(value, node.common(shape, example));
}

function pad(node: OnnxNode): Value {
  const x = node.computed(0), rank = x.shape.length;
  if (node.text("mode", "constant") !== "constant") node.refuse("only mode constant is known here");
  const [pads, value] = node.opset < 11
    ? [node.ints("pads"), node.float("value", 0)]
    : [node.list("pads", 1), node.scalar(2) ?? 0];
  const axes = node.opset < 18 ? undefined : node.list("axes", 3);
  const places = axes ?? Array.from({ length: rank + 1 }, (_, k) => k);
  if (pads?.length !== 2 * places.length) return node.refuse("pads does not name two numbers a dimension");
  const before = x.shape.map(() => 0), after = x.shape.map(() => 0);
  for (const [k, axis] of places.entries()) {
    const [first, last] = [pads[k], pads[k + places.length]];
    if ((axis === 0 || axis === -rank - 1) && first === 0 && last === 0) continue;
    const place = node.axis(axis, rank);
    if (!(first >= 0 && last >= 0)) node.refuse("it cuts, with pads below 0");
    [before[place], after[place]] = [first, last];
  }
  return node.builder.emit("pad", [x], { before, after, value });
}

/** By name. */
export const SHAPES: Readonly<Record<string, Operator>> = {
  Reshape: reshape,
  Flatten(node) {
    const x = node.computed(0);
    if (node.axis(node.int("axis", 1), x.shape.length) !== 0) {
      node.refuse("it flattens examples together, not each");
    }
    return node.builder.reshaped(x, [sizeOf(x.shape)]);
  },
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transpose,
  Concat: concat,
  Slice: slice,
  Gather: gather,
  Expand: expand,
  Pad: pad,
  Shape(node) {
    if (node.int("start", 0) !== 0 || node.int("end", undefined) !== undefined) {
      node.refuse("part of a shape is not known here");
    }
    const value = node.value(0);
    // NaN stands for the size of the batch
    return constant(
      [value.shape.length + Number(isComputed(value))],
      isComputed(value) ? [NaN, ...value.shape] : value.shape,
      true,
    );
  },
  Cast(node) {
    const value = node.value(0), to = node.int("to", 0);
    node.ignore("saturate", "round_mode");
    const whole = [2, 3, 4, 5, 6, 7, 12].includes(to);
    if (!whole && to !== 1 && to !== 11) {
      return node.refuse(`it casts to element type ${to}, which is not known here`);
    }
    if (!isComputed(value)) return { ...value, whole, data: whole ? value.data.map(Math.trunc) : value.data };
    if (whole) node.refuse("it rounds what depends on the example to whole numbers");
    return value;
  },
  Constant(node) {
    const tensor = node.tensor("value");
    if (tensor) return tensor;
    const [float, floats] = [node.float("value_float", NaN), node.floats("value_floats")];
    if (!Number.isNaN(float)) return constant([], [float]);
    if (floats) return constant([floats.length], floats);
    const [int, ints] = [node.int("value_int", undefined), node.ints("value_ints")];
    if (int !== undefined) return constant([], [int], true);
    return ints ? constant([ints.length], ints, true) : node.refuse("its value is of a kind not known here");
  },
  ConstantOfShape(node) {
    const shape = Array.from(node.constant(0).data), value = node.tensor("value") ?? constant([1], [0]);
    if (
      !shape.every((n) => Number.isSafeInteger(n) && n >= 0) || sizeOf(shape) > MAX_MADE ||
      value.data.length !== 1
    ) {
      node.refuse("its shape is none, too large, or depends on the size of the batch");
    }
    return { shape, data: new Float64Array(sizeOf(shape)).fill(value.data[0]), whole: value.whole };
  },
};
