/** Updates. @module */

import { uniformFloats } from "../part.ts";
import { D, type Draft, P, U, zeros } from "./draft.ts";

/** Updates of the weights of a maxout layer. */
export function updates(): Draft[] {
  const [rows, n] = [U * P, U * P * D];
  return [
    {
      kernel: "toPanels",
      operands: [zeros(n), uniformFloats(n)],
      scalars: [rows, D],
      unit: "GB/s",
      amount: 8 * n,
    },
    {
      kernel: "transposePanels",
      operands: [zeros(n), uniformFloats(n)],
      scalars: [rows, D],
      unit: "GB/s",
      amount: 8 * n,
    },
    {
      kernel: "sgdStep",
      operands: [uniformFloats(n), zeros(n), uniformFloats(n, -1e-3, 1e-3)],
      writes: 2,
      scalars: [0.1, 0.5, 0, 0, n],
      unit: "GB/s",
      amount: 20 * n,
    },
    {
      kernel: "adamStep",
      operands: [uniformFloats(n), zeros(n), zeros(n), uniformFloats(n, -1e-3, 1e-3)],
      writes: 3,
      scalars: [0.002, 0.9, 0.999, 0.1, 0.001, 1e-8, 0, 0, n].map(Math.fround),
      unit: "GB/s",
      amount: 28 * n,
    },
    {
      kernel: "limitRowNorms",
      operands: [uniformFloats(n)],
      scalars: [Math.fround(1.9365), rows, D],
      unit: "GB/s",
      amount: 4 * n,
    },
  ];
}
