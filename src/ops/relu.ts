/** The operation `relu`, element by element. @module */

import type { Op } from "./op.ts";
import { linearRectifier, rectifier } from "./rectifier.ts";

/** h = max(z, 0); the gradient at 0 is 0. */
export const relu: Op<Record<never, never>> = {
  name: "relu",
  summary: "max(z, 0)",
  arity: [1, 1],
  attributes: {},
  shape: ([shape]) => ({ shape }),
  instantiate: ({ workspace }) => rectifier(workspace, 0),
  fused: { linear: (before, { workspace }) => linearRectifier(before, workspace, 0) },
};
