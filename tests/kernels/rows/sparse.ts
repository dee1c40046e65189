/** Trials of the kernels of sparse. @module */

import { blank, every, labels, LONG, reals, SIZES, sparse, unset, wholes } from "../draws.ts";
import { type Kernel, type Row, sums } from "../trial.ts";

const gathering = (kernel: "gatherRows" | "gatherPanels"): Row => ({
  sizes: [
    ...every(SIZES, [...SIZES, 15, 16, 17, 47, 48, 49, 67, 69], [1, 5], [1, 7]),
    // a matrix too large for the cache is taken by panels
    ...every([2], [113], [2500], [3]),
    ...every([2], [97, LONG], [5], [7]),
    // few columns, packed but where there are too many places
    ...every([6], [10, 12, 13], [401, 8001], [7]),
  ],
  trials: (rows, cols, height, capacity) =>
    [
      { out: blank, draw: reals, accumulate: 0 },
      { out: reals, draw: reals, accumulate: 1 },
      { out: wholes, draw: wholes, accumulate: 1 },
    ].map(({ out, draw, accumulate }) => ({
      operands: [
        out(rows * cols),
        labels(rows * capacity, height),
        draw(rows * capacity),
        labels(rows, capacity + 1),
        draw(height * cols),
      ],
      scalars: [accumulate, rows, cols, height, capacity],
      terms: draw === wholes ? 0 : capacity + accumulate,
    })),
  sums: sums(kernel, 1),
});

/** By kernel. */
export const rows = {
  listNonZero: {
    sizes: every(SIZES, SIZES),
    trials: (rows, cols) =>
      sparse(rows * cols).map((x) => ({
        operands: [unset(rows * cols), blank(rows * cols), unset(rows), x],
        scalars: [rows, cols],
        terms: 0,
      })),
  },
  listWinnersByRow: {
    sizes: every(SIZES, SIZES),
    trials: (rows, units) =>
      sparse(rows * units).map((dH) => ({
        operands: [unset(rows * units), blank(rows * units), unset(rows), dH, labels(rows * units, 5)],
        scalars: [rows, units],
        terms: 0,
      })),
  },
  listWinnersByPiece: {
    sizes: [...every(SIZES, SIZES, SIZES), [3, LONG, 2]],
    trials: (rows, units, pieces) =>
      sparse(rows * units).map((dH) => ({
        operands: [
          unset(units * pieces * rows),
          blank(units * pieces * rows),
          unset(units * pieces),
          dH,
          labels(rows * units, pieces),
        ],
        scalars: [rows, units, pieces],
        terms: 0,
      })),
  },
  gatherRows: gathering("gatherRows"),
  gatherPanels: gathering("gatherPanels"),
  toPanels: {
    sizes: every(SIZES, [...SIZES, 47, 48, 49, 99]),
    trials: (
      rows,
      cols,
    ) => [{ operands: [blank(rows * cols), reals(rows * cols)], scalars: [rows, cols], terms: 0 }],
  },
  transposePanels: {
    sizes: every([...SIZES, 15, 16, 17, 47, 48, 49, 99], [...SIZES, 15, 16, 17]),
    trials: (
      rows,
      cols,
    ) => [{ operands: [blank(rows * cols), reals(rows * cols)], scalars: [rows, cols], terms: 0 }],
  },
} satisfies Partial<Record<Kernel, Row>>;
