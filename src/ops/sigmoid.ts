/** The operation `sigmoid`, element by element. @module */

import { sigmoidForward } from "../kernels/heads.ts";
import { elementwise, type Op } from "./op.ts";

/** h = 1 / (1 + e⁻ᶻ). */
export const sigmoid: Op<Record<never, never>> = {
  name: "sigmoid",
  summary: "The logistic function",
  arity: [1, 1],
  attributes: {},
  shape: ([shape]) => ({ shape }),
  instantiate: ({ workspace }) =>
    elementwise({
      forward(z) {
        const h = workspace.matrix("h", z.rows, z.cols);
        sigmoidForward(h, z);
        return h;
      },
      backward(dH) {
        const dZ = workspace.matrix("dZ", dH.rows, dH.cols);
        const [h, d, to] = [workspace.matrix("h", dH.rows, dH.cols).data, dH.data, dZ.data];
        for (let i = 0; i < to.length; i++) to[i] = d[i] * h[i] * (1 - h[i]);
        return dZ;
      },
    }),
};
