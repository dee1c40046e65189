/** The operation `conv2d`: a convolution of images, as products of windows laid out as columns. @module */

import { gemmNN, gemmNT, gemmTN } from "../kernels/gemm.ts";
import type { Matrix } from "../matrix.ts";
import { fillUniform } from "../rng.ts";
import { part, reshaped } from "../runtime/workspace.ts";
import { integer } from "../schema.ts";
import { type Op, type OpContext, type OpInstance, parameter, sizeOf } from "./op.ts";
import { placesOf, WINDOW, type WindowAttributes, type Windows, windowsOf } from "./windows.ts";

/** What a convolution is set to. */
export interface Conv2dAttributes extends WindowAttributes {
  /** Channels of the outputs, O. */
  outputs: number;
  /** Parts that the channels of inputs and outputs are divided into, which do not see each other; default 1. */
  groups?: number;
}

/**
 * z[o] = Σ_c W[o, c] ⋆ x[c] + b[o] for images x (C, H, W), kernels W (O, C / groups, kernel) and b (O): a
 * cross-correlation, as the field calls a convolution.
 */
export const conv2d: Op<Conv2dAttributes> = {
  name: "conv2d",
  summary: "A convolution of images (channels, height, width)",
  arity: [1, 1],
  rank: 3,
  attributes: {
    outputs: integer("Channels of the outputs", { required: true, min: 1 }),
    ...WINDOW,
    groups: integer("Parts of the channels that do not see each other", { default: 1, min: 1 }),
  },
  shape([shape], attributes) {
    const { outputs, kernel, groups = 1 } = attributes, windows = windowsOf(shape, attributes);
    if (typeof windows === "string") return windows;
    if (shape[0] % groups !== 0 || outputs % groups !== 0) {
      return `${shape[0]} channels in and ${outputs} out are no multiples of ${groups} groups`;
    }
    return {
      shape: [outputs, ...windows.to],
      tensors: { W: [outputs, shape[0] / groups, ...kernel], b: [outputs] },
    };
  },
  // He et al. 2015, as for linear
  initial: {
    W(out, random, shape) {
      const range = Math.sqrt(6 / sizeOf(shape.slice(1)));
      fillUniform(out, random, { lo: -range, hi: range });
    },
  },
  instantiate: convolution,
};

function convolution(context: OpContext<Conv2dAttributes>): OpInstance {
  const { workspace, tensors, inputs: [shape], attributes } = context;
  const { outputs, groups = 1 } = attributes, windows = windowsOf(shape, attributes) as Windows;
  const [channels, pixels] = [shape[0] / groups, shape[1] * shape[2]];
  const [own, P, K] = [outputs / groups, windows.to[0] * windows.to[1], channels * windows.size];
  const W = parameter(context, "W", { weights: true, value: reshaped(tensors.W, outputs, K) });
  const b = parameter(context, "b", { weights: false, value: reshaped(tensors.b, 1, outputs) });
  const places = placesOf(windows);
  const columns = workspace.matrix("columns", K, P);

  /** The part of `m`, an image a row, that group `g` of image `row` has, as its channels. */
  const channelsOf = (m: Matrix, row: number, g: number, [count, size]: readonly [number, number]) =>
    part(
      reshaped(m, m.rows * groups * count, size),
      (row * groups + g) * count,
      (row * groups + g + 1) * count,
    );

  /** Windows of `image`, (channels, pixels), as columns. */
  function unfold(image: Matrix): void {
    const [from, to] = [image.data, columns.data];
    for (let c = 0, i = 0; c < channels; c++) {
      const at = c * pixels;
      for (let k = 0; k < places.length; k++, i++) to[i] = places[k] < 0 ? 0 : from[at + places[k]];
    }
  }

  /** Adds what the columns hold to where it came from. */
  function fold(image: Matrix): void {
    const [from, to] = [columns.data, image.data];
    to.fill(0);
    for (let c = 0, i = 0; c < channels; c++) {
      const at = c * pixels;
      for (let k = 0; k < places.length; k++, i++) if (places[k] >= 0) to[at + places[k]] += from[i];
    }
  }

  return {
    parameters: [W, b],
    forward([x]) {
      const z = workspace.matrix("z", x.rows, outputs * P);
      const [to, bias] = [z.data, b.value.data];
      for (let i = 0; i < x.rows * outputs; i++) to.fill(bias[i % outputs], i * P, (i + 1) * P);
      for (let row = 0; row < x.rows; row++) {
        for (let g = 0; g < groups; g++) {
          unfold(channelsOf(x, row, g, [channels, pixels]));
          const weights = part(W.value, g * own, (g + 1) * own);
          gemmNN(channelsOf(z, row, g, [own, P]), [weights, columns], { accumulate: true });
        }
      }
      return z;
    },
    backward(dZ, [x], wanted) {
      const dX = wanted.inputs ? workspace.matrix("dX", x.rows, x.cols) : undefined;
      const ones = workspace.matrix("ones", 1, P);
      ones.data.fill(1);
      for (let row = 0; row < x.rows; row++) {
        for (let g = 0; g < groups; g++) {
          const d = channelsOf(dZ, row, g, [own, P]);
          if (wanted.parameters !== "none") {
            const accumulate = row > 0 || wanted.parameters === "add";
            unfold(channelsOf(x, row, g, [channels, pixels]));
            gemmNT(part(W.gradient, g * own, (g + 1) * own), [d, columns], { accumulate });
            gemmNT(part(reshaped(b.gradient, outputs, 1), g * own, (g + 1) * own), [d, ones], { accumulate });
          }
          if (!dX) continue;
          gemmTN(columns, [part(W.value, g * own, (g + 1) * own), d]);
          fold(channelsOf(dX, row, g, [channels, pixels]));
        }
      }
      return [dX];
    },
  };
}
