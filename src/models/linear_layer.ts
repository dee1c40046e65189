import { addBias, columnSums } from "../kernels/elementwise.ts";
import { gemmNN, gemmNT, gemmTN } from "../kernels/gemm.ts";
import type { Workspace } from "../runtime/workspace.ts";
import type { Matrix } from "../matrix.ts";
import type { Layer } from "./network.ts";

/** z = x·Wᵀ + b for x (B, D), W (outputs, D), b (1, outputs). */
export function linearLayer(
  workspace: Workspace,
  name: string,
  { W, b }: { W: Matrix; b: Matrix },
): Layer {
  const weights = workspace.copy(`${name}W`, W);
  const bias = workspace.copy(`${name}b`, b);
  const dWeights = workspace.matrix(`d ${name}W`, W.rows, W.cols);
  const dBias = workspace.matrix(`d ${name}b`, 1, b.cols);
  return {
    parameters: [
      { name: `${name}W`, value: weights, gradient: dWeights, weights: true },
      { name: `${name}b`, value: bias, gradient: dBias, weights: false },
    ],
    forward(x) {
      const z = workspace.matrix(`${name}z`, x.rows, W.rows);
      gemmNT(z, [x, weights]);
      addBias(z, bias);
      return z;
    },
    backward(dZ, x, wanted) {
      if (wanted.parameters !== "none") {
        const accumulate = wanted.parameters === "add";
        gemmTN(dWeights, [dZ, x], { accumulate });
        columnSums(dBias, dZ, { accumulate });
      }
      if (!wanted.inputs) return;
      const dX = workspace.matrix(`${name}dX`, x.rows, W.cols);
      gemmNN(dX, [dZ, weights]);
      return dX;
    },
  };
}
