/** Trials of the kernels of optimizer. @module */

import { blank, cycle, every, labels, LONG, reals, SIZES, wholes } from "../draws.ts";
import { type Kernel, positive, refer, type Row, type Trial } from "../trial.ts";

const { fround } = Math;

/** The same for an optimizer, of which the first scalar is the rate at which it descends. */
const sumsOfSteps = (kernel: Kernel, writes: number) => ({ operands, scalars: [rate, ...others] }: Trial) =>
  refer(kernel, operands.map(positive), [-rate, ...others], writes).outputs;

/** By kernel. */
export const rows = {
  sgdStep: {
    sizes: every([...SIZES, LONG]),
    trials: (n) =>
      [[0, 0], [0.03125, 0], [0.03125, 0.25]].map(([l1, l2]) => ({
        operands: [wholes(n).map((p) => p / 3), reals(n), reals(n)],
        scalars: [0.125, 0.875, l1, l2, n],
        terms: 6,
      })),
    sums: sumsOfSteps("sgdStep", 2),
  },
  sgdGather: {
    sizes: every([1, 3, 5], [...SIZES, 16, 49], [1, 5], [1, 4]),
    trials: (rows, cols, height, capacity) =>
      [[0, 0, 0], [1, 0, 0], [1, 0.03125, 0.75]].map(([onto, decay, most]) => ({
        operands: [
          wholes(rows * cols).map((p) => p / 3),
          reals(rows * cols),
          blank(cols),
          reals(rows * cols),
          labels(rows * capacity, height),
          reals(rows * capacity),
          labels(rows, capacity + 1),
          reals(height * cols),
        ],
        scalars: [onto, 0.125, 0.875, decay, decay, most, rows, cols, height, capacity],
        terms: capacity + 6 + cols,
      })),
    sums: ({ operands, scalars: [onto, rate, momentum, l1, l2, _most, ...sizes] }) =>
      refer("sgdGather", operands.map(positive), [onto, -rate, momentum, l1, l2, 0, ...sizes], 3).outputs,
  },
  adamStep: {
    sizes: every([...SIZES, LONG]),
    trials: (n) =>
      [
        { m: reals(n), v: reals(n, 0.5, 1), l1: 0.03125, l2: 0.25, t: 7 },
        { m: new Float32Array(n), v: new Float32Array(n), l1: 0, l2: 0, t: 1 },
      ].map(({ m, v, l1, l2, t }) => ({
        operands: [wholes(n).map((p) => p / 3), m, v, reals(n)],
        scalars: [0.125, 0.875, 0.999, 1 - 0.875 ** t, 1 - 0.999 ** t, 1e-8, l1, l2, n].map(fround),
        terms: 12,
      })),
    sums: sumsOfSteps("adamStep", 3),
  },
  limitRowNorms: {
    sizes: every(SIZES, SIZES),
    trials: (rows, cols) =>
      [
        reals(rows * cols),
        new Float32Array(rows * cols),
        cycle(rows * cols, [1e-45, -1e-45, 0]),
        wholes(rows * cols),
      ]
        .map((w) => ({ operands: [w], scalars: [0.75, rows, cols], terms: cols + 2 })),
  },
} satisfies Partial<Record<Kernel, Row>>;
