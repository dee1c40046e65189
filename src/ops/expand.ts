/** The operation `expand`: entries repeated along dimensions of size 1. @module */

import { integers } from "../schema.ts";
import { broadcastIndices, rearranged } from "./indices.ts";
import { type Op, shapeText } from "./op.ts";

/** What a repetition is set to. */
export interface ExpandAttributes {
  /** Shape of the outputs, with as many dimensions as the inputs, whose size is the same or 1. */
  shape: readonly number[];
}

/** Its inputs, repeated along the dimensions where their size is 1. */
export const expand: Op<ExpandAttributes> = {
  name: "expand",
  summary: "Its inputs repeated along dimensions of size 1",
  arity: [1, 1],
  attributes: { shape: integers("Shape of the outputs", { required: true, min: 1 }) },
  shape: ([from], { shape }) =>
    from.length === shape.length && from.every((n, k) => n === 1 || n === shape[k])
      ? { shape }
      : `${shapeText(from)} does not repeat to ${shapeText(shape)}`,
  instantiate: ({ workspace, inputs: [from], attributes: { shape } }) =>
    rearranged(workspace, broadcastIndices(from, shape)),
};
