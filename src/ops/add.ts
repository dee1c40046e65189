/** The operation `add`: a sum of nodes. @module */

import { addBias } from "../kernels/elementwise.ts";
import type { Matrix } from "../matrix.ts";
import { reshaped } from "../runtime/workspace.ts";
import { type Op, type OpShape, type Shape, shapeText } from "./op.ts";

/** The sum of two or more inputs of one shape. */
export const add: Op<Record<never, never>> = {
  name: "add",
  summary: "The sum of its inputs",
  arity: [2, 64],
  attributes: {},
  shape: alike,
  instantiate: ({ workspace }) => ({
    parameters: [],
    forward([first, ...others]) {
      const sum = workspace.copy("sum", first);
      for (const other of others) addTo(sum, other);
      return sum;
    },
    backward: (dOut, inputs, wanted) => inputs.map(() => wanted.inputs ? dOut : undefined),
  }),
};

/** The shape that all inputs have. */
export function alike(shapes: readonly Shape[]): OpShape | string {
  return shapes.every((shape) => shape.join() === shapes[0].join())
    ? { shape: shapes[0] }
    : `its inputs are of shapes ${shapes.map(shapeText).join(" and ")}, and must be alike`;
}

/** `out` += `m`, of the same shape. */
export function addTo(out: Matrix, m: Matrix): void {
  const length = out.rows * out.cols;
  addBias(reshaped(out, 1, length), reshaped(m, 1, length));
}
