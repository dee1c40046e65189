/** Products that skip exact zeros. @module */

import { checkShape, type Matrix } from "../matrix.ts";
import { run } from "../runtime/variants.ts";
import type { Workspace } from "../runtime/workspace.ts";

/** For each row, the places of what is not 0 and the values there. */
export interface Lists {
  /** Places as whole numbers, (rows, capacity), of which the first `counts` are meant. */
  readonly indices: Matrix;
  /** Values, likewise. */
  readonly values: Matrix;
  /** How many there are in each row, as whole numbers, (rows, 1). */
  readonly counts: Matrix;
}

/** Room for lists of at most `capacity` places, kept under `name`. */
export function listsIn(
  workspace: Workspace,
  name: string,
  { rows, capacity }: { rows: number; capacity: number },
): Lists {
  return {
    indices: workspace.matrix(`${name} indices`, rows, capacity),
    values: workspace.matrix(`${name} values`, rows, capacity),
    counts: workspace.matrix(`${name} counts`, rows, 1),
  };
}

/** Lists what is not 0 in the first `rows`, default all, of `x` (B, D); returns the share of such entries. Capacity D. */
export function listNonZero(
  { indices, values, counts }: Lists,
  x: Matrix,
  { rows = x.rows }: { rows?: number } = {},
): number {
  checkShape("list entries", "lists", values, x.rows, x.cols);
  const total = run("listNonZero", { indices, values, counts, x, rows, cols: x.cols });
  return total / (rows * x.cols);
}

/** Lists `dH` (B, U) where it is not 0, at each unit's winning piece, by row. Capacity U. */
export function listWinnersByRow(
  { indices, values, counts }: Lists,
  dH: Matrix,
  { winner }: { winner: Matrix },
): void {
  checkShape("list winners", "lists", values, dH.rows, dH.cols);
  checkShape("list winners", "winners", winner, dH.rows, dH.cols);
  run("listWinnersByRow", { indices, values, counts, dH, winner, rows: dH.rows, units: dH.cols });
}

/** The same by piece of each unit: the rows that it won. Capacity B. */
export function listWinnersByPiece(
  { indices, values, counts }: Lists,
  dH: Matrix,
  { winner, pieces }: { winner: Matrix; pieces: number },
): void {
  checkShape("list winners", "lists", values, dH.cols * pieces, dH.rows);
  checkShape("list winners", "winners", winner, dH.rows, dH.cols);
  const sizes = { rows: dH.rows, units: dH.cols, pieces };
  run("listWinnersByPiece", { indices, values, counts, dH, winner, ...sizes });
}

/** `out` (rows, n) = or += for each row the sum over its list of value · `m`'s row, `m` (·, n). */
export function gatherRows(out: Matrix, lists: Lists, options: Gathering): void {
  gather("gatherRows", out, lists, options);
}

/** The same with `m` in panels, as `transposePanels` leaves it: what is read for one place lies together. */
export function gatherPanels(out: Matrix, lists: Lists, options: Gathering): void {
  gather("gatherPanels", out, lists, options);
}

/** What is gathered, and whether it is added to what is there; default not. */
export interface Gathering {
  readonly m: Matrix;
  readonly accumulate?: boolean;
}

function gather(
  kernel: "gatherRows" | "gatherPanels",
  out: Matrix,
  { indices, values, counts }: Lists,
  { m, accumulate = false }: Gathering,
): void {
  checkShape("gather rows", "a result", out, counts.rows, m.cols);
  run(kernel, {
    out,
    indices,
    values,
    counts,
    m,
    accumulate: accumulate ? 1 : 0,
    rows: out.rows,
    cols: out.cols,
    height: m.rows,
    capacity: values.cols,
  });
}

/** `out` (n, m) = the transpose of `x` (m, n), in panels of 48 columns: each (n, 48), the last narrower. */
export function transposePanels(out: Matrix, x: Matrix): void {
  checkShape("transpose", "a result", out, x.cols, x.rows);
  run("transposePanels", { out, x, rows: x.rows, cols: x.cols });
}

/** `out` = `x`, both (m, n), in panels of 48 columns. */
export function toPanels(out: Matrix, x: Matrix): void {
  checkShape("lay out panels", "a result", out, x.rows, x.cols);
  run("toPanels", { out, x, rows: x.rows, cols: x.cols });
}
