/** Operations on each entry whose slope follows from their outputs. @module */

import type { Matrix } from "../matrix.ts";
import { elementwise, type Op } from "./op.ts";

/** The operation h = f(z) on each entry, by what writes `h`, and `dZ` from the gradient in `h` and `h` itself. */
export function activation(
  { name, summary, forward, backward }: {
    name: string;
    summary: string;
    forward: (h: Matrix, z: Matrix) => void;
    backward: (dZ: Matrix, dH: Matrix, h: Matrix) => void;
  },
): Op<Record<never, never>> {
  return {
    name,
    summary,
    arity: [1, 1],
    attributes: {},
    shape: ([shape]) => ({ shape }),
    instantiate: ({ workspace }) =>
      elementwise({
        forward(z) {
          const h = workspace.matrix("h", z.rows, z.cols);
          forward(h, z);
          return h;
        },
        backward(dH) {
          const dZ = workspace.matrix("dZ", dH.rows, dH.cols);
          backward(dZ, dH, workspace.matrix("h", dH.rows, dH.cols));
          return dZ;
        },
      }),
  };
}
