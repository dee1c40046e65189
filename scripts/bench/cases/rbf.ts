/** RBF units, on a batch of 200. @module */

import { images, uniformFloats } from "../part.ts";
import { C, D, type Draft, zeros } from "./draft.ts";

const RBF_BATCH = 200;

/** Projections of a class in a precision beyond its diagonal. */
const RANK = 16;

/** Exponential-quadratic units. */
export function rbf(): Draft[] {
  const [rows, x] = [RBF_BATCH, images(RBF_BATCH).x.data];
  const units = [uniformFloats(C * D, 0, 1), uniformFloats(C * D, 0.01, 0.1)];
  const dScores = uniformFloats(rows * C);
  const z = uniformFloats(rows * C * RANK, -1e-3, 1e-3);
  const sizes = [rows, C, D];
  const shared = { unit: "ns/element", amount: rows * C * D } as const;
  const squares = { unit: "ns/element", amount: z.length } as const;
  return [
    { kernel: "rbfForward", operands: [zeros(rows * C), x, ...units], scalars: sizes, ...shared },
    { kernel: "rbfBackward", operands: [zeros(rows * D), dScores, x, ...units], scalars: sizes, ...shared },
    {
      kernel: "rbfParameters",
      operands: [zeros(C * D), zeros(C * D), dScores, x, ...units],
      writes: 2,
      scalars: [0, ...sizes],
      ...shared,
    },
    { kernel: "squaresForward", operands: [zeros(rows * C), z], scalars: [rows, C, RANK], ...squares },
    {
      kernel: "squaresBackward",
      operands: [zeros(z.length), dScores, z],
      scalars: [rows, C, RANK],
      ...squares,
    },
  ];
}
