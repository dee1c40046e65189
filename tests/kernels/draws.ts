/** What kernels are tried on: sizes, and numbers chosen to hurt. @module */

import { randomLabels, uniformMatrix } from "../support.ts";

/** Around one and two vectors. */
export const SIZES = [1, 3, 4, 5, 7, 8, 9];

/** Long enough for several threads, and nothing round. */
export const LONG = 203;

/** Every combination of the sizes on each axis. */
export function every(...axes: number[][]): number[][] {
  return axes.reduce<number[][]>(
    (all, axis) => all.flatMap((sizes) => axis.map((size) => [...sizes, size])),
    [[]],
  );
}

let seed = 0;
/** The next seed. */
export const nextSeed = (): number => seed++;

export const reals = (n: number, lo = -1, hi = 1) => uniformMatrix(1, n, nextSeed(), { lo, hi }).data;

/** Small whole numbers: sums of their products are exact in float32, and some are equal. */
export const wholes = (n: number) => reals(n, -4, 5).map(Math.floor);

/** What an output holds before: reading it shows. */
export const blank = (n: number) => new Float32Array(n).fill(NaN);

/** The same for whole numbers. */
export const unset = (n: number) => new Int32Array(n).fill(-1);

/** All zeros, none, some, and those that only look like zeros. */
export const sparse = (n: number) => [
  new Float32Array(n),
  reals(n, 1, 2),
  reals(n).map((v) => v > 0 ? v : 0),
  cycle(n, [0, -0, 1e-45, NaN, 0, -1]),
];

/** The first class, the last one, and any. */
export const labels = (rows: number, classes: number) =>
  randomLabels(rows, classes, nextSeed()).map((y, i) => i === 0 ? 0 : i === 1 ? classes - 1 : y);

export const cycle = (n: number, values: number[]) =>
  Float32Array.from({ length: n }, (_, i) => values[i % values.length]);

/** Moderate, saturated, equal, one class ahead, denormal. */
export const scores = (rows: number, cols: number) => [
  reals(rows * cols, -4, 4),
  wholes(rows * cols).map((w) => w > 0 ? 1e4 : -1e4),
  new Float32Array(rows * cols),
  reals(rows * cols, -4, 4).map((s, i) => i % cols === 0 ? s + 80 : s),
  reals(rows * cols, -1e-40, 1e-40),
];

/** Scores differ by up to 88 where it matters: rounding the difference costs as much as these terms of a sum. */
export const DIFFERENCE = 24;
