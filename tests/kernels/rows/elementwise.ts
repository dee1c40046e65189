/** Trials of the kernels of elementwise. @module */

import { blank, cycle, every, LONG, reals, SIZES, wholes } from "../draws.ts";
import { type Kernel, type Row, sums } from "../trial.ts";

const { abs } = Math;

export const elementwise = (wild: number[], terms = 2): Row => ({
  sizes: every([...SIZES, 31, 32, 33, LONG]),
  trials: (n) =>
    [reals(n, -9, 9), reals(n, -90, 90), cycle(n, wild), cycle(n, wild.toReversed())]
      .map((x) => ({ operands: [blank(n), x], scalars: [n], terms })),
});

/** By kernel. */
export const rows = {
  addBias: {
    sizes: every(SIZES, SIZES),
    trials: (rows, cols) => [
      { operands: [reals(rows * cols), reals(cols)], scalars: [rows, cols], terms: 2 },
      { operands: [wholes(rows * cols), wholes(cols)], scalars: [rows, cols], terms: 0 },
    ],
    sums: sums("addBias", 1),
  },
  columnSums: {
    sizes: every(SIZES, SIZES),
    trials: (rows, cols) => [
      { operands: [blank(cols), reals(rows * cols)], scalars: [0, rows, cols], terms: rows },
      { operands: [reals(cols), reals(rows * cols)], scalars: [1, rows, cols], terms: rows + 1 },
      { operands: [wholes(cols), wholes(rows * cols)], scalars: [1, rows, cols], terms: 0 },
    ],
    sums: sums("columnSums", 1),
  },
  exp: elementwise([
    NaN,
    Infinity,
    -Infinity,
    0,
    -0,
    1e-45,
    -1e-40,
    88.72283,
    88.8,
    -87.33,
    -87.4,
    1e4,
    -1e4,
    3e38,
  ]),
  log: {
    sizes: every([...SIZES, 31, 32, 33, LONG]),
    trials: (n) =>
      [
        reals(n, 0.5, 2),
        reals(n, 1e-30, 1e30),
        cycle(n, [
          NaN,
          Infinity,
          0,
          -0,
          -1,
          -1e-45,
          -Infinity,
          1,
          1.17549435e-38,
          3.4e38,
          1 + 2 ** -23,
          1 - 2 ** -24,
        ]),
      ].map((x) => ({ operands: [blank(n), x], scalars: [n], terms: 2 })),
  },
  softplusForward: elementwise([
    NaN,
    Infinity,
    -Infinity,
    0,
    -0,
    1e-45,
    17,
    -17,
    87,
    -87,
    1e4,
    -1e4,
    3e38,
    -3e38,
  ]),
  softplusBackward: {
    sizes: every([...SIZES, LONG]),
    trials: (n) =>
      [reals(n, 0, 9), cycle(n, [0, 1e-45, 1e-9, 1, 80, 90, 1e4, Infinity])]
        .map((y) => ({ operands: [blank(n), reals(n), y], scalars: [n], terms: 2 })),
    // of 1 − e^−y the terms are at most 1
    sums: ({ operands: [, dY] }) => [Float64Array.from(dY, abs)],
  },
  multiply: {
    sizes: every([...SIZES, LONG]),
    trials: (n) =>
      [[reals(n), reals(n)], [
        cycle(n, [1e-20, -1e-16, NaN, 0, Infinity]),
        cycle(n, [1e-20, 1e-15, 1, -3e38, Infinity, -2]),
      ]]
        .map((factors) => ({ operands: [blank(n), ...factors], scalars: [n], terms: 1 })),
  },
  rectifierForward: {
    sizes: every([...SIZES, LONG]),
    trials: (n) =>
      [0, 0.01, 0.5].flatMap((slope) =>
        [reals(n), cycle(n, [0, -0, NaN, 1e-45, -1e-45, 1e-31, -1e-29, Infinity, -Infinity, 3e38])]
          .map((x) => ({ operands: [blank(n), x], scalars: [slope, n], terms: 1 }))
      ),
  },
  rectifierBackward: {
    sizes: every([...SIZES, LONG]),
    trials: (n) =>
      [0, 0.01, 0.5].map((slope) => ({
        operands: [
          blank(n),
          cycle(n, [1, -1, 0, NaN, 1e-20, -3e38]),
          cycle(n, [0, -0, NaN, 1e-45, -1e-45, 2, -2, Infinity, -Infinity, 0.5, -0.5]),
        ],
        scalars: [slope, n],
        terms: 1,
      })),
  },
  countNotFinite: {
    sizes: every([...SIZES, LONG]),
    trials: (n) =>
      [reals(n, -3e38, 3e38), cycle(n, [0, NaN, -0, Infinity, 3e38, -Infinity, 1e-45]), blank(n)]
        .map((x) => ({ operands: [x], scalars: [n], terms: 0 })),
  },
} satisfies Partial<Record<Kernel, Row>>;
