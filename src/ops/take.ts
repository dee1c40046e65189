/** The operation `take`: some entries of one dimension. @module */

import { integer, integers } from "../schema.ts";
import { indicesOf, rearranged, stridesOf } from "./indices.ts";
import { type Op, shapeText } from "./op.ts";

/** What a selection is set to. */
export interface TakeAttributes {
  /** Dimension, from 0; default 0. */
  axis?: number;
  /** Which of its entries, from 0, in the order of the outputs. */
  indices: readonly number[];
}

/** Entries of one dimension by their places: slices, and features in another order. */
export const take: Op<TakeAttributes> = {
  name: "take",
  summary: "Entries of one dimension by their places",
  arity: [1, 1],
  attributes: {
    axis: integer("Dimension", { default: 0, min: 0 }),
    indices: integers("Places in it, from 0", { required: true, min: 0 }),
  },
  shape([shape], { axis = 0, indices }) {
    if (!(axis < shape.length)) return `there is no dimension ${axis} in ${shapeText(shape)}`;
    if (indices.length === 0) return "it takes nothing";
    const beyond = indices.find((index) => index >= shape[axis]);
    return beyond === undefined
      ? { shape: shape.with(axis, indices.length) }
      : `there is no place ${beyond} in dimension ${axis} of ${shapeText(shape)}`;
  },
  instantiate({ workspace, inputs: [shape], attributes: { axis = 0, indices } }) {
    const strides = stridesOf(shape);
    return rearranged(
      workspace,
      indicesOf(
        shape.with(axis, indices.length),
        (at) => at.reduce((sum, c, k) => sum + (k === axis ? indices[c] : c) * strides[k], 0),
      ),
    );
  },
};
