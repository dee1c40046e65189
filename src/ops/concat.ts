/** The operation `concat`: nodes side by side. @module */

import type { Matrix } from "../matrix.ts";
import { reshaped } from "../runtime/workspace.ts";
import { integer } from "../schema.ts";
import { type Op, shapeText, sizeOf } from "./op.ts";

/** What a concatenation is set to. */
export interface ConcatAttributes {
  /** Dimension along which its inputs are joined, from 0; default 0. */
  axis?: number;
}

/** Its inputs side by side along one dimension, in which alone they may differ. */
export const concat: Op<ConcatAttributes> = {
  name: "concat",
  summary: "Its inputs side by side",
  arity: [2, 64],
  attributes: { axis: integer("Dimension along which they are joined", { default: 0, min: 0 }) },
  shape(shapes, { axis = 0 }) {
    const [first] = shapes;
    if (axis >= first.length) return `there is no dimension ${axis} in ${shapeText(first)}`;
    const joined = first.with(axis, shapes.reduce((sum, shape) => sum + shape[axis], 0));
    return shapes.every((shape) =>
        shape.length === first.length && shape.with(axis, 0).join() === first.with(axis, 0).join()
      )
      ? { shape: joined }
      : `its inputs are of shapes ${
        shapes.map(shapeText).join(" and ")
      }, and may differ in dimension ${axis} alone`;
  },
  instantiate({ workspace, inputs: shapes, attributes: { axis = 0 } }) {
    const outer = sizeOf(shapes[0].slice(0, axis));
    const blocks = shapes.map((shape) => sizeOf(shape.slice(axis)));
    const width = blocks.reduce((a, b) => a + b);
    /** Every part as runs of what lies side by side. */
    const runs = (parts: readonly Matrix[]) =>
      parts.map((part, k) => reshaped(part, part.rows * outer, blocks[k]));
    return {
      parameters: [],
      forward(inputs) {
        const out = workspace.matrix("out", inputs[0].rows, outer * width);
        eachPart(runs(inputs), (input, first) => {
          const [from, to] = [input.data, out.data];
          for (let i = 0; i < from.length; i++) {
            to[Math.floor(i / input.cols) * width + first + i % input.cols] = from[i];
          }
        });
        return out;
      },
      backward(dOut, inputs, wanted) {
        if (!wanted.inputs) return inputs.map(() => undefined);
        const parts = inputs.map(({ rows, cols }, k) => workspace.matrix(`d ${k}`, rows, cols));
        eachPart(runs(parts), (part, first) => {
          const [from, to] = [dOut.data, part.data];
          for (let i = 0; i < to.length; i++) {
            to[i] = from[Math.floor(i / part.cols) * width + first + i % part.cols];
          }
        });
        return parts;
      },
    };
  },
};

/** Calls `each` with every part and the column where it begins. */
function eachPart(parts: readonly Matrix[], each: (part: Matrix, first: number) => void): void {
  let first = 0;
  for (const part of parts) {
    each(part, first);
    first += part.cols;
  }
}
