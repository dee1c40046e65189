/** Trials of the kernels of maxout. @module */

import { blank, cycle, every, labels, reals, SIZES, wholes } from "../draws.ts";
import type { Kernel, Row } from "../trial.ts";

/** By kernel. */
export const rows = {
  maxoutForward: {
    sizes: every(SIZES, SIZES, SIZES),
    trials: (rows, units, pieces) =>
      [
        reals(rows * units * pieces),
        wholes(rows * units * pieces),
        cycle(rows * units * pieces, [0, -0, -0]),
        reals(rows * units * pieces, -1e-44, 1e-44),
      ].map((z) => ({
        operands: [blank(rows * units), new Int32Array(rows * units).fill(-1), z],
        scalars: [rows, units, pieces],
        terms: 0,
      })),
  },
  maxoutBackward: {
    sizes: every(SIZES, SIZES, SIZES),
    trials: (rows, units, pieces) => [{
      operands: [
        blank(rows * units * pieces),
        reals(rows * units).map((d, i) => i === 0 ? 1e-44 : d),
        labels(rows * units, pieces),
      ],
      scalars: [rows, units, pieces],
      terms: 0,
    }],
  },
} satisfies Partial<Record<Kernel, Row>>;
