/** The operation `linear`: a matrix product and a bias. @module */

import { addBias, columnSums } from "../kernels/elementwise.ts";
import { gemmNN, gemmNT, gemmTN } from "../kernels/gemm.ts";
import { reshaped } from "../runtime/workspace.ts";
import { integers } from "../schema.ts";
import { fillUniform } from "../rng.ts";
import { type Op, type OpContext, type OpInstance, parameter, sizeOf } from "./op.ts";

/** What a linear operation is set to. */
export interface LinearAttributes {
  /** Outputs, U, or pieces and units, [P, U]. */
  outputs: readonly number[];
}

/** z = x·Wᵀ + b for x (B, D), W (U, D), b (U); with pieces W (P, U, D) and b (P, U), the outputs pieces major. */
export const linear: Op<LinearAttributes> = {
  name: "linear",
  summary: "x·Wᵀ + b",
  arity: [1, 1],
  attributes: { outputs: integers("Outputs, or pieces and units", { required: true, min: 1 }) },
  rank: 1,
  shape: ([[inputs]], { outputs }) =>
    outputs.length === 1 || outputs.length === 2
      ? {
        shape: [sizeOf(outputs)],
        tensors: { W: [...outputs, inputs], b: outputs },
      }
      : "outputs must be one or two numbers",
  instantiate: (context) => affine(context),
  // He et al. 2015 for layers whose units are half of them silent
  initial: {
    W(out, random) {
      const range = Math.sqrt(6 / out.cols);
      fillUniform(out, random, { lo: -range, hi: range });
    },
  },
};

/** The operation at work. */
export function affine(context: OpContext<LinearAttributes>): OpInstance {
  const { workspace, tensors } = context;
  const { rows: outputs, cols: inputs } = tensors.W;
  const W = parameter(context, "W", { weights: true });
  const b = parameter(context, "b", { weights: false, value: reshaped(tensors.b, 1, outputs) });
  return {
    parameters: [W, b],
    forward([x]) {
      const z = workspace.matrix("z", x.rows, outputs);
      gemmNT(z, [x, W.value]);
      addBias(z, b.value);
      return z;
    },
    backward(dZ, [x], wanted) {
      if (wanted.parameters !== "none") {
        const accumulate = wanted.parameters === "add";
        gemmTN(W.gradient, [dZ, x], { accumulate });
        columnSums(b.gradient, dZ, { accumulate });
      }
      if (!wanted.inputs) return [undefined];
      const dX = workspace.matrix("dX", x.rows, inputs);
      gemmNN(dX, [dZ, W.value]);
      return [dX];
    },
  };
}
