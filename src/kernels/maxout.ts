/** Maxout units, pieces major: z (B, P·U) holds piece p of unit u at column p·U + u. @module */

import { checkShape, type Matrix } from "../matrix.ts";
import { run } from "../runtime/variants.ts";

/** `h` (B, U) = the largest of each unit's pieces in `z` (B, P·U), `winner` (B, U) = which, as whole numbers. */
export function maxoutForward(h: Matrix, winner: Matrix, { z, pieces }: { z: Matrix; pieces: number }): void {
  checkShape("take maxout", "z", z, h.rows, h.cols * pieces);
  checkShape("take maxout", "winners", winner, h.rows, h.cols);
  run("maxoutForward", { h, winner, z, rows: h.rows, units: h.cols, pieces });
}

/** `dZ` (B, P·U) = `dH` (B, U) at each unit's winning piece, 0 at the others. */
export function maxoutBackward(
  dZ: Matrix,
  dH: Matrix,
  { winner, pieces }: { winner: Matrix; pieces: number },
): void {
  checkShape("differentiate maxout", "dZ", dZ, dH.rows, dH.cols * pieces);
  checkShape("differentiate maxout", "winners", winner, dH.rows, dH.cols);
  run("maxoutBackward", { dZ, dH, winner, rows: dH.rows, units: dH.cols, pieces });
}
