/** Convolutions of images, a row of x for each example: see `asm/convolution.ts`. @module */

import { checkShape, type Matrix } from "../matrix.ts";
import "../runtime/additions.ts";
import { run } from "../runtime/variants.ts";

/** Where the entries of windows lie, and parts of the channels that do not see each other. */
export interface Layout {
  /** Entry k of each window, from where the window begins, (1, K). */
  readonly offsets: Matrix;
  /** Where each window begins, ascending, (1, P). */
  readonly bases: Matrix;
  /** Parts of the channels, which divide inputs and outputs. */
  readonly groups: number;
}

/** `z` (B, O·P) = the convolution of `x` (B, pixels) with `w` (O, K), and `b` (1, O). */
export function conv2dForward(z: Matrix, x: Matrix, of: Layout & { w: Matrix; b: Matrix }): void {
  const sizes = sizesOf("convolve", z, x, of);
  checkShape("convolve", "biases", of.b, 1, of.w.rows);
  const { w, b, offsets, bases } = of;
  run("conv2dForward", { z, x, w, b, offsets, bases, ...sizes });
}

/** `dX` (B, pixels) = the gradient in the inputs, from `dZ` (B, O·P). */
export function conv2dBackward(dX: Matrix, dZ: Matrix, of: Layout & { w: Matrix }): void {
  const sizes = sizesOf("differentiate a convolution", dZ, dX, of);
  const { w, offsets, bases } = of;
  run("conv2dBackward", { dX, dZ, w, offsets, bases, ...sizes });
}

/** `dW` (O, K) = the gradient in the weights, or += it, from `dZ` (B, O·P). */
export function conv2dParameters(
  dW: Matrix,
  dZ: Matrix,
  { x, accumulate = false, ...of }: Layout & { x: Matrix; accumulate?: boolean },
): void {
  const sizes = sizesOf("differentiate a convolution", dZ, x, { ...of, w: dW });
  const { offsets, bases } = of;
  run("conv2dParameters", { dW, dZ, x, offsets, bases, accumulate: Number(accumulate), ...sizes });
}

function sizesOf(
  action: string,
  z: Matrix,
  x: Matrix,
  { w, offsets, bases, groups }: Layout & { w: Matrix },
) {
  checkShape(action, "weights", w, w.rows, offsets.cols);
  checkShape(action, "outputs", z, x.rows, w.rows * bases.cols);
  return {
    pixels: x.cols / groups,
    rows: x.rows,
    groups,
    outputs: w.rows / groups,
    depth: w.cols,
    places: bases.cols,
  };
}

/** `out` (1, C) = the sums of `x` (B, C·pixels) over examples and pixels, or += them. */
export function channelSums(
  out: Matrix,
  x: Matrix,
  { accumulate = false }: { accumulate?: boolean } = {},
): void {
  const channels = out.cols, pixels = x.cols / channels;
  run("channelSums", { out, x, accumulate: Number(accumulate), rows: x.rows, channels, pixels });
}

/** `out`, images (toHeight, toWidth), = those of `x`, (height, width), moved `down` and `right`, 0 where there is none. */
export function shiftImages(
  out: Matrix,
  x: Matrix,
  { down, right, from: [height, width], to: [toHeight, toWidth] }: {
    down: number;
    right: number;
    from: readonly [number, number];
    to: readonly [number, number];
  },
): void {
  const channels = x.cols / (height * width), images = x.rows * channels;
  checkShape("move images", "a result", out, x.rows, channels * toHeight * toWidth);
  run("shiftImages", { out, x, down, right, height, width, images, toHeight, toWidth });
}
