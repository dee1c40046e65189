/** Operations of TensorFlow that arrange numbers anew. @module */

import type { Written } from "../../written.ts";
import type { GraphNode, Operation } from "../node.ts";

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

function pad(node: GraphNode): Written {
  const { writer } = node, x = node.last(0), sizes = node.integers(1);
  if (sizes.length !== 2 * x.rank) node.refuse("it does not name two numbers a dimension");
  const [before, after] = [0, 1].map((side) => sizes.filter((_, k) => k % 2 === side));
  const value = node.inputs.length > 2 ? node.constant(2).data[0] : 0;
  return writer.node("Pad", [x, writer.list([...before, ...after]), writer.number(value)]);
}

/** By name. */
export const SHAPES: Readonly<Record<string, Operation>> = {
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
    const x = node.last(0), [axis] = node.integers(1), place = axis < 0 ? axis + x.rank + 1 : axis;
    return node.writer.node("Unsqueeze", [x, node.writer.list([place])], {}, {
      rank: x.rank + 1,
      first: false,
    });
  },
  Pad: pad,
  PadV2: pad,
};
