/** Trials of the kernels of heads. @module */

import { blank, DIFFERENCE, every, labels, reals, scores, SIZES } from "../draws.ts";
import type { Kernel, Row } from "../trial.ts";
import { elementwise } from "./elementwise.ts";

const { abs, fround } = Math;

const losses = (batches: (rows: number, cols: number) => Float32Array[]): Row => ({
  sizes: every(SIZES, SIZES),
  trials: (rows, cols) =>
    batches(rows, cols).map((s, i) => ({
      operands: [blank(rows), blank(rows * cols), s, labels(rows, cols)],
      scalars: [[1, 0.25, 1 / rows][i % 3], rows, cols].map(fround),
      terms: cols + DIFFERENCE,
    })),
});

const directions: Row = {
  sizes: every(SIZES, SIZES),
  trials: (rows, cols) =>
    scores(rows, cols).map((s) => ({
      operands: [blank(rows * cols), s, labels(rows, cols)],
      scalars: [rows, cols],
      terms: cols + DIFFERENCE,
    })),
};

/** By kernel. */
export const rows = {
  exponentialForward: elementwise([NaN, -Infinity, 0, -0, -1e-45, -87.33, -87.4, 1, 1e4, -1e4]),
  exponentialLoss: {
    ...losses((rows, cols) =>
      [...scores(rows, cols), reals(rows * cols, -0.1, 0)].map((s) => s.map((value) => -abs(value)))
    ),
    // log(1 − p) has the rounding of 1 − p, however small it is
    sums: ({ scalars: [, , cols] }, [loss, dScores]) => [loss.map((l) => l + cols), dScores.map(abs)],
  },
  sigmoidDirection: directions,
  sigmoidForward: elementwise([NaN, Infinity, -Infinity, 0, -0, 1e-45, 17, -17, 87, -87, 1e4, -1e4], 3),
  sigmoidLoss: losses(scores),
  softmaxDirection: directions,
  softmaxForward: {
    sizes: every(SIZES, SIZES),
    trials: (rows, cols) =>
      scores(rows, cols).map((s) => ({
        operands: [blank(rows * cols), s],
        scalars: [rows, cols],
        terms: cols + DIFFERENCE,
      })),
  },
  softmaxLoss: losses(scores),
} satisfies Partial<Record<Kernel, Row>>;
