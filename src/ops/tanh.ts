/** The operation `tanh`, element by element. @module */

import { exp } from "../kernels/elementwise.ts";
import { activation } from "./activation.ts";
import type { Op } from "./op.ts";

/** Below this, 1 − e would cancel: the series up to z⁹ is taken, whose next term is below 2⁻²⁶ of the value. */
const SMALL = 0.25;

/** h = tanh z = ±(1 − e) / (1 + e) with e = exp(−2|z|). */
export const tanh: Op<Record<never, never>> = activation({
  name: "tanh",
  summary: "The hyperbolic tangent",
  forward(h, { data: from }) {
    const { data: to } = h;
    for (let i = 0; i < to.length; i++) to[i] = -2 * Math.abs(from[i]);
    exp(h, h);
    for (let i = 0; i < to.length; i++) {
      const value = from[i], q = value * value;
      if (q >= SMALL * SMALL) {
        const size = (1 - to[i]) / (1 + to[i]);
        to[i] = value < 0 ? -size : size;
      } else to[i] = value * (1 - q * (1 / 3 - q * (2 / 15 - q * (17 / 315 - q * (62 / 2835)))));
    }
  },
  backward(dZ, { data: d }, { data: h }) {
    const { data: to } = dZ;
    for (let i = 0; i < to.length; i++) to[i] = d[i] * (1 - h[i] * h[i]);
  },
});
