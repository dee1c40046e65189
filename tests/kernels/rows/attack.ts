/** Trials of the kernels of attack. @module */

import { blank, cycle, every, LONG, reals, SIZES, wholes } from "../draws.ts";
import type { Kernel, Row } from "../trial.ts";

/** By kernel. */
export const rows = {
  signStep: {
    sizes: every(SIZES, SIZES),
    trials: (rows, cols) =>
      [[0, 1], [-Infinity, Infinity]].map(([lo, hi]) => ({
        operands: [
          blank(rows * cols),
          reals(rows * cols, 0, 1),
          cycle(rows * cols, [NaN, 0, -0, 1e-45, -1e-45, 1, -1, Infinity, -Infinity, 1e-30, -3e38]),
          cycle(cols, [0.25, 0.1, 0, 1e-45, 1e-3]),
        ],
        scalars: [lo, hi, rows, cols],
        terms: 1,
      })),
  },
  addStep: {
    sizes: every([...SIZES, LONG]),
    trials: (n) => [
      { operands: [blank(n), reals(n, 0, 1), reals(n)], scalars: [0, 1, n], terms: 1 },
      {
        operands: [blank(n), cycle(n, [1e-45, -1e30, 1, 0]), cycle(n, [-1e-45, 1, -1e-9, 1e-9, 0])],
        scalars: [-Infinity, Infinity, n],
        terms: 1,
      },
    ],
  },
  countBeyond: {
    sizes: every([...SIZES, LONG]),
    trials: (n) =>
      [
        { operands: [reals(n, 0, 1), reals(n, 0, 1)], scalars: [0.25, 0.1, 0.9], terms: 0 },
        {
          operands: [cycle(n, [0.25, 0.5, -0.25, NaN, 0]), new Float32Array(n)],
          scalars: [0.25, -1, 1],
          terms: 0,
        },
        {
          operands: [cycle(n, [1, Infinity, -1]), cycle(n, [1, 2])],
          scalars: [0, -Infinity, Infinity],
          terms: 0,
        },
      ].map((trial) => ({ ...trial, scalars: [...trial.scalars, n] })),
  },
  stepWithin: {
    sizes: every(SIZES, SIZES),
    trials: (rows, cols) => [{
      operands: [
        reals(rows * cols, 0, 1),
        cycle(rows * cols, [NaN, 0, -0, 1e-45, -1e-45, 1, -1, Infinity, -Infinity, 1e-30, -3e38]),
        cycle(cols, [0.25, 0.1, 0, 1e-45, 1e-3]),
        cycle(rows * cols, [-1, 0, 0.25]),
        cycle(rows * cols, [2, 1, 0.5, Infinity]),
      ],
      scalars: [rows, cols],
      terms: 1,
    }],
  },
  clampWithin: {
    sizes: every([...SIZES, LONG]),
    trials: (n) => [{
      operands: [cycle(n, [NaN, -2, 0.5, 2, -0, 0]), reals(n), cycle(n, [-1, 0]), cycle(n, [1, 0])],
      scalars: [n],
      terms: 0,
    }],
  },
  l2Direction: {
    sizes: every(SIZES, SIZES),
    trials: (rows, cols) =>
      [
        reals(rows * cols),
        new Float32Array(rows * cols),
        reals(rows * cols, -1e-40, 1e-40),
        reals(rows * cols, -3e38, 3e38),
        cycle(rows * cols, [1e-30, 0, 1e30, -1e30]),
        reals(rows * cols).map((g, i) => i === 0 ? NaN : i === rows * cols - 1 ? Infinity : g),
      ].map((g) => ({ operands: [blank(rows * cols), g], scalars: [0.1, rows, cols], terms: 1 })),
  },
  l1Direction: {
    sizes: every(SIZES, SIZES),
    trials: (rows, cols) =>
      [
        reals(rows * cols),
        wholes(rows * cols),
        cycle(rows * cols, [0, 1e-45, -1e-45]),
        cycle(rows * cols, [NaN, -1]),
      ]
        .map((g) => ({ operands: [blank(rows * cols), g], scalars: [0.1, rows, cols], terms: 1 })),
  },
} satisfies Partial<Record<Kernel, Row>>;
