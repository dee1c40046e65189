/** Units that pass what is positive, and a share of what is not. @module */

import { rectifierBackward, rectifierForward } from "../kernels/elementwise.ts";
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
  const instance = units(workspace, slope);
  let z: Matrix | undefined;
  return {
    parameters: linear.parameters,
    forward: ([x]) => instance.forward(z = linear.product(x)),
    backward(dH, [x], wanted) {
      const dZ = instance.backward(dH, z!);
      if (slope !== 0) return [linear.dense(dZ, x, wanted)];
      const byRow = listsIn(workspace, "not zero", { rows: dZ.rows, capacity: dZ.cols });
      if (listNonZero(byRow, dZ) >= SPARSE_BELOW) return [linear.dense(dZ, x, wanted)];
      const winner = workspace.matrix("zeros", dZ.rows, dZ.cols);
      return [linear.sparse(x, wanted, {
        byOutput: (lists) => listWinnersByPiece(lists, dZ, { winner, pieces: 1 }),
        byRow: () => byRow,
      })];
    },
    refresh: linear.refresh,
  };
}

/** The units, by kernels. */
function units(workspace: Workspace, slope: number) {
  return {
    forward(z: Matrix): Matrix {
      const h = workspace.matrix("h", z.rows, z.cols);
      rectifierForward(h, z, { slope });
      return h;
    },
    backward(dH: Matrix, z: Matrix): Matrix {
      const dZ = workspace.matrix("dZ", dH.rows, dH.cols);
      rectifierBackward(dZ, dH, { x: z, slope });
      return dZ;
    },
  };
}
