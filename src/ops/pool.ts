/** The operation `pool`: the maximum or mean of windows over images. @module */

import {
  averagePoolBackward,
  averagePoolForward,
  maxPoolBackward,
  maxPoolForward,
} from "../kernels/pooling.ts";
import type { Matrix } from "../matrix.ts";
import { integers, reshaped } from "../runtime/workspace.ts";
import { boolean, choice } from "../schema.ts";
import { elementwise, type Op, type OpContext, type OpInstance } from "./op.ts";
import { rectifier } from "./rectifier.ts";
import { placesOf, WINDOW, type WindowAttributes, type Windows, windowsOf } from "./windows.ts";

/** What pooling is set to. */
export interface PoolAttributes extends WindowAttributes {
  /** What is made of a window. */
  function: "max" | "average";
  /** Whether an average counts the padding, as zeros; default false. */
  countPadding?: boolean;
}

/** The maximum or mean of each window, channel by channel; of several greatest entries the first has the gradient. */
export const pool: Op<PoolAttributes> = {
  name: "pool",
  summary: "The maximum or mean of windows over images (channels, height, width)",
  arity: [1, 1],
  rank: 3,
  attributes: {
    function: choice("What is made of a window", ["max", "average"], { required: true }),
    ...WINDOW,
    countPadding: boolean("Whether an average counts the padding, as zeros", { default: false }),
  },
  shape([shape], attributes) {
    const windows = windowsOf(shape, attributes);
    if (typeof windows === "string") return windows;
    const { size, to } = windows, places = placesOf(windows), P = to[0] * to[1];
    for (let p = 0; p < P; p++) {
      if (Array.from({ length: size }, (_, k) => places[k * P + p]).every((place) => place < 0)) {
        return "a window lies in the padding alone";
      }
    }
    return { shape: [shape[0], ...to] };
  },
  instantiate: pooling,
  fused: {
    // of what is not positive all maxima are alike: nothing passes it, so the maximum may come first, over fewer numbers
    relu(before, context) {
      const pooled = pooling(context);
      if (context.attributes.function !== "max") return inTurn(rectifier(before.workspace, 0), pooled);
      return inTurn(pooled, rectifier(before.workspace, 0));
    },
  },
};

/** The operation at work. */
function pooling({ workspace, inputs: [shape], attributes }: OpContext<PoolAttributes>): OpInstance {
  const { function: name, countPadding = false } = attributes;
  const windows = windowsOf(shape, attributes) as Windows, table = placesOf(windows);
  const P = windows.to[0] * windows.to[1], width = shape[0] * P;
  const places = reshaped(integers(workspace, "places", table), windows.size, P);
  const of = { places, pixels: shape[1] * shape[2] };
  if (name === "max") {
    const winners = (rows: number) => workspace.matrix("winner", rows, width);
    return elementwise({
      forward(x) {
        const out = workspace.matrix("out", x.rows, width);
        maxPoolForward(out, winners(x.rows), { x, ...of });
        return out;
      },
      backward(dOut, x) {
        const dX = workspace.matrix("dX", x.rows, x.cols);
        maxPoolBackward(dX, dOut, { winner: winners(x.rows), ...of });
        return dX;
      },
    });
  }
  const shares = workspace.matrix("shares", 1, P), { data } = shares;
  for (let i = 0; i < table.length; i++) if (countPadding || table[i] >= 0) data[i % P]++;
  for (let p = 0; p < P; p++) data[p] = 1 / data[p];
  return elementwise({
    forward(x) {
      const out = workspace.matrix("out", x.rows, width);
      averagePoolForward(out, x, { shares, ...of });
      return out;
    },
    backward(dOut, x) {
      const dX = workspace.matrix("dX", x.rows, x.cols);
      averagePoolBackward(dX, dOut, { shares, ...of });
      return dX;
    },
  });
}

/** Two operations of one input and no parameters, one after the other. */
function inTurn(first: OpInstance, second: OpInstance): OpInstance {
  let between: Matrix;
  return elementwise({
    forward: (x) => second.forward([between = first.forward([x])]),
    backward(dOut, x) {
      const wanted = { inputs: true, parameters: "none" } as const;
      return first.backward(second.backward(dOut, [between], wanted)[0]!, [x], wanted)[0]!;
    },
  });
}
