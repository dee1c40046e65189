/** Products that skip exact zeros. @module */

import type { Matrix } from "../matrix.ts";
import { checkShape } from "./heap.ts";
import { heapOf } from "./variants.ts";
import type { Workspace } from "./workspace.ts";

/** For each row, pairs of a column and the value there, where that is not 0. */
export interface Lists {
  /** Pairs as (whole number, float), (rows, 2 · capacity). */
  readonly pairs: Matrix;
  /** How many pairs each row has, as whole numbers, (rows, 1). */
  readonly counts: Matrix;
}

/** Room for lists of at most `capacity` pairs, kept under `name`. */
export function listsIn(workspace: Workspace, name: string, { rows, capacity }: { rows: number; capacity: number }): Lists {
  return {
    pairs: workspace.matrix(`${name} pairs`, rows, 2 * capacity),
    counts: workspace.matrix(`${name} counts`, rows, 1),
  };
}

/** Fills `lists` with what is not 0 in `x` (B, D); returns the share of such entries. Capacity D. */
export function listNonZero({ pairs, counts }: Lists, x: Matrix): number {
  checkShape("list entries", "pairs", pairs, x.rows, 2 * x.cols);
  const total = heapOf(pairs).run("listNonZero", 2, [pairs, counts, x], x.rows, x.cols);
  return total / (x.rows * x.cols);
}

/** Fills `lists` with `dH` (B, U) at each unit's winning piece, by row of what it came from. Capacity U. */
export function listWinnersByRow({ pairs, counts }: Lists, dH: Matrix, { winner }: { winner: Matrix }): void {
  checkShape("list winners", "pairs", pairs, dH.rows, 2 * dH.cols);
  checkShape("list winners", "winners", winner, dH.rows, dH.cols);
  heapOf(pairs).run("listWinnersByRow", 2, [pairs, counts, dH, winner], dH.rows, dH.cols);
}

/** Fills `lists` with the same by piece of each unit: the rows that it won. Capacity B. */
export function listWinnersByPiece(
  { pairs, counts }: Lists,
  dH: Matrix,
  { winner, pieces }: { winner: Matrix; pieces: number },
): void {
  checkShape("list winners", "pairs", pairs, dH.cols * pieces, 2 * dH.rows);
  checkShape("list winners", "winners", winner, dH.rows, dH.cols);
  heapOf(pairs).run("listWinnersByPiece", 2, [pairs, counts, dH, winner], dH.rows, dH.cols, pieces);
}

/** `out` (rows, n) = or += for each row the sum over its list of value · `m`'s row, `m` (·, n). */
export function gatherRows(
  out: Matrix,
  { pairs, counts }: Lists,
  { m, accumulate = false }: { m: Matrix; accumulate?: boolean },
): void {
  checkShape("gather rows", "a result", out, counts.rows, m.cols);
  const capacity = pairs.cols / 2;
  const sizes = [out.rows, out.cols, m.rows, capacity];
  heapOf(out).run("gatherRows", 1, [out, pairs, counts, m], accumulate ? 1 : 0, ...sizes);
}

/** `out` (n, m) = the transpose of `x` (m, n). */
export function transpose(out: Matrix, x: Matrix): void {
  checkShape("transpose", "a result", out, x.cols, x.rows);
  heapOf(out, x).run("transpose", 1, [out, x], x.rows, x.cols);
}
