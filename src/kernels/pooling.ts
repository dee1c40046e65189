/** Maxima and means of windows over images, whose entries lie at `places` (size, P), −1 in the padding. @module */

import { checkShape, type Matrix } from "../matrix.ts";
import "../runtime/additions.ts";
import { run } from "../runtime/variants.ts";

/** Where the entries of windows lie, as whole numbers, and how many pixels an image has. */
export interface Pooled {
  readonly places: Matrix;
  readonly pixels: number;
}

/** `out` (B, C·P) = the maxima of `x` (B, C·pixels), `winner` (B, C·P) = their places in the image, as whole numbers. */
export function maxPoolForward(
  out: Matrix,
  winner: Matrix,
  { x, ...of }: Pooled & { x: Matrix },
): void {
  const sizes = sizesOf("take maxima", out, x, of);
  checkShape("take maxima", "winners", winner, out.rows, out.cols);
  run("maxPoolForward", { out, winner, x, places: of.places, ...sizes });
}

/** `dX` (B, C·pixels) = the gradient in the inputs: `dOut` where each window has its maximum. */
export function maxPoolBackward(
  dX: Matrix,
  dOut: Matrix,
  { winner, ...of }: Pooled & { winner: Matrix },
): void {
  const { size: _, ...sizes } = sizesOf("differentiate maxima", dOut, dX, of);
  checkShape("differentiate maxima", "winners", winner, dOut.rows, dOut.cols);
  run("maxPoolBackward", { dX, dOut, winner, ...sizes });
}

/** `out` (B, C·P) = the sums over windows of `x`, times `shares` (1, P). */
export function averagePoolForward(out: Matrix, x: Matrix, of: Pooled & { shares: Matrix }): void {
  run("averagePoolForward", {
    out,
    x,
    places: of.places,
    shares: of.shares,
    ...sizesOf("average", out, x, of),
  });
}

/** `dX` (B, C·pixels) = the gradient in the inputs, from `dOut` (B, C·P). */
export function averagePoolBackward(dX: Matrix, dOut: Matrix, of: Pooled & { shares: Matrix }): void {
  const sizes = sizesOf("differentiate averages", dOut, dX, of);
  run("averagePoolBackward", { dX, dOut, places: of.places, shares: of.shares, ...sizes });
}

function sizesOf(action: string, out: Matrix, x: Matrix, { places, pixels }: Pooled) {
  const channels = x.cols / pixels, outputs = places.cols;
  checkShape(action, "outputs", out, x.rows, channels * outputs);
  return { pixels, images: x.rows * channels, outputs, size: places.rows };
}
