/** The operation `affine`: a scale and a shift, constants of the model, for each feature or channel. @module */

import { integers } from "../schema.ts";
import { broadcastIndices } from "./indices.ts";
import { elementwise, type Op, shapeText, sizeOf } from "./op.ts";

/** What a scale and shift are set to. */
export interface AffineAttributes {
  /** Shape of both, with as many dimensions as the inputs, each theirs or 1. */
  size: readonly number[];
}

/**
 * y = x·scale + shift, both repeated along the dimensions where their size is 1: preprocessing and batch normalisation
 * at inference. Training leaves them as they are.
 */
export const affine: Op<AffineAttributes> = {
  name: "affine",
  summary: "x·scale + shift for each feature or channel, which training leaves as they are",
  arity: [1, 1],
  attributes: { size: integers("Shape of scale and shift, 1 where they repeat", { required: true, min: 1 }) },
  shape: ([shape], { size }) =>
    broadcasts(size, shape)
      ? { shape, tensors: { scale: size, shift: size } }
      : `scale and shift of shape ${shapeText(size)} do not repeat to ${shapeText(shape)}`,
  initial: { scale: (out) => out.data.fill(1) },
  instantiate({ workspace, tensors: { scale, shift }, inputs: [shape], attributes: { size } }) {
    const width = sizeOf(shape), indices = broadcastIndices(size, shape);
    return elementwise({
      forward(x) {
        const out = workspace.matrix("out", x.rows, x.cols);
        const [from, to, s, t] = [x.data, out.data, scale.data, shift.data];
        for (let i = 0, k = 0; i < to.length; i++) {
          to[i] = from[i] * s[indices[k]] + t[indices[k]];
          if (++k === width) k = 0;
        }
        return out;
      },
      backward(dOut) {
        const dX = workspace.matrix("dX", dOut.rows, dOut.cols);
        const [from, to, s] = [dOut.data, dX.data, scale.data];
        for (let i = 0, k = 0; i < to.length; i++) {
          to[i] = from[i] * s[indices[k]];
          if (++k === width) k = 0;
        }
        return dX;
      },
    });
  },
};

/** Whether what has shape `size` repeats to `shape`. */
function broadcasts(size: readonly number[], shape: readonly number[]): boolean {
  return size.length === shape.length && size.every((n, k) => n === 1 || n === shape[k]);
}
