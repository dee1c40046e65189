/** The operation `reshape`: the same numbers in other dimensions. @module */

import { integers } from "../schema.ts";
import { elementwise, type Op, shapeText, sizeOf } from "./op.ts";

/** What a change of shape is set to. */
export interface ReshapeAttributes {
  /** Shape of the outputs, of as many numbers as the inputs. */
  shape: readonly number[];
}

/** The same numbers, in the same order, as another shape: a flattening, for one. */
export const reshape: Op<ReshapeAttributes> = {
  name: "reshape",
  summary: "The same numbers as another shape",
  arity: [1, 1],
  attributes: { shape: integers("Shape of the outputs", { required: true, min: 1 }) },
  shape: ([from], { shape }) =>
    shape.length > 0 && sizeOf(from) === sizeOf(shape)
      ? { shape }
      : `${shapeText(from)} and ${shapeText(shape)} have other numbers of entries`,
  instantiate: () => elementwise({ forward: (x) => x, backward: (dOut) => dOut }),
};
