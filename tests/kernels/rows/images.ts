/** Trials of the kernels of images. @module */

import { placesOf, type Windows, windowsOf } from "../../../src/ops/windows.ts";
import { blank, reals, unset, wholes } from "../draws.ts";
import type { Kernel, Operand, Row, Trial } from "../trial.ts";
import { sums } from "../trial.ts";

/** Rows, groups, outputs, channels, height, width, kernel, stride, dilation, padding. */
const CONVOLUTIONS = [
  [1, 1, 1, 1, 1, 1, 1, 1, 1, 0],
  [1, 1, 1, 1, 3, 3, 3, 1, 1, 0],
  [2, 1, 5, 2, 6, 10, 3, 1, 1, 0],
  [2, 1, 9, 3, 7, 7, 3, 1, 1, 0],
  [1, 2, 8, 2, 6, 6, 2, 2, 1, 0],
  [3, 1, 6, 1, 9, 8, 3, 1, 2, 0],
  // more than is packed at once of a window, and of the outputs
  [2, 1, 3, 17, 6, 6, 5, 1, 1, 0],
  [1, 1, 405, 1, 3, 4, 2, 1, 1, 0],
];

/** Where windows lie: offsets and bases as the operation makes them. */
function windowed([rows, groups, outputs, channels, height, width, kernel, stride, dilation]: number[]) {
  const [k, s, d] = [kernel, stride, dilation].map((n) => [n, n]);
  const windows = windowsOf([1, height, width], { kernel: k, stride: s, dilation: d }) as Windows;
  const places = placesOf(windows), P = windows.to[0] * windows.to[1];
  const bases = places.slice(0, P);
  const offsets = Int32Array.from(
    { length: channels * windows.size },
    (_, i) => Math.floor(i / windows.size) * height * width + places[(i % windows.size) * P] - bases[0],
  );
  const pixels = channels * height * width, depth = offsets.length;
  return {
    bases,
    offsets,
    scalars: [pixels, rows, groups, outputs, depth, P],
    x: rows * groups * pixels,
    z: rows * groups * outputs * P,
    w: groups * outputs * depth,
    b: groups * outputs,
    depth,
    terms: rows * P,
  };
}

/** Numbers of any size, whole ones whose sums are exact, and many zeros. */
const DRAWS = [reals, wholes, (n: number) => wholes(n).map((w) => w > 0 ? w : 0)];

/** Trials of a convolution's kernel: `terms` of its sums, and its operands. */
const convolution = (
  kernel: Kernel,
  terms: (at: ReturnType<typeof windowed>) => number,
  operands: (at: ReturnType<typeof windowed>, draw: (n: number) => Float32Array) => Operand[],
  accumulate: readonly number[][] = [[]],
): Row => ({
  sizes: CONVOLUTIONS,
  trials(...sizes) {
    const at = windowed(sizes);
    return DRAWS.flatMap((draw, i) =>
      accumulate.map((first): Trial => ({
        operands: operands(at, draw),
        scalars: [...first, ...at.scalars],
        terms: i === 0 ? terms(at) + 1 : 0,
      }))
    );
  },
  sums: sums(kernel, 1),
});

/** Channels, height, width, kernel, stride, padding. */
const POOLS = [[1, 1, 1, 1, 1, 0], [3, 8, 8, 2, 2, 0], [2, 9, 11, 2, 2, 0], [2, 6, 10, 3, 2, 1], [
  5,
  7,
  7,
  3,
  1,
  1,
], [2, 4, 20, 2, 2, 1]];

function pooled([images, height, width, kernel, stride, padding]: number[]) {
  const windows = windowsOf([1, height, width], {
    kernel: [kernel, kernel],
    stride: [stride, stride],
    padding: Array(4).fill(padding),
  }) as Windows;
  const places = placesOf(windows), outputs = windows.to[0] * windows.to[1], pixels = height * width;
  return {
    places,
    shares: reals(outputs, 0.1, 1),
    scalars: [pixels, images, outputs],
    size: windows.size,
    x: images * pixels,
    out: images * outputs,
    // a place in each window that is none in the padding
    winner: Int32Array.from(
      { length: images * outputs },
      (_, i) =>
        Array.from({ length: windows.size }, (_, k) => places[k * outputs + i % outputs])
          .filter((place) => place >= 0).at(i % 3 === 0 ? 0 : -1)!,
    ),
  };
}

const pooling = (trial: (at: ReturnType<typeof pooled>) => Trial[], own?: Row["sums"]): Row => ({
  sizes: POOLS,
  trials: (...sizes) => trial(pooled(sizes)),
  ...(own && { sums: own }),
});

/** Trials over rows, channels and pixels. */
const channels = (trial: (size: number, sizes: number[]) => Trial, own: Row["sums"]): Row => ({
  sizes: [[1, 1, 1], [3, 2, 5], [2, 5, 9], [7, 3, 16], [5, 9, 1]],
  trials: (...sizes) => [trial(sizes.reduce((a, b) => a * b), sizes)],
  sums: own,
});

/** By kernel. */
export const rows = {
  conv2dForward: convolution(
    "conv2dForward",
    ({ depth }) => depth,
    (at, draw) => [blank(at.z), draw(at.x), draw(at.w), draw(at.b), at.offsets, at.bases],
  ),
  conv2dBackward: convolution(
    "conv2dBackward",
    ({ scalars: [, , , outputs, depth] }) => outputs * depth,
    (at, draw) => [blank(at.x), draw(at.z), draw(at.w), at.offsets, at.bases],
  ),
  conv2dParameters: convolution(
    "conv2dParameters",
    ({ terms }) => terms,
    (at, draw) => [draw(at.w), draw(at.z), draw(at.x), at.offsets, at.bases],
    [[0], [1]],
  ),
  channelSums: {
    sizes: [[1, 1, 1], [3, 2, 5], [2, 5, 9], [7, 3, 16]],
    trials: (rows, channels, pixels) =>
      [0, 1].map((accumulate) => ({
        operands: [reals(channels), reals(rows * channels * pixels)],
        scalars: [accumulate, rows, channels, pixels],
        terms: rows * pixels + 1,
      })),
    sums: sums("channelSums", 1),
  },
  channelMoments: channels((size, [rows, channels, pixels]) => ({
    operands: [blank(channels), blank(channels), reals(size)],
    scalars: [rows, channels, pixels],
    terms: rows * pixels + 2,
  }), ({ operands: [, , x], scalars: [rows, channels, pixels] }) => {
    const sizes = new Float64Array(channels), squares = new Float64Array(channels);
    x.forEach((value, i) => {
      const c = Math.floor(i / pixels) % channels;
      sizes[c] += Math.abs(value) / (rows * pixels);
      squares[c] += 4 * value * value / (rows * pixels);
    });
    return [sizes, squares];
  }),
  channelProducts: channels((size, [rows, channels, pixels]) => ({
    operands: [blank(channels), blank(channels), reals(size), reals(size), reals(channels)],
    scalars: [rows, channels, pixels],
    terms: rows * pixels + 2,
  }), sums("channelProducts", 2, [4])),
  channelScale: channels((size, [rows, channels, pixels]) => ({
    operands: [blank(size), reals(size), reals(channels), reals(channels)],
    scalars: [rows, channels, pixels],
    terms: 2,
  }), sums("channelScale", 1)),
  channelBlend: channels((size, [rows, channels, pixels]) => ({
    operands: [blank(size), reals(size), reals(size), ...[0, 0, 0].map(() => reals(channels))],
    scalars: [rows, channels, pixels],
    terms: 3,
  }), sums("channelBlend", 1)),
  shiftImages: {
    sizes: [[1, 1, 3, 4, 2, 5, 6], [-1, -2, 5, 6, 3, 3, 3], [2, 0, 3, 3, 1, 4, 3], [-4, 1, 3, 3, 2, 3, 3], [
      0,
      5,
      2,
      3,
      4,
      2,
      4,
    ]],
    trials: (down, right, height, width, images, toHeight, toWidth) => [{
      operands: [blank(images * toHeight * toWidth), reals(images * height * width)],
      scalars: [down, right, height, width, images, toHeight, toWidth],
      terms: 0,
    }],
  },
  maxPoolForward: pooling(({ places, scalars, size, x, out }) =>
    [reals(x), wholes(x), new Float32Array(x), reals(x, -2, -1)].map((values) => ({
      operands: [blank(out), unset(out), values, places],
      scalars: [...scalars, size],
      terms: 0,
    }))
  ),
  maxPoolBackward: pooling(({ scalars, x, out, winner }) => [
    { operands: [blank(x), wholes(out), winner], scalars, terms: 0 },
  ]),
  averagePoolForward: pooling(({ places, shares, scalars, size, x, out }) => [
    { operands: [blank(out), reals(x), places, shares], scalars: [...scalars, size], terms: size + 1 },
  ], sums("averagePoolForward", 1)),
  averagePoolBackward: pooling(({ places, shares, scalars, size, x, out }) => [
    { operands: [blank(x), reals(out), places, shares], scalars: [...scalars, size], terms: size + 1 },
  ], sums("averagePoolBackward", 1)),
} satisfies Partial<Record<Kernel, Row>>;
