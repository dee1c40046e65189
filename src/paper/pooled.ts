import type { Batch } from "../data/batch.ts";
import { matrix } from "../matrix.ts";

/** The same square images with each square of `side` × `side` pixels as one, their mean. */
export function pooled({ x, labels, classes }: Batch, side: number): Batch {
  const width = Math.sqrt(x.cols);
  const across = width / side;
  const out = matrix(x.rows, across * across);
  for (let row = 0; row < x.rows; row++) {
    for (let i = 0; i < x.cols; i++) {
      const [u, v] = [Math.floor(i % width / side), Math.floor(Math.floor(i / width) / side)];
      out.data[row * out.cols + v * across + u] += x.data[row * x.cols + i] / (side * side);
    }
  }
  return { x: out, labels, classes };
}
