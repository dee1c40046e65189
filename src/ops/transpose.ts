/** The operation `transpose`: dimensions in another order. @module */

import { integers } from "../schema.ts";
import { indicesOf, rearranged, stridesOf } from "./indices.ts";
import { type Op, shapeText } from "./op.ts";

/** What a transposition is set to. */
export interface TransposeAttributes {
  /** Which dimension of the inputs, from 0, each dimension of the outputs is. */
  order: readonly number[];
}

/** The same numbers with their dimensions in another order, such as images from channels last to channels first. */
export const transpose: Op<TransposeAttributes> = {
  name: "transpose",
  summary: "Its dimensions in another order",
  arity: [1, 1],
  attributes: {
    order: integers("Dimension of the inputs that each of the outputs is", { required: true, min: 0 }),
  },
  shape: ([shape], { order }) =>
    [...order].sort((a, b) => a - b).join() === [...shape.keys()].join()
      ? { shape: order.map((k) => shape[k]) }
      : `order ${shapeText(order)} does not name the dimensions of ${shapeText(shape)} once each`,
  instantiate({ workspace, inputs: [shape], attributes: { order } }) {
    const strides = stridesOf(shape);
    const indices = indicesOf(
      order.map((k) => shape[k]),
      (at) => at.reduce((sum, c, k) => sum + c * strides[order[k]], 0),
    );
    return rearranged(workspace, indices);
  },
};
