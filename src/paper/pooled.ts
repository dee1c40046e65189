/** Images made smaller by averages. @module */

import type { Batch } from "../data/batch.ts";
import { matrix } from "../matrix.ts";

/** The same square images with each square of `side` × `side` pixels as one, their mean. */
export function pooled({ x, labels, classes }: Batch, side: number): Batch {
  const width = Math.sqrt(x.cols);
  const across = width / side;
  const places = Int32Array.from(
    { length: x.cols },
    (_, i) => Math.floor(Math.floor(i / width) / side) * across + Math.floor(i % width / side),
  );
  const out = matrix(x.rows, across * across);
  for (let row = 0; row < x.rows; row++) {
    const [from, to] = [row * x.cols, row * out.cols];
    for (let i = 0; i < x.cols; i++) out.data[to + places[i]] += x.data[from + i] / (side * side);
  }
  return { x: out, labels, classes };
}
