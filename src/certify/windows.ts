/** Convolutions and pools as the linear layers that they are, with a row for each number. @module */

import type { Conv2dAttributes } from "../ops/conv2d.ts";
import { type Shape, sizeOf } from "../ops/op.ts";
import type { PoolAttributes } from "../ops/pool.ts";
import { placesOf, type Windows, windowsOf } from "../ops/windows.ts";
import { refuse } from "./unroll.ts";

/** A layer written out has this many weights at most: 256 MiB of them. */
const MAX_WEIGHTS = 2 ** 25;

/** W (rows, inputs) and b (rows). */
export interface Rows {
  readonly W: Float64Array;
  readonly b: Float64Array;
}

function room(what: string, rows: number, cols: number): Rows {
  if (rows * cols > MAX_WEIGHTS) {
    refuse(`its ${what} is ${rows * cols} weights when it is written out, more than ${MAX_WEIGHTS}`);
  }
  return { W: new Float64Array(rows * cols), b: new Float64Array(rows) };
}

/** The rows of a convolution of images of `shape`, from its weights (O, channels / groups · kernel) and biases (O). */
export function convolutionRows(shape: Shape, attributes: Conv2dAttributes, { W, b }: Rows): Rows {
  const { outputs, groups = 1 } = attributes, windows = windowsOf(shape, attributes) as Windows;
  const places = placesOf(windows), P = windows.to[0] * windows.to[1], pixels = shape[1] * shape[2];
  const inputs = sizeOf(shape), channels = shape[0] / groups, depth = channels * windows.size;
  const out = room("convolution", outputs * P, inputs);
  for (let o = 0; o < outputs; o++) {
    const first = Math.floor(o / (outputs / groups)) * channels;
    for (let p = 0; p < P; p++) {
      const row = o * P + p;
      out.b[row] = b[o];
      for (let k = 0; k < depth; k++) {
        const place = places[k % windows.size * P + p];
        if (place < 0) continue;
        out.W[row * inputs + (first + Math.floor(k / windows.size)) * pixels + place] = W[o * depth + k];
      }
    }
  }
  return out;
}

/** The rows of a pool: for maxima, of the entries of all windows, pieces major, of which the largest are taken then. */
export function poolRows(shape: Shape, attributes: PoolAttributes): Rows & { pieces: number } {
  const windows = windowsOf(shape, attributes) as Windows, { size } = windows, places = placesOf(windows);
  const P = windows.to[0] * windows.to[1], pixels = shape[1] * shape[2], outputs = shape[0] * P;
  const inputs = sizeOf(shape), isMax = attributes.function === "max", pieces = isMax ? size : 1;
  const out = { ...room("pool", pieces * outputs, inputs), pieces };
  for (let p = 0; p < P; p++) {
    const inside = Array.from({ length: size }, (_, k) => places[k * P + p]).filter((place) => place >= 0);
    const count = attributes.countPadding ? size : inside.length;
    // other shares are no binary fractions, and their rounding would have to be accounted for
    if (!isMax && (count & (count - 1)) !== 0) {
      refuse(`its pool averages windows of ${count} entries, which is no power of two`);
    }
    for (let c = 0; c < shape[0]; c++) {
      const put = (piece: number, place: number, value: number) =>
        out.W[(piece * outputs + c * P + p) * inputs + c * pixels + place] = value;
      // where a window has fewer entries its first one comes again, which changes no maximum
      if (isMax) { for (let k = 0; k < size; k++) put(k, inside[k] ?? inside[0], 1); }
      else inside.forEach((place) => put(0, place, 1 / count));
    }
  }
  return out;
}
