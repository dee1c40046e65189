/** The rows of a chunk that a walk still works on: gathered, put back, and moved to the front as others end. @module */

import type { Matrix } from "../matrix.ts";
import type { Chunk } from "./query.ts";

/** 0 … n − 1. */
export function allRows(n: number): Int32Array {
  return Int32Array.from({ length: n }, (_, row) => row);
}

/** The rows of `m` at `places`, in `out`. */
export function gather(out: Matrix, m: Matrix, places: Int32Array): Matrix {
  places.forEach((from, to) => copyRow(out, to, m, from));
  return out;
}

/** Puts the rows of `m` in their places in `out`. */
export function scatter(out: Matrix, m: Matrix, places: Int32Array): void {
  places.forEach((to, from) => copyRow(out, to, m, from));
}

/** Row `to` of `out` = row `from` of `m`. */
export function copyRow(out: Matrix, to: number, m: Matrix, from: number): void {
  const { cols } = m;
  out.data.set(m.data.subarray(from * cols, (from + 1) * cols), to * cols);
}

/** The rows `left`, in rising order, of a list of numbers, moved to its front. */
export function keepRows<A extends Float32Array | Float64Array | Int32Array | Uint8Array>(
  data: A,
  left: Int32Array,
  cols = 1,
): A {
  // none is written over before it was read
  left.forEach((from, to) => data.copyWithin(to * cols, from * cols, (from + 1) * cols));
  return data.subarray(0, left.length * cols) as A;
}

/** The rows `left` of the chunk's matrix called `name`, as the matrix of that name. */
export function keptRowsOf(
  matrix: Chunk["matrix"],
  name: string,
  { m, left }: { m: Matrix; left: Int32Array },
): Matrix {
  keepRows(m.data, left, m.cols);
  const out = matrix(name, left.length, m.cols);
  // the same memory, or other
  out.data.set(m.data.subarray(0, out.data.length));
  return out;
}
