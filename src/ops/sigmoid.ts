/** The operation `sigmoid`, element by element. @module */

import { sigmoidForward } from "../kernels/heads.ts";
import { activation } from "./activation.ts";
import type { Op } from "./op.ts";

/** h = 1 / (1 + e⁻ᶻ). */
export const sigmoid: Op<Record<never, never>> = activation({
  name: "sigmoid",
  summary: "The logistic function",
  forward: sigmoidForward,
  backward(dZ, { data: d }, { data: h }) {
    const { data: to } = dZ;
    for (let i = 0; i < to.length; i++) to[i] = d[i] * h[i] * (1 - h[i]);
  },
});
