/** Trials of the kernels of double. @module */

import { every, reals } from "../draws.ts";
import { type Kernel, type Row, sums } from "../trial.ts";

/** Doubles that are no float32 numbers. */
const doubles = (n: number) => Float64Array.from(reals(n), (value) => value / 3);
const blank = (n: number) => new Float64Array(n).fill(NaN);
const places = (n: number, rows: number) => Int32Array.from({ length: n }, (_, l) => (3 * l + 1) % rows);

/** By kernel. */
export const rows = {
  doubleSpread: {
    sizes: every([1, 2, 3, 8], [1, 2, 3, 4, 5, 17]),
    trials: (rows, cols) => [
      {
        operands: [blank(2 * rows), doubles(rows * cols), doubles(2 * cols)],
        scalars: [rows, cols],
        terms: cols,
      },
    ],
    sums: sums("doubleSpread", 1),
  },
  doubleGather: {
    sizes: every([3, 6, 9], [0, 1, 2, 5], [1, 2, 3], [5]),
    trials: (m, k, p, rows) => [
      {
        operands: [blank(m * 6 * p), doubles(k * m), places(k, rows), doubles(p * rows * 6)],
        scalars: [m, k, p, rows],
        terms: Math.max(k, 1),
      },
    ],
    sums: sums("doubleGather", 1),
  },
} satisfies Partial<Record<Kernel, Row>>;
