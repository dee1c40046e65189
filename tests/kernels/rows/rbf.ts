/** Trials of the kernels of rbf. @module */

import { blank, every, LONG, reals, SIZES, wholes } from "../draws.ts";
import { type Kernel, type Row, sums } from "../trial.ts";

/** By kernel. */
export const rows = {
  rbfForward: {
    sizes: every(SIZES, SIZES, [...SIZES, 15, 16, 17]),
    trials: (rows, classes, inputs) =>
      [reals, wholes].map((draw) => ({
        operands: [
          blank(rows * classes),
          draw(rows * inputs),
          draw(classes * inputs),
          draw(classes * inputs),
        ],
        scalars: [rows, classes, inputs],
        terms: draw === wholes ? 0 : inputs + 3,
      })),
    sums: sums("rbfForward", 1, [2]),
  },
  rbfBackward: {
    sizes: every(SIZES, SIZES, SIZES),
    trials: (rows, classes, inputs) =>
      [reals, wholes].map((draw) => ({
        operands: [
          blank(rows * inputs),
          draw(rows * classes),
          draw(rows * inputs),
          draw(classes * inputs),
          draw(classes * inputs),
        ],
        scalars: [rows, classes, inputs],
        terms: draw === wholes ? 0 : classes + 3,
      })),
    sums: sums("rbfBackward", 1, [3]),
  },
  rbfParameters: {
    sizes: [...every(SIZES, SIZES, SIZES), [3, 4, LONG]],
    trials: (rows, classes, inputs) =>
      [{ out: blank, draw: reals, accumulate: 0 }, { out: reals, draw: reals, accumulate: 1 }, {
        out: wholes,
        draw: wholes,
        accumulate: 1,
      }].map(({ out, draw, accumulate }) => ({
        operands: [
          out(classes * inputs),
          out(classes * inputs),
          draw(rows * classes),
          draw(rows * inputs),
          draw(classes * inputs),
          draw(classes * inputs),
        ],
        scalars: [accumulate, rows, classes, inputs],
        terms: draw === wholes ? 0 : rows + 4,
      })),
    sums: sums("rbfParameters", 2, [1, 4]),
  },
  squaresForward: {
    sizes: every(SIZES, SIZES, SIZES),
    trials: (rows, classes, rank) => [
      {
        operands: [reals(rows * classes), reals(rows * classes * rank)],
        scalars: [rows, classes, rank],
        terms: rank + 1,
      },
      {
        operands: [wholes(rows * classes), wholes(rows * classes * rank)],
        scalars: [rows, classes, rank],
        terms: 0,
      },
    ],
    sums: sums("squaresForward", 1, [0]),
  },
  squaresBackward: {
    sizes: every(SIZES, SIZES, SIZES),
    trials: (rows, classes, rank) => [{
      operands: [blank(rows * classes * rank), reals(rows * classes), reals(rows * classes * rank)],
      scalars: [rows, classes, rank],
      terms: 1,
    }],
  },
} satisfies Partial<Record<Kernel, Row>>;
