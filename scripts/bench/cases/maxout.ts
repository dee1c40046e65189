/** Maxout layers. @module */

import { listsOf, total } from "../lists.ts";
import { images, randomIntegers, uniformFloats } from "../part.ts";
import { B, D, type Draft, integerBuffer, P, U, zeros } from "./draft.ts";

/** A maxout layer, dense and by lists. */
export function maxout(): Draft[] {
  const N = U * P;
  const x = images(B).x.data;
  // half of the units dropped
  const dH = uniformFloats(B * U).map((d) => d > 0 ? d : 0);
  const winner = randomIntegers(B * U, P);
  const pixels = listsOf(x, B, D);
  const dZ = zeros(B * N);
  dH.forEach((d, i) => dZ[Math.floor(i / U) * N + winner[i] * U + i % U] = d);
  const [byRow, byPiece] = [listsOf(dZ, B, N), listsOf(turned(dZ, B, N), N, B)];
  const gather = (
    kernel: "gatherRows" | "gatherPanels",
    name: string,
    lists: ReturnType<typeof listsOf>,
    [rows, cols, height, capacity]: readonly number[],
    m: Float32Array,
  ): Draft => ({
    kernel,
    name: `${kernel}, ${name}`,
    operands: [zeros(rows * cols), ...lists, m],
    scalars: [0, rows, cols, height, capacity],
    unit: "GFLOP/s",
    amount: 2 * total(lists[2]) * cols,
  });
  const lists = (n: number, rows: number) => [integerBuffer(n), zeros(n), integerBuffer(rows)];
  const shared = { unit: "ns/element", amount: B * U } as const;
  return [
    {
      kernel: "maxoutForward",
      operands: [zeros(B * U), integerBuffer(B * U), uniformFloats(B * N)],
      writes: 2,
      scalars: [B, U, P],
      unit: "ns/element",
      amount: B * N,
    },
    {
      kernel: "maxoutBackward",
      operands: [zeros(B * N), dH, winner],
      scalars: [B, U, P],
      unit: "ns/element",
      amount: B * N,
    },
    {
      kernel: "listNonZero",
      operands: [...lists(B * D, B), x],
      writes: 3,
      scalars: [B, D],
      unit: "ns/element",
      amount: B * D,
    },
    {
      kernel: "listWinnersByRow",
      operands: [...lists(B * U, B), dH, winner],
      writes: 3,
      scalars: [B, U],
      ...shared,
    },
    {
      kernel: "listWinnersByPiece",
      operands: [...lists(B * N, N), dH, winner],
      writes: 3,
      scalars: [B, U, P],
      ...shared,
    },
    gather("gatherPanels", "forward", pixels, [B, N, D, D], uniformFloats(D * N)),
    gather("gatherRows", "dW", byPiece, [N, D, B, B], x),
    {
      kernel: "sgdGather",
      operands: [uniformFloats(N * D), zeros(N * D), zeros(D), zeros(N * D), ...byPiece, x],
      writes: 3,
      scalars: [0, 0.125, 0.5, 0, 0, 1.9375, N, D, B, B],
      unit: "GFLOP/s",
      amount: 2 * total(byPiece[2]) * D,
    },
    gather("gatherRows", "dX", [byRow[0], byRow[1], byRow[2]], [B, D, N, N], uniformFloats(N * D)),
    {
      kernel: "addBias",
      operands: [zeros(B * N), uniformFloats(N, -1e-6, 1e-6)],
      scalars: [B, N],
      unit: "GB/s",
      amount: 8 * B * N,
    },
    {
      kernel: "columnSums",
      operands: [zeros(N), uniformFloats(B * N)],
      scalars: [0, B, N],
      unit: "GB/s",
      amount: 4 * B * N,
    },
  ];
}

function turned(x: Float32Array, rows: number, cols: number): Float32Array {
  return x.map((_, i) => x[i % rows * cols + Math.floor(i / rows)]);
}
