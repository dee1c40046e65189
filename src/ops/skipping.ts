/** A linear operation that skips exact zeros: those of its inputs, and those of the gradient in its outputs. @module */

import { addBias } from "../kernels/elementwise.ts";
import {
  gatherPanels,
  gatherRows,
  listNonZero,
  type Lists,
  listsIn,
  toPanels,
  transposePanels,
} from "../kernels/sparse.ts";
import type { Matrix } from "../matrix.ts";
import { reshaped } from "../runtime/workspace.ts";
import { affine, type LinearAttributes } from "./linear.ts";
import type { OpContext, OpInstance, Parameter, WantedGradients } from "./op.ts";

/** The share of entries that are not 0 below which skipping the others beats the dense product. */
export const SPARSE_BELOW = 0.4;

/** Up to so many rows, packing the weights for the dense product costs more than it saves. */
const FEW_ROWS = 4;

/** Rows that are looked at first: where they have few zeros, the others are taken to be like them. */
const SAMPLE = 16;

/** The linear part of an operation that is fused with it. */
export interface SkippingLinear {
  readonly parameters: readonly Parameter[];
  /** z = x·Wᵀ + b. */
  product(x: Matrix): Matrix;
  /** The gradients from `dZ`, (B, outputs). */
  dense(dZ: Matrix, x: Matrix, wanted: WantedGradients): Matrix | undefined;
  /**
   * The gradients from where dZ is not 0: `byOutput` writes the rows of each output to lists, and `byRow` gives lists of the
   * outputs of each row.
   */
  sparse(
    x: Matrix,
    wanted: WantedGradients,
    list: { byOutput(lists: Lists): void; byRow(): Lists },
  ): Matrix | undefined;
  refresh(): void;
}

/** The linear operation of `context`, skipping zeros. */
export function skippingLinear(context: OpContext<LinearAttributes>): SkippingLinear {
  const { workspace, training } = context;
  const whole: OpInstance = affine(context);
  const [weights, bias] = whole.parameters;
  const W = weights.value;

  let transposed: Matrix | undefined;
  const weightsTransposed = () => {
    if (!transposed) transposePanels(transposed = workspace.matrix("W transposed", W.cols, W.rows), W);
    return transposed;
  };

  // worth its making from the second time on that the weights are as they were: in attacks on many, not in training
  let [inPanels, uses]: [Matrix | undefined, number] = [undefined, 0];
  function gatherWeights(dX: Matrix, lists: Lists): void {
    if (dX.rows <= FEW_ROWS || uses++ === 0) return gatherRows(dX, lists, { m: W });
    if (!inPanels) toPanels(inPanels = workspace.matrix("W in panels", W.rows, W.cols), W);
    gatherPanels(dX, lists, { m: inPanels });
  }

  return {
    parameters: whole.parameters,
    product(x) {
      const lists = listsIn(workspace, "x", { rows: x.rows, capacity: x.cols });
      if (x.rows > FEW_ROWS) {
        const rows = Math.min(x.rows, SAMPLE);
        if (listNonZero(lists, x, { rows }) >= SPARSE_BELOW) return whole.forward([x]);
      }
      if (listNonZero(lists, x) >= SPARSE_BELOW && x.rows > FEW_ROWS) return whole.forward([x]);
      const z = workspace.matrix("z", x.rows, W.rows);
      gatherPanels(z, lists, { m: weightsTransposed() });
      addBias(z, bias.value);
      return z;
    },
    dense: (dZ, x, wanted) => whole.backward(dZ, [x], wanted)[0],
    sparse(x, wanted, { byOutput, byRow }) {
      if (wanted.parameters !== "none") {
        const accumulate = wanted.parameters === "add";
        const lists = listsIn(training, "outputs", { rows: W.rows, capacity: x.rows });
        byOutput(lists);
        if (wanted.last) weights.rest = { lists, x, onto: accumulate };
        else gatherRows(weights.gradient, lists, { m: x, accumulate });
        const ones = training.matrix("ones", x.rows, 1);
        ones.data.fill(1);
        gatherRows(reshaped(bias.gradient, W.rows, 1), lists, { m: ones, accumulate });
      }
      if (!wanted.inputs) return;
      const dX = workspace.matrix("dX", x.rows, W.cols);
      gatherWeights(dX, byRow());
      return dX;
    },
    refresh() {
      [transposed, inPanels, uses] = [undefined, undefined, 0];
    },
  };
}
