import { maxoutBackward, maxoutForward } from "../kernels/maxout.ts";
import { addBias } from "../kernels/elementwise.ts";
import {
  gatherPanels,
  gatherRows,
  listNonZero,
  type Lists,
  listsIn,
  listWinnersByPiece,
  listWinnersByRow,
  toPanels,
  transposePanels,
} from "../kernels/sparse.ts";
import { reshaped, type Workspace } from "../runtime/workspace.ts";
import type { Matrix } from "../matrix.ts";
import { linearLayer } from "./linear_layer.ts";
import type { Layer, Wanted } from "./network.ts";

/** The share of entries that are not 0 below which skipping the others beats the dense product. */
const SPARSE_BELOW = 0.4;

/** Up to so many rows, packing the weights for the dense product costs more than it saves. */
const FEW_ROWS = 4;

/**
 * h = max over pieces of x·Wᵀ + b, for x (B, D), W (P·U, D) with pieces major, b (1, P·U).
 *
 * Exact zeros are skipped: those of inputs, where there are many, and the gradients of all pieces but the winners.
 */
export function maxoutLayer(
  workspace: Workspace,
  name: string,
  { W, b, pieces }: { W: Matrix; b: Matrix; pieces: number },
): Layer {
  const units = W.rows / pieces;
  const linear = linearLayer(workspace, name, { W, b });
  const [weights, bias] = linear.parameters;
  const backward = 1 / pieces < SPARSE_BELOW ? skipLosers : throughAll;
  const winners = (rows: number) => workspace.matrix(`${name}winner`, rows, units);

  let turned: Matrix | undefined;
  const weightsTurned = () => {
    if (!turned) transposePanels(turned = workspace.matrix(`${name}W turned`, W.cols, W.rows), weights.value);
    return turned;
  };

  // worth its making from the second time on that the weights are as they were: in attacks on many, not in training
  let [inPanels, asked]: [Matrix | undefined, number] = [undefined, 0];
  function gatherWeights(dX: Matrix, lists: Lists): void {
    if (dX.rows <= FEW_ROWS || asked++ === 0) return gatherRows(dX, lists, { m: weights.value });
    if (!inPanels) toPanels(inPanels = workspace.matrix(`${name}W in panels`, W.rows, W.cols), weights.value);
    gatherPanels(dX, lists, { m: inPanels });
  }

  function product(x: Matrix): Matrix {
    const lists = listsIn(workspace, `${name}x`, { rows: x.rows, capacity: x.cols });
    if (listNonZero(lists, x) >= SPARSE_BELOW && x.rows > FEW_ROWS) return linear.forward(x);
    const z = workspace.matrix(`${name}z`, x.rows, W.rows);
    gatherPanels(z, lists, { m: weightsTurned() });
    addBias(z, bias.value);
    return z;
  }

  function throughAll(dH: Matrix, x: Matrix, wanted: Wanted): Matrix | undefined {
    const dZ = workspace.matrix(`${name}dZ`, x.rows, W.rows);
    maxoutBackward(dZ, dH, { winner: winners(x.rows), pieces });
    return linear.backward(dZ, x, wanted);
  }

  function skipLosers(dH: Matrix, x: Matrix, wanted: Wanted): Matrix | undefined {
    const winner = winners(x.rows);
    if (wanted.parameters !== "none") {
      const accumulate = wanted.parameters === "add";
      const lists = listsIn(workspace, `${name}pieces`, { rows: W.rows, capacity: x.rows });
      listWinnersByPiece(lists, dH, { winner, pieces });
      if (wanted.last) weights.rest = { lists, x, onto: accumulate };
      else gatherRows(weights.gradient, lists, { m: x, accumulate });
      const ones = workspace.matrix("ones", x.rows, 1);
      ones.data.fill(1);
      gatherRows(reshaped(bias.gradient, W.rows, 1), lists, { m: ones, accumulate });
    }
    if (!wanted.inputs) return;
    const lists = listsIn(workspace, `${name}rows`, { rows: x.rows, capacity: units });
    listWinnersByRow(lists, dH, { winner });
    const dX = workspace.matrix(`${name}dX`, x.rows, W.cols);
    gatherWeights(dX, lists);
    return dX;
  }

  return {
    parameters: linear.parameters,
    forward(x) {
      const z = product(x);
      const h = workspace.matrix(`${name}h`, x.rows, units);
      maxoutForward(h, winners(x.rows), { z, pieces });
      return h;
    },
    backward,
    refresh() {
      [turned, inPanels, asked] = [undefined, undefined, 0];
    },
  };
}
