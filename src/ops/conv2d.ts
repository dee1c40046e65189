/** The operation `conv2d`: a convolution of images. @module */

import {
  channelSums,
  conv2dBackward,
  conv2dForward,
  conv2dParameters,
  type Layout,
  shiftImages,
} from "../kernels/convolution.ts";
import type { Matrix } from "../matrix.ts";
import { fillUniform } from "../rng.ts";
import { integers, reshaped } from "../runtime/workspace.ts";
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
  const [channels, from] = [shape[0], windows.from];
  const [above, left, below, right] = windows.padding;
  const padded = [from[0] + above + below, from[1] + left + right] as const;
  const isPadded = padded[0] * padded[1] > from[0] * from[1];
  const pixels = padded[0] * padded[1], P = windows.to[0] * windows.to[1];
  // the padding is part of the images then
  const places = placesOf({ ...windows, from: padded, padding: [0, 0, 0, 0] });
  const bases = places.slice(0, P);
  const offsets = Int32Array.from(
    { length: channels / groups * windows.size },
    (_, k) => Math.floor(k / windows.size) * pixels + places[k % windows.size * P] - bases[0],
  );
  const layout: Layout = {
    offsets: integers(workspace, "offsets", offsets),
    bases: integers(workspace, "bases", bases),
    groups,
  };
  const W = parameter(context, "W", {
    weights: true,
    value: reshaped(tensors.W, outputs, offsets.length),
  });
  const b = parameter(context, "b", { weights: false, value: reshaped(tensors.b, 1, outputs) });
  /** The images of the last forward pass, with their padding. */
  let images: Matrix;

  return {
    parameters: [W, b],
    forward([x]) {
      images = x;
      if (isPadded) {
        images = workspace.matrix("padded", x.rows, channels * pixels);
        shiftImages(images, x, { down: above, right: left, from, to: padded });
      }
      const z = workspace.matrix("z", x.rows, outputs * P);
      conv2dForward(z, images, { w: W.value, b: b.value, ...layout });
      return z;
    },
    backward(dZ, [x], wanted) {
      if (wanted.parameters !== "none") {
        const accumulate = wanted.parameters === "add";
        conv2dParameters(W.gradient, dZ, { x: images, accumulate, ...layout });
        channelSums(b.gradient, dZ, { accumulate });
      }
      if (!wanted.inputs) return [undefined];
      const dImages = workspace.matrix("d padded", x.rows, channels * pixels);
      conv2dBackward(dImages, dZ, { w: W.value, ...layout });
      if (!isPadded) return [dImages];
      const dX = workspace.matrix("dX", x.rows, x.cols);
      shiftImages(dX, dImages, { down: -above, right: -left, from: padded, to: from });
      return [dX];
    },
  };
}
