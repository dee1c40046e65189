/** The operation `leakyRelu`, element by element. @module */

import { number } from "../schema.ts";
import type { Op } from "./op.ts";
import { linearRectifier, rectifier } from "./rectifier.ts";

/** What a leaky ReLU is set to. */
export interface LeakyReluAttributes {
  /** Slope where z ≤ 0, in (0, 1); default 0.01. */
  slope?: number;
}

/** h = z where z > 0, else slope·z (Maas, Hannun and Ng 2013). */
export const leakyRelu: Op<LeakyReluAttributes> = {
  name: "leakyRelu",
  summary: "z where it is positive, else a share of it",
  arity: [1, 1],
  attributes: { slope: number("Slope where z ≤ 0", { default: 0.01, above: 0, below: 1 }) },
  shape: ([shape]) => ({ shape }),
  instantiate: ({ workspace, attributes: { slope = 0.01 } }) => rectifier(workspace, slope),
  fused: {
    linear: (before, { workspace, attributes: { slope = 0.01 } }) =>
      linearRectifier(before, workspace, slope),
  },
};
