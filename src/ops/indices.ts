/** Operations that only move numbers: each output is one input, or a constant. @module */

import type { Workspace } from "../runtime/workspace.ts";
import { elementwise, type OpInstance, type Shape, sizeOf } from "./op.ts";

/** Numbers from one entry of each dimension to its next, of a row-major shape. */
export function stridesOf(shape: Shape): number[] {
  const strides = shape.map(() => 1);
  for (let k = shape.length - 2; k >= 0; k--) strides[k] = strides[k + 1] * shape[k + 1];
  return strides;
}

/** For each entry of `shape`, in row-major order, what `at` makes of its coordinates. */
export function indicesOf(shape: Shape, at: (coordinates: readonly number[]) => number): Int32Array {
  const out = new Int32Array(sizeOf(shape)), coordinates = shape.map(() => 0);
  for (let i = 0; i < out.length; i++) {
    out[i] = at(coordinates);
    for (let k = shape.length - 1; k >= 0 && ++coordinates[k] === shape[k]; k--) coordinates[k] = 0;
  }
  return out;
}

/** For each entry of `shape`, which entry of `size`, a shape of as many dimensions, repeats there. */
export function broadcastIndices(size: Shape, shape: Shape): Int32Array {
  const strides = stridesOf(size).map((stride, k) => size[k] === 1 ? 0 : stride);
  return indicesOf(shape, (at) => at.reduce((sum, c, k) => sum + c * strides[k], 0));
}

/** Outputs that are the inputs at `indices`, and `fill` where an index is below 0. */
export function rearranged(workspace: Workspace, indices: Int32Array, fill = 0): OpInstance {
  const width = indices.length;
  return elementwise({
    forward(x) {
      const out = workspace.matrix("out", x.rows, width);
      const [from, to] = [x.data, out.data];
      for (let row = 0, i = 0; row < x.rows; row++) {
        const at = row * x.cols;
        for (let k = 0; k < width; k++, i++) to[i] = indices[k] < 0 ? fill : from[at + indices[k]];
      }
      return out;
    },
    backward(dOut, x) {
      const dX = workspace.matrix("dX", x.rows, x.cols);
      const [from, to] = [dOut.data, dX.data];
      to.fill(0);
      for (let row = 0, i = 0; row < x.rows; row++) {
        const at = row * x.cols;
        for (let k = 0; k < width; k++, i++) if (indices[k] >= 0) to[at + indices[k]] += from[i];
      }
      return dX;
    },
  });
}
