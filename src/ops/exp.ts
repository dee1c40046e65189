/** The operation `exp`, element by element. @module */

import { exp as exponentiate, multiply } from "../kernels/elementwise.ts";
import { elementwise, type Op } from "./op.ts";

/** h = eᶻ, which is its own derivative. */
export const exp: Op<Record<never, never>> = {
  name: "exp",
  summary: "The exponential function",
  arity: [1, 1],
  attributes: {},
  shape: ([shape]) => ({ shape }),
  instantiate: ({ workspace }) =>
    elementwise({
      forward(z) {
        const h = workspace.matrix("h", z.rows, z.cols);
        exponentiate(h, z);
        return h;
      },
      backward(dH) {
        const dZ = workspace.matrix("dZ", dH.rows, dH.cols);
        multiply(dZ, [dH, workspace.matrix("h", dH.rows, dH.cols)]);
        return dZ;
      },
    }),
};
