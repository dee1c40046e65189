/** The weights of a network's layers where kernels are, so that products by them take no copies. @module */

import { doubleGather, type Doubles, doublesIn, doubleSpread, PANEL, RUN } from "../kernels/double.ts";
import type { Resident } from "../runtime/heap.ts";
import type { Workspace } from "../runtime/workspace.ts";
import type { Chain } from "./chain.ts";
import type { Affine } from "./exact_linear.ts";

/** Weights of fewer numbers are as quick without kernels. */
const LEAST = 1000;

/** Products by the weights of the layers of one chain. */
export interface Weights {
  /** W·p and |W|·q, (2, rows) until the next call; nothing for a matrix that is none of these weights. */
  spread(of: Affine, p: Float64Array, q: Float64Array): Float64Array | undefined;
  /** A (m, rows) times W, (m, cols); nothing likewise. */
  times(A: Float64Array, m: number, of: Affine): Float64Array | undefined;
}

/** The weights of `chain`, kept in `workspace`. */
export function weightsIn(workspace: Workspace, { layers }: Chain): Weights {
  const kept = new Map<Affine, { byRows: Doubles; byPanels: Doubles }>();
  for (const [k, layer] of layers.entries()) {
    // from the last layer's rows only differences are taken
    if (layer.type !== "linear" || layer.W.length < LEAST || k + 1 === layers.length) continue;
    const { rows, cols, W } = layer, panels = Math.ceil(cols / PANEL);
    const byRows = doublesIn(workspace, `weights ${k} by rows`, rows, cols);
    const byPanels = doublesIn(workspace, `weights ${k} in panels`, panels, rows * PANEL);
    byRows.data.set(W);
    const { data } = byPanels;
    for (let p = 0, at = 0; p < panels; p++) {
      for (let r = 0; r < rows; r++) {
        for (let i = p * PANEL; i < (p + 1) * PANEL; i++, at++) data[at] = i < cols ? W[r * cols + i] : 0;
      }
    }
    kept.set(layer, { byRows, byPanels });
  }
  return {
    spread(of, p, q) {
      const W = kept.get(of)?.byRows;
      if (!W) return undefined;
      const x = doublesIn(workspace, "ends", 2, of.cols), out = doublesIn(workspace, "spread", 2, of.rows);
      x.data.set(p);
      x.data.set(q, of.cols);
      doubleSpread(out, W, x);
      return out.data;
    },
    times(A, m, of) {
      const W = kept.get(of)?.byPanels;
      if (!W) return undefined;
      const { rows, cols } = of, height = Math.ceil(m / RUN) * RUN;
      const places = workspace.matrix("places", 1, rows) as Resident;
      const factors = doublesIn(workspace, "factors", rows, height);
      const out = doublesIn(workspace, "product", height, W.rows * PANEL);
      // once all have their place: memory that grows leaves views of it behind
      const { ints } = places, { data } = factors;
      let k = 0;
      for (let j = 0; j < rows; j++) {
        let some = false;
        for (let r = 0; r < height; r++) {
          const value = data[k * height + r] = r < m ? A[r * rows + j] : 0;
          some ||= value !== 0;
        }
        if (some) ints[k++] = j;
      }
      doubleGather(out, [factors, W], { indices: places, k });
      const result = new Float64Array(m * cols), { data: made } = out;
      for (let r = 0; r < m; r++) {
        result.set(made.subarray(r * out.cols, r * out.cols + cols), r * cols);
      }
      return result;
    },
  };
}
