/** The operation `reduce`: the maximum, sum or mean over dimensions. @module */

import type { Matrix } from "../matrix.ts";
import { choice, integers } from "../schema.ts";
import { indicesOf, stridesOf } from "./indices.ts";
import { elementwise, type Op, shapeText, sizeOf } from "./op.ts";

/** What a reduction is set to. */
export interface ReduceAttributes {
  /** What is made of the entries. */
  function: "max" | "sum" | "mean";
  /** Dimensions, from 0, that it goes over and that the outputs lack; one number is left of all of them. */
  axes: readonly number[];
}

/** The maximum, sum or mean over some dimensions; of several greatest entries the first has the gradient. */
export const reduce: Op<ReduceAttributes> = {
  name: "reduce",
  summary: "The maximum, sum or mean over dimensions",
  arity: [1, 1],
  attributes: {
    function: choice("What is made of the entries", ["max", "sum", "mean"], { required: true }),
    axes: integers("Dimensions that it goes over", { required: true, min: 0 }),
  },
  shape([shape], { axes }) {
    const beyond = axes.find((axis) => axis >= shape.length);
    if (beyond !== undefined) return `there is no dimension ${beyond} in ${shapeText(shape)}`;
    const left = shape.filter((_, k) => !axes.includes(k));
    return { shape: left.length > 0 ? left : [1] };
  },
  instantiate({ workspace, inputs: [shape], attributes: { function: name, axes } }) {
    const kept = shape.map((n, k) => axes.includes(k) ? 1 : n), strides = stridesOf(kept);
    /** Which output each input goes into. */
    const groups = indicesOf(
      shape,
      (at) => at.reduce((sum, c, k) => sum + (axes.includes(k) ? 0 : c * strides[k]), 0),
    );
    const width = sizeOf(kept), factor = name === "mean" ? width / groups.length : 1;
    /** Places of the greatest entries, in their rows. */
    const winners = (rows: number) => workspace.matrix("winner", rows, width);
    return elementwise({
      forward: (x) => name === "max" ? maxima(x) : sums(x),
      backward(dOut, x) {
        const dX = workspace.matrix("dX", x.rows, x.cols);
        const places = name === "max" ? winners(x.rows) : undefined;
        const [from, to, winner] = [dOut.data, dX.data, places?.data];
        if (!winner) {
          for (let i = 0; i < to.length; i++) {
            to[i] = factor * from[Math.floor(i / x.cols) * width + groups[i % x.cols]];
          }
          return dX;
        }
        to.fill(0);
        for (let i = 0; i < from.length; i++) to[Math.floor(i / width) * x.cols + winner[i]] = from[i];
        return dX;
      },
    });

    function sums(x: Matrix): Matrix {
      const out = workspace.matrix("out", x.rows, width), total = new Float64Array(width);
      const [from, to] = [x.data, out.data];
      for (let row = 0; row < x.rows; row++) {
        total.fill(0);
        for (let i = 0; i < x.cols; i++) total[groups[i]] += from[row * x.cols + i];
        for (let k = 0; k < width; k++) to[row * width + k] = factor * total[k];
      }
      return out;
    }

    function maxima(x: Matrix): Matrix {
      const out = workspace.matrix("out", x.rows, width), places = winners(x.rows);
      const [from, to, winner] = [x.data, out.data, places.data];
      winner.fill(-1);
      for (let row = 0; row < x.rows; row++) {
        for (let i = 0; i < x.cols; i++) {
          const at = row * width + groups[i], value = from[row * x.cols + i];
          if (winner[at] < 0 || value > to[at]) [to[at], winner[at]] = [value, i];
        }
      }
      return out;
    }
  },
};
