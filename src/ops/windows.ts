/** Windows that move over images: what convolution and pooling share. @module */

import { integers } from "../schema.ts";
import { type Shape, shapeText } from "./op.ts";

/** Where windows lie. */
export interface WindowAttributes {
  /** Height and width of the window. */
  kernel: readonly number[];
  /** Rows and columns from one window to the next; default [1, 1]. */
  stride?: readonly number[];
  /** Rows above, columns left, rows below and columns right of the image; default none. */
  padding?: readonly number[];
  /** Rows and columns from one entry of the window to the next; default [1, 1]. */
  dilation?: readonly number[];
}

/** The same as options. */
export const WINDOW = {
  kernel: integers("Height and width of the window", { required: true, min: 1, count: 2 }),
  stride: integers("Rows and columns from one window to the next", { default: [1, 1], min: 1, count: 2 }),
  padding: integers("Rows above, columns left, rows below, columns right of the image", {
    default: [0, 0, 0, 0],
    min: 0,
    count: 4,
  }),
  dilation: integers("Rows and columns from one entry of the window to the next", {
    default: [1, 1],
    min: 1,
    count: 2,
  }),
} as const;

/** More entries of all windows over a channel than a model of this library's size has. */
const MAX_ENTRIES = 2 ** 26;

/** More numbers of an image with its padding than such a model has. */
const MAX_PADDED = 2 ** 24;

/** Windows over one channel. */
export interface Windows {
  /** Height and width of the channel. */
  readonly from: readonly [number, number];
  /** Windows down and across. */
  readonly to: readonly [number, number];
  /** Entries of a window. */
  readonly size: number;
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
}

/** The windows over images of `shape`, (channels, height, width), or what does not fit. */
export function windowsOf(
  shape: Shape,
  { kernel, stride = [1, 1], padding = [0, 0, 0, 0], dilation = [1, 1] }: WindowAttributes,
): Windows | string {
  const from = [shape[1], shape[2]] as const;
  const to = from.map((n, k) =>
    Math.floor((n + padding[k] + padding[k + 2] - dilation[k] * (kernel[k] - 1) - 1) / stride[k]) + 1
  );
  if (to.some((n) => n < 1)) return `windows of ${shapeText(kernel)} do not fit into ${shapeText(shape)}`;
  if (!(kernel[0] * kernel[1] * to[0] * to[1] <= MAX_ENTRIES)) {
    return `${to[0]} by ${to[1]} windows of ${shapeText(kernel)} are too many`;
  }
  const padded = from.map((n, k) => n + padding[k] + padding[k + 2]);
  if (!(shape[0] * padded[0] * padded[1] <= MAX_PADDED)) {
    return `${shapeText(shape)} with a padding of ${shapeText(padding)} is too large`;
  }
  return {
    from,
    to: [to[0], to[1]],
    size: kernel[0] * kernel[1],
    kernel,
    stride,
    padding,
    dilation,
  };
}

/**
 * For each entry k of a window and each window p the place in its channel, (size, windows) row by row; −1 where it lies in
 * the padding.
 */
export function placesOf({ from, to, size, kernel, stride, padding, dilation }: Windows): Int32Array {
  const out = new Int32Array(size * to[0] * to[1]);
  let i = 0;
  for (let k = 0; k < size; k++) {
    const [down, across] = [Math.floor(k / kernel[1]) * dilation[0], k % kernel[1] * dilation[1]];
    for (let p = 0; p < to[0]; p++) {
      const y = p * stride[0] - padding[0] + down;
      for (let q = 0; q < to[1]; q++) {
        const x = q * stride[1] - padding[1] + across;
        out[i++] = y >= 0 && y < from[0] && x >= 0 && x < from[1] ? y * from[1] + x : -1;
      }
    }
  }
  return out;
}
