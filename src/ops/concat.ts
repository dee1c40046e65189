/** The operation `concat`: nodes side by side. @module */

import type { Matrix } from "../matrix.ts";
import type { Op } from "./op.ts";

/** Its inputs side by side, (B, sum of their widths). */
export const concat: Op<Record<never, never>> = {
  name: "concat",
  summary: "Its inputs side by side",
  arity: [2, 64],
  attributes: {},
  shape: (widths) => ({ width: widths.reduce((a, b) => a + b) }),
  instantiate: ({ workspace }) => ({
    parameters: [],
    forward(inputs) {
      const cols = inputs.reduce((sum, input) => sum + input.cols, 0);
      const out = workspace.matrix("out", inputs[0].rows, cols);
      eachPart(inputs, (input, first) => {
        const [from, to] = [input.data, out.data];
        for (let i = 0; i < from.length; i++) {
          to[Math.floor(i / input.cols) * cols + first + i % input.cols] = from[i];
        }
      });
      return out;
    },
    backward(dOut, inputs, wanted) {
      if (!wanted.inputs) return inputs.map(() => undefined);
      const parts = inputs.map(({ rows, cols }, k) => workspace.matrix(`d ${k}`, rows, cols));
      eachPart(parts, (part, first) => {
        const [from, to] = [dOut.data, part.data];
        for (let i = 0; i < to.length; i++) {
          to[i] = from[Math.floor(i / part.cols) * dOut.cols + first + i % part.cols];
        }
      });
      return parts;
    },
  }),
};

/** Calls `each` with every part and the column where it begins. */
function eachPart(parts: readonly Matrix[], each: (part: Matrix, first: number) => void): void {
  let first = 0;
  for (const part of parts) {
    each(part, first);
    first += part.cols;
  }
}
