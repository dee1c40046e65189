/** The operation `tanh`, element by element. @module */

import { exp } from "../kernels/elementwise.ts";
import { elementwise, type Op } from "./op.ts";

/** Below this, 1 − e would cancel: the series up to z⁹ is taken, whose next term is below 2⁻²⁶ of the value. */
const SMALL = 0.25;

/** h = tanh z = ±(1 − e) / (1 + e) with e = exp(−2|z|). */
export const tanh: Op<Record<never, never>> = {
  name: "tanh",
  summary: "The hyperbolic tangent",
  arity: [1, 1],
  attributes: {},
  shape: ([shape]) => ({ shape }),
  instantiate: ({ workspace }) =>
    elementwise({
      forward(z) {
        const h = workspace.matrix("h", z.rows, z.cols);
        const [from, to] = [z.data, h.data];
        for (let i = 0; i < to.length; i++) to[i] = -2 * Math.abs(from[i]);
        exp(h, h);
        for (let i = 0; i < to.length; i++) {
          const value = from[i], q = value * value;
          if (q >= SMALL * SMALL) {
            const size = (1 - to[i]) / (1 + to[i]);
            to[i] = value < 0 ? -size : size;
          } else to[i] = value * (1 - q * (1 / 3 - q * (2 / 15 - q * (17 / 315 - q * (62 / 2835)))));
        }
        return h;
      },
      backward(dH) {
        const dZ = workspace.matrix("dZ", dH.rows, dH.cols);
        const [h, d, to] = [workspace.matrix("h", dH.rows, dH.cols).data, dH.data, dZ.data];
        for (let i = 0; i < to.length; i++) to[i] = d[i] * (1 - h[i] * h[i]);
        return dZ;
      },
    }),
};
