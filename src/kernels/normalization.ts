/** Normalisation of channels, x (B, C·pixels), by vectors (1, C): see `asm/normalization.ts`. @module */

import { checkShape, type Matrix } from "../matrix.ts";
import "../runtime/additions.ts";
import { run } from "../runtime/variants.ts";

/** `mean` and `variance` = those of each channel of `x`, over examples and pixels. */
export function channelMoments(mean: Matrix, variance: Matrix, x: Matrix): void {
  run("channelMoments", { mean, variance, x, ...sizesOf(x, [mean, variance]) });
}

/** `sums` = Σ dY, `products` = Σ dY·(x − mean), for each channel over examples and pixels. */
export function channelProducts(
  { sums, products }: { sums: Matrix; products: Matrix },
  dY: Matrix,
  { x, mean }: { x: Matrix; mean: Matrix },
): void {
  checkShape("normalise", "a gradient", dY, x.rows, x.cols);
  run("channelProducts", { sums, products, dY, x, mean, ...sizesOf(x, [sums, products, mean]) });
}

/** `out` = x·scale + shift for each channel. */
export function channelScale(
  out: Matrix,
  x: Matrix,
  { scale, shift }: { scale: Matrix; shift: Matrix },
): void {
  checkShape("normalise", "a result", out, x.rows, x.cols);
  run("channelScale", { out, x, scale, shift, ...sizesOf(x, [scale, shift]) });
}

/** `dX` = scale·dY + slope·x + shift for each channel. */
export function channelBlend(
  dX: Matrix,
  dY: Matrix,
  { x, scale, slope, shift }: { x: Matrix; scale: Matrix; slope: Matrix; shift: Matrix },
): void {
  for (const m of [dX, dY]) checkShape("normalise", "a gradient", m, x.rows, x.cols);
  run("channelBlend", { dX, dY, x, scale, slope, shift, ...sizesOf(x, [scale, slope, shift]) });
}

function sizesOf(x: Matrix, vectors: readonly Matrix[]) {
  const channels = vectors[0].cols;
  for (const each of vectors) checkShape("normalise", "a number a channel", each, 1, channels);
  return { rows: x.rows, channels, pixels: x.cols / channels };
}
