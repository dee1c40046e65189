/** The operation `maxout`: the maximum over the pieces of each unit. @module */

import { maxoutBackward, maxoutForward } from "../kernels/maxout.ts";
import { listsIn, listWinnersByPiece, listWinnersByRow } from "../kernels/sparse.ts";
import type { Matrix } from "../matrix.ts";
import type { Workspace } from "../runtime/workspace.ts";
import { integer } from "../schema.ts";
import { elementwise, type Op } from "./op.ts";
import { skippingLinear, SPARSE_BELOW } from "./skipping.ts";

/** What a maxout operation is set to. */
export interface MaxoutAttributes {
  /** Linear pieces of each unit, P. */
  pieces: number;
}

/**
 * h = max over pieces of z (B, P·U), pieces major (Goodfellow et al. 2013); of images, over pieces of channels. After a linear operation the gradients of all
 * pieces but the winners are skipped, and so are inputs that are 0 where there are many.
 */
export const maxout: Op<MaxoutAttributes> = {
  name: "maxout",
  summary: "The largest of each unit's pieces",
  arity: [1, 1],
  attributes: { pieces: integer("Linear pieces of each unit", { required: true, min: 1 }) },
  shape: ([[inputs, ...rest]], { pieces }) =>
    inputs % pieces === 0
      ? { shape: [inputs / pieces, ...rest] }
      : `${inputs} inputs are no multiple of ${pieces} pieces`,
  instantiate({ workspace, attributes: { pieces } }) {
    const units = largest(workspace, pieces);
    return elementwise({ forward: units.forward, backward: units.backward });
  },
  fused: {
    linear(before, { workspace, attributes: { pieces } }) {
      const linear = skippingLinear(before);
      const units = largest(workspace, pieces);
      return {
        parameters: linear.parameters,
        forward: ([x]) => units.forward(linear.product(x)),
        backward(dH, [x], wanted) {
          if (1 / pieces >= SPARSE_BELOW) return [linear.dense(units.backward(dH), x, wanted)];
          const winner = units.winners(dH.rows, dH.cols);
          return [linear.sparse(x, wanted, {
            byOutput: (lists) => listWinnersByPiece(lists, dH, { winner, pieces }),
            byRow() {
              const lists = listsIn(workspace, "winners", { rows: dH.rows, capacity: dH.cols });
              listWinnersByRow(lists, dH, { winner });
              return lists;
            },
          })];
        },
        refresh: linear.refresh,
      };
    },
  },
};

/** The maximum, and which piece it was. */
function largest(workspace: Workspace, pieces: number) {
  const winners = (rows: number, units: number) => workspace.matrix("winner", rows, units);
  return {
    winners,
    forward(z: Matrix): Matrix {
      const h = workspace.matrix("h", z.rows, z.cols / pieces);
      maxoutForward(h, winners(h.rows, h.cols), { z, pieces });
      return h;
    },
    backward(dH: Matrix): Matrix {
      const dZ = workspace.matrix("dZ", dH.rows, dH.cols * pieces);
      maxoutBackward(dZ, dH, { winner: winners(dH.rows, dH.cols), pieces });
      return dZ;
    },
  };
}
