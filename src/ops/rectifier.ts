/** Units that pass what is positive, and a share of what is not. @module */

import { addStep, signStep } from "../kernels/attack.ts";
import { multiply } from "../kernels/elementwise.ts";
import { listNonZero, listsIn, listWinnersByPiece } from "../kernels/sparse.ts";
import type { Matrix } from "../matrix.ts";
import type { Workspace } from "../runtime/workspace.ts";
import type { LinearAttributes } from "./linear.ts";
import { elementwise, type OpContext, type OpInstance } from "./op.ts";
import { skippingLinear, SPARSE_BELOW } from "./skipping.ts";

/** h = z where z > 0, else `slope`·z, by itself. */
export function rectifier(workspace: Workspace, slope: number): OpInstance {
  return elementwise(units(workspace, slope));
}

/**
 * The same after a linear operation. Inputs that are 0 are skipped where there are many, and in the backward pass the
 * outputs whose gradient is 0, those of silent units, where they are many.
 */
export function linearRectifier(
  before: OpContext<LinearAttributes>,
  workspace: Workspace,
  slope: number,
): OpInstance {
  const linear = skippingLinear(before);
  const own = units(workspace, slope);
  return {
    parameters: linear.parameters,
    forward: ([x]) => own.forward(linear.product(x)),
    backward(dH, [x], wanted) {
      const dZ = own.backward(dH);
      if (slope !== 0) return [linear.dense(dZ, x, wanted)];
      const byRow = listsIn(workspace, "not zero", { rows: dZ.rows, capacity: dZ.cols });
      if (listNonZero(byRow, dZ) >= SPARSE_BELOW) return [linear.dense(dZ, x, wanted)];
      const winner = workspace.matrix("zeros", dZ.rows, dZ.cols);
      return [linear.sparse(x, wanted, {
        byOutput: (lists) => listWinnersByPiece(lists, dZ, { winner, pieces: 1 }),
        byRow: (lists) => void listNonZero(lists, dZ),
        perRow: dZ.cols,
      })];
    },
    refresh: linear.refresh,
  };
}

/** The units, by kernels: the slope at z is sign(z) clipped to [slope, 1]. */
function units(workspace: Workspace, slope: number) {
  let ones = new Float32Array();
  return {
    forward(z: Matrix): Matrix {
      // nothing is written there
      const zeros = workspace.matrix("zeros", z.rows, z.cols);
      const slopes = workspace.matrix("slopes", z.rows, z.cols);
      if (ones.length !== z.cols) ones = new Float32Array(z.cols).fill(1);
      signStep(slopes, zeros, { direction: z, epsilon: ones, bounds: [slope, 1] });
      const h = workspace.matrix("h", z.rows, z.cols);
      // 0·z would be −0 where z < 0
      if (slope === 0) addStep(h, z, { step: zeros, bounds: [0, Infinity] });
      else multiply(h, [z, slopes]);
      return h;
    },
    backward(dH: Matrix): Matrix {
      const dZ = workspace.matrix("dZ", dH.rows, dH.cols);
      multiply(dZ, [dH, workspace.matrix("slopes", dH.rows, dH.cols)]);
      return dZ;
    },
  };
}
