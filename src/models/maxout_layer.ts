import { maxoutBackward, maxoutForward } from "../kernels/maxout.ts";
import type { Workspace } from "../kernels/workspace.ts";
import type { Matrix } from "../matrix.ts";
import { linearLayer } from "./linear_layer.ts";
import type { Layer } from "./network.ts";

/** h = max over pieces of x·Wᵀ + b, for x (B, D), W (P·U, D) with pieces major, b (1, P·U). */
export function maxoutLayer(
  workspace: Workspace,
  name: string,
  { W, b, pieces }: { W: Matrix; b: Matrix; pieces: number },
): Layer {
  const units = W.rows / pieces;
  const linear = linearLayer(workspace, name, { W, b });
  const winners = (rows: number) => workspace.matrix(`${name}winner`, rows, units);
  return {
    parameters: linear.parameters,
    forward(x) {
      const z = linear.forward(x);
      const h = workspace.matrix(`${name}h`, x.rows, units);
      maxoutForward(h, winners(x.rows), { z, pieces });
      return h;
    },
    backward(dH, x, wanted) {
      const dZ = workspace.matrix(`${name}dZ`, x.rows, W.rows);
      maxoutBackward(dZ, dH, { winner: winners(x.rows), pieces });
      return linear.backward(dZ, x, wanted);
    },
  };
}
