/** Products in double precision. @module */

import { InputError } from "../errors.ts";
import type { Matrix } from "../matrix.ts";
import type { Resident } from "../runtime/heap.ts";
import "../runtime/additions.ts";
import { run } from "../runtime/variants.ts";
import type { Workspace } from "../runtime/workspace.ts";

/** A matrix of doubles in a heap's memory. */
export interface Doubles {
  readonly rows: number;
  readonly cols: number;
  /** The same bytes as a matrix of twice as many columns. */
  readonly memory: Resident;
  /** Its numbers, by rows, until the memory grows. */
  readonly data: Float64Array;
}

/** The matrix of doubles called `name`, of this shape; zeros when new. */
export function doublesIn(workspace: Workspace, name: string, rows: number, cols: number): Doubles {
  const memory = workspace.matrix(name, rows, 2 * cols) as Resident;
  return {
    rows,
    cols,
    memory,
    get data() {
      return memory.doubles;
    },
  };
}

/** `out` (2, m) = W·p, and |W|·q, for W (m, n) and `x` (2, n) = p, q. */
export function doubleSpread(out: Doubles, w: Doubles, x: Doubles): void {
  if (out.rows !== 2 || x.rows !== 2 || out.cols !== w.rows || x.cols !== w.cols) {
    throw new InputError("shape", "spread doubles", "operands do not fit");
  }
  run("doubleSpread", { out: out.memory, w: w.memory, x: x.memory, rows: w.rows, cols: w.cols });
}

/** Columns of a panel, and rows of a result that are made at once: results have multiples of both. */
export const PANEL = 6, RUN = 3;

/**
 * `out` (m, 6·p) = Aᵀ·W′ for the first k rows of `a` (·, m), W′ being the rows at the first k of `indices`, whole numbers, of W
 * in p panels, `w` (p, rows·6).
 */
export function doubleGather(
  out: Doubles,
  [a, w]: readonly [Doubles, Doubles],
  { indices, k }: { indices: Matrix; k: number },
): void {
  const { rows: m, cols } = out;
  if (a.cols !== m || m % RUN > 0 || cols !== w.rows * PANEL || indices.cols < k || a.rows < k) {
    throw new InputError("shape", "gather doubles", "operands do not fit");
  }
  run("doubleGather", {
    out: out.memory,
    a: a.memory,
    indices,
    w: w.memory,
    m,
    k,
    p: w.rows,
    rows: w.cols / PANEL,
  });
}
