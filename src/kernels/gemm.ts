/** Matrix products. @module */

import { InputError } from "../errors.ts";
import { checkShape, type Matrix, shape } from "../matrix.ts";
import { run } from "../runtime/variants.ts";

/** What every product takes. */
export interface ProductOptions {
  /** Add to `out` instead of replacing it; default false. */
  accumulate?: boolean;
}

type Form = "gemmNN" | "gemmNT" | "gemmTN";

/** `out` (m, n) = A·B with A (m, k), B (k, n). */
export function gemmNN(out: Matrix, [a, b]: readonly [Matrix, Matrix], options?: ProductOptions): void {
  product("gemmNN", out, [a, b], [a.rows, b.cols, a.cols, b.rows], options);
}

/** `out` (m, n) = A·Bᵀ with A (m, k), B (n, k). */
export function gemmNT(out: Matrix, [a, b]: readonly [Matrix, Matrix], options?: ProductOptions): void {
  product("gemmNT", out, [a, b], [a.rows, b.rows, a.cols, b.cols], options);
}

/** `out` (m, n) = Aᵀ·B with A (k, m), B (k, n). */
export function gemmTN(out: Matrix, [a, b]: readonly [Matrix, Matrix], options?: ProductOptions): void {
  product("gemmTN", out, [a, b], [a.cols, b.cols, a.rows, b.rows], options);
}

function product(
  form: Form,
  out: Matrix,
  [a, b]: readonly [Matrix, Matrix],
  [m, n, k, other]: readonly [number, number, number, number],
  { accumulate = false }: ProductOptions = {},
): void {
  if (k !== other || out.rows !== m || out.cols !== n) {
    const action = `multiply ${shape(a)} by ${shape(b)} as ${form.slice(4)}`;
    if (k !== other) throw new InputError("shape", action, "inner dimensions differ");
    checkShape(action, "a result", out, m, n);
  }
  run(form, { out, a, b, accumulate: accumulate ? 1 : 0, m, n, k });
}
