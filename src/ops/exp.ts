/** The operation `exp`, element by element. @module */

import { exp as exponentiate, multiply } from "../kernels/elementwise.ts";
import { activation } from "./activation.ts";
import type { Op } from "./op.ts";

/** h = eᶻ, which is its own derivative. */
export const exp: Op<Record<never, never>> = activation({
  name: "exp",
  summary: "The exponential function",
  forward: exponentiate,
  backward: (dZ, dH, h) => multiply(dZ, [dH, h]),
});
