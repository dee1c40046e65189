/** The operation `combine`: two nodes, entry by entry. @module */

import { multiply } from "../kernels/elementwise.ts";
import { choice } from "../schema.ts";
import { alike } from "./add.ts";
import type { Op } from "./op.ts";

/** What a combination is set to. */
export interface CombineAttributes {
  /** What is made of two entries. */
  function: "product" | "maximum";
}

/** The product or maximum of two inputs of one shape; of two equal entries the first has the gradient of a maximum. */
export const combine: Op<CombineAttributes> = {
  name: "combine",
  summary: "The product or maximum of two inputs",
  arity: [2, 2],
  attributes: { function: choice("What is made of two entries", ["product", "maximum"], { required: true }) },
  shape: alike,
  instantiate: ({ workspace, attributes: { function: name } }) => ({
    parameters: [],
    forward([a, b]) {
      const out = workspace.matrix("out", a.rows, a.cols);
      if (name === "product") multiply(out, [a, b]);
      else {
        const [p, q, to] = [a.data, b.data, out.data];
        for (let i = 0; i < to.length; i++) to[i] = p[i] >= q[i] ? p[i] : q[i];
      }
      return out;
    },
    backward(dOut, [a, b], wanted) {
      if (!wanted.inputs) return [undefined, undefined];
      const [dA, dB] = ["d a", "d b"].map((role) => workspace.matrix(role, a.rows, a.cols));
      if (name === "product") {
        multiply(dA, [dOut, b]);
        multiply(dB, [dOut, a]);
      } else {
        const [p, q, d, toA, toB] = [a.data, b.data, dOut.data, dA.data, dB.data];
        for (let i = 0; i < d.length; i++) {
          toA[i] = p[i] >= q[i] ? d[i] : 0;
          toB[i] = p[i] >= q[i] ? 0 : d[i];
        }
      }
      return [dA, dB];
    },
  }),
};
