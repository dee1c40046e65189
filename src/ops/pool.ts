/** The operation `pool`: the maximum or mean of windows over images. @module */

import { boolean, choice } from "../schema.ts";
import { elementwise, type Op } from "./op.ts";
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
  instantiate({ workspace, inputs: [shape], attributes }) {
    const { function: name, countPadding = false } = attributes;
    const windows = windowsOf(shape, attributes) as Windows, places = placesOf(windows);
    const pixels = shape[1] * shape[2], P = windows.to[0] * windows.to[1], width = shape[0] * P;
    const shares = new Float64Array(P);
    for (let i = 0; i < places.length; i++) if (countPadding || places[i] >= 0) shares[i % P]++;
    for (let p = 0; p < P; p++) shares[p] = 1 / shares[p];
    return elementwise({
      forward(x) {
        const out = workspace.matrix("out", x.rows, width),
          winners = workspace.matrix("winner", x.rows, width);
        const [from, to, winner] = [x.data, out.data, winners.data];
        const total = new Float64Array(P);
        for (let image = 0; image < x.rows * shape[0]; image++) {
          const at = image * pixels, first = image * P;
          total.fill(0);
          winner.fill(-1, first, first + P);
          for (let i = 0, p = 0; i < places.length; i++) {
            if (places[i] >= 0) {
              const value = from[at + places[i]];
              total[p] += value;
              if (winner[first + p] < 0 || value > from[at + winner[first + p]]) {
                winner[first + p] = places[i];
              }
            }
            if (++p === P) p = 0;
          }
          for (let p = 0; p < P; p++) {
            to[first + p] = name === "max" ? from[at + winner[first + p]] : total[p] * shares[p];
          }
        }
        return out;
      },
      backward(dOut, x) {
        const dX = workspace.matrix("dX", x.rows, x.cols);
        const winners = workspace.matrix("winner", x.rows, width);
        const [from, to, winner] = [dOut.data, dX.data, winners.data];
        to.fill(0);
        for (let image = 0; image < x.rows * shape[0]; image++) {
          const at = image * pixels, first = image * P;
          if (name === "max") {
            for (let p = first; p < first + P; p++) to[at + winner[p]] += from[p];
            continue;
          }
          for (let i = 0, p = 0; i < places.length; i++) {
            if (places[i] >= 0) to[at + places[i]] += from[first + p] * shares[p];
            if (++p === P) p = 0;
          }
        }
        return dX;
      },
    });
  },
};
