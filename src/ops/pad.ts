/** The operation `pad`: a constant around its inputs. @module */

import { integers, number } from "../schema.ts";
import { indicesOf, rearranged, stridesOf } from "./indices.ts";
import { type Op, shapeText } from "./op.ts";

/** What a padding is set to. */
export interface PadAttributes {
  /** Entries put before each dimension. */
  before: readonly number[];
  /** Entries put after each dimension. */
  after: readonly number[];
  /** What is put there; default 0. */
  value?: number;
}

/** Its inputs with a constant before and after, in each dimension. */
export const pad: Op<PadAttributes> = {
  name: "pad",
  summary: "Its inputs with a constant around them",
  arity: [1, 1],
  attributes: {
    before: integers("Entries before each dimension", { required: true, min: 0 }),
    after: integers("Entries after each dimension", { required: true, min: 0 }),
    value: number("What is put there", { default: 0 }),
  },
  shape: ([shape], { before, after }) =>
    before.length === shape.length && after.length === shape.length
      ? { shape: shape.map((n, k) => before[k] + n + after[k]) }
      : `before and after must name ${shape.length} numbers, one for each dimension of ${shapeText(shape)}`,
  instantiate({ workspace, inputs: [shape], attributes: { before, after, value = 0 } }) {
    const strides = stridesOf(shape);
    const indices = indicesOf(shape.map((n, k) => before[k] + n + after[k]), (at) => {
      const from = at.map((c, k) => c - before[k]);
      return from.every((c, k) => c >= 0 && c < shape[k])
        ? from.reduce((sum, c, k) => sum + c * strides[k], 0)
        : -1;
    });
    return rearranged(workspace, indices, value);
  },
};
