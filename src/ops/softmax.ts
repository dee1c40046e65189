/** The operation `softmax`: shares of a whole, along the last dimension. @module */

import { exp, log } from "../kernels/elementwise.ts";
import { boolean } from "../schema.ts";
import { elementwise, type Op } from "./op.ts";

/** What a softmax is set to. */
export interface SoftmaxAttributes {
  /** Whether it gives the logarithms; default false. */
  log?: boolean;
}

/** pₖ = e^zₖ / Σ e^zⱼ along the last dimension, or log pₖ. As the end of a classifier the head does it. */
export const softmax: Op<SoftmaxAttributes> = {
  name: "softmax",
  summary: "e^z over its sum along the last dimension, or the logarithm of that",
  arity: [1, 1],
  attributes: { log: boolean("Whether it gives the logarithms", { default: false }) },
  shape: ([shape]) => ({ shape }),
  instantiate({ workspace, inputs: [shape], attributes: { log: inLogs = false } }) {
    const n = shape.at(-1)!;
    return elementwise({
      forward(z) {
        const out = workspace.matrix("out", z.rows, z.cols), p = workspace.matrix("p", z.rows, z.cols);
        const rows = z.rows * z.cols / n, sums = workspace.matrix("sums", rows, 1);
        const [from, shifted] = [z.data, out.data];
        for (let row = 0; row < rows; row++) {
          let top = -Infinity;
          for (let i = row * n; i < (row + 1) * n; i++) top = Math.max(top, from[i]);
          for (let i = row * n; i < (row + 1) * n; i++) shifted[i] = from[i] - top;
        }
        exp(p, out);
        const [power, sum] = [p.data, sums.data];
        for (let row = 0; row < rows; row++) {
          let total = 0;
          for (let i = row * n; i < (row + 1) * n; i++) total += power[i];
          sum[row] = total;
          for (let i = row * n; i < (row + 1) * n; i++) power[i] /= total;
        }
        if (!inLogs) return p;
        log(sums, sums);
        for (let i = 0; i < shifted.length; i++) shifted[i] -= sum[Math.floor(i / n)];
        return out;
      },
      backward(dOut) {
        const dZ = workspace.matrix("dZ", dOut.rows, dOut.cols);
        const [d, p, to] = [dOut.data, workspace.matrix("p", dOut.rows, dOut.cols).data, dZ.data];
        for (let first = 0; first < to.length; first += n) {
          let sum = 0;
          for (let i = first; i < first + n; i++) sum += inLogs ? d[i] : d[i] * p[i];
          for (let i = first; i < first + n; i++) to[i] = inLogs ? d[i] - p[i] * sum : p[i] * (d[i] - sum);
        }
        return dZ;
      },
    });
  },
};
