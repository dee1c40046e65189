/** Trials of the kernels of gemm. @module */

import { blank, cycle, every, reals, SIZES, wholes } from "../draws.ts";
import { type Kernel, type Row, sums } from "../trial.ts";

const products = (kernel: "gemmNN" | "gemmNT" | "gemmTN"): Row => ({
  sizes: [
    ...every(SIZES, SIZES, [0, ...SIZES]),
    // around the tile of 5 × 8, and what is packed at once: a depth of 400, and then 240 rows
    ...every([6, 10, 11], [15, 16, 17], [4, 5]),
    ...every([5, 6], [8, 9], [399, 400, 401]),
    ...every([239, 240, 241], [8, 9], [4, 401]),
    [481, 9, 5],
    [6, 9, 801],
    // few columns, packed in runs of 8000
    [5, 10, 8003],
    // few rows, whose other operand is not packed
    ...every([1, 4], [10, 49, 70], [9, 401]),
    // wide enough to be cut by columns
    ...every([6], [97, 150], [5, 401]),
  ],
  trials: (m, n, k) => [
    { operands: [blank(m * n), reals(m * k), reals(k * n)], scalars: [0, m, n, k], terms: k },
    { operands: [reals(m * n), reals(m * k), reals(k * n)], scalars: [1, m, n, k], terms: k + 1 },
    { operands: [wholes(m * n), wholes(m * k), wholes(k * n)], scalars: [1, m, n, k], terms: 0 },
    {
      // what pads an edge is multiplied with these, and must not be seen
      operands: [blank(m * n), wholes(m * k), cycle(k * n, [1, 2, 3, 4, 5, Infinity, 6])],
      scalars: [0, m, n, k],
      terms: 0,
    },
  ],
  sums: sums(kernel, 1),
});

/** By kernel. */
export const rows = {
  gemmNN: products("gemmNN"),
  gemmNT: products("gemmNT"),
  gemmTN: products("gemmTN"),
} satisfies Partial<Record<Kernel, Row>>;
