/** The rows of a chunk that a walk still works on: gathered, put back, and moved to the front as others end. @module */

import type { Matrix } from "../matrix.ts";
import type { Chunk } from "./query.ts";

/** 0 … n − 1. */
export function allRows(n: number): Int32Array {
  return Int32Array.from({ length: n }, (_, row) => row);
}

/** The rows of `m` at `places`, in `out`. */
export function gather(out: Matrix, m: Matrix, places: Int32Array): Matrix {
  const { cols } = m, from = m.data, to = out.data;
  for (let i = 0; i < places.length; i++) {
    to.set(from.subarray(places[i] * cols, (places[i] + 1) * cols), i * cols);
  }
  return out;
}

/** Puts the rows of `m` in their places in `out`. */
export function scatter(out: Matrix, m: Matrix, places: Int32Array): void {
  for (let i = 0; i < places.length; i++) copyRow(out, places[i], m, i);
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
  for (let i = 0; i < left.length; i++) {
    if (left[i] !== i) data.copyWithin(i * cols, left[i] * cols, (left[i] + 1) * cols);
  }
  return data.subarray(0, left.length * cols) as A;
}

/** The rows `left` of the chunk's matrix called `name`, as the matrix of that name. */
export function keptRowsOf(
  matrix: Chunk["matrix"],
  name: string,
  { m, left }: { m: Matrix; left: Int32Array },
): Matrix {
  const kept = keepRows(m.data, left, m.cols);
  const out = matrix(name, left.length, m.cols);
  if (out.data.buffer !== kept.buffer || out.data.byteOffset !== kept.byteOffset) out.data.set(kept);
  return out;
}
