/** Every kernel but the matrix products, on the sizes of a maxout step of 100 digits and an RBF step of 200. @module */

import { listsOf, total } from "./lists.ts";
import { acrossConfigs, images, type Part, reals, subjectOf, wholes } from "./part.ts";
import type { Case, Kernel } from "./verify.ts";

const [B, D, C, U, P] = [100, 784, 10, 240, 5];
const RBF_BATCH = 200;

const zeros = (n: number) => new Float32Array(n);
const unset = (n: number) => new Int32Array(n);

type Draft = Omit<Case, "kernel" | "name"> & { kernel: Kernel; name?: string };

/** Functions of single numbers. */
function elementwise(): Draft[] {
  const n = 16384;
  const each = (kernel: Kernel, operands: Float32Array[], scalars: number[] = []): Draft => ({
    kernel,
    operands: [zeros(n), ...operands],
    scalars: [...scalars, n],
    unit: "ns/element",
    amount: n,
  });
  return [
    { ...each("exp", [reals(n, -20, 20)]), byElement: true },
    { ...each("log", [reals(n, 0.01, 100)]), byElement: true },
    { ...each("softplusForward", [reals(n, -9, 9)]), byElement: true },
    { ...each("softplusBackward", [reals(n), reals(n, 0, 9)]), byElement: true },
    { ...each("multiply", [reals(n), reals(n)]), byElement: true },
    each("randomNormal", [], [0, 1, 7, 0]),
    each("randomUniform", [], [-1, 1, 7, 0]),
    each("randomMask", [], [0.5, 2, 7, 0]),
    each("randomSigns", [], [0.25, 7, 0]),
  ];
}

/** Scores to probabilities, losses and directions. */
function heads(): Draft[] {
  const scores = (lo: number, hi: number) => reals(B * C, lo, hi);
  const labels = wholes(B, C);
  const shared = { unit: "ns/element", amount: B * C } as const;
  const forward = (kernel: Kernel, s: Float32Array, scalars: number[]): Draft => ({
    kernel,
    operands: [zeros(B * C), s],
    scalars,
    ...shared,
  });
  const loss = (kernel: Kernel, s: Float32Array): Draft => ({
    kernel,
    operands: [zeros(B), zeros(B * C), s, labels],
    writes: 2,
    scalars: [1, B, C],
    ...shared,
  });
  const direction = (kernel: Kernel): Draft => ({
    kernel,
    operands: [zeros(B * C), scores(-9, 9), labels],
    scalars: [B, C],
    ...shared,
  });
  return [
    forward("softmaxForward", scores(-9, 9), [B, C]),
    loss("softmaxLoss", scores(-9, 9)),
    direction("softmaxDirection"),
    forward("sigmoidForward", scores(-9, 9), [B * C]),
    loss("sigmoidLoss", scores(-9, 9)),
    direction("sigmoidDirection"),
    forward("exponentialForward", scores(-9, 0), [B * C]),
    { ...loss("exponentialLoss", scores(-9, -0.1)), tolerance: 1e-4 },
  ];
}

/** A maxout layer, dense and by lists. */
function maxout(): Draft[] {
  const N = U * P;
  const x = images(B).x.data;
  // half of the units dropped
  const dH = reals(B * U).map((d) => d > 0 ? d : 0);
  const winner = wholes(B * U, P);
  const pixels = listsOf(x, B, D);
  const dZ = zeros(B * N);
  dH.forEach((d, i) => dZ[Math.floor(i / U) * N + winner[i] * U + i % U] = d);
  const [byRow, byPiece] = [listsOf(dZ, B, N), listsOf(turned(dZ, B, N), N, B)];
  const gather = (
    name: string,
    lists: ReturnType<typeof listsOf>,
    [rows, cols, height, capacity]: readonly number[],
    m: Float32Array,
  ): Draft => ({
    kernel: "gatherRows",
    name,
    operands: [zeros(rows * cols), ...lists, m],
    scalars: [0, rows, cols, height, capacity],
    unit: "GFLOP/s",
    amount: 2 * total(lists[2]) * cols,
  });
  const lists = (n: number, rows: number) => [unset(n), zeros(n), unset(rows)];
  const shared = { unit: "ns/element", amount: B * U } as const;
  return [
    {
      kernel: "maxoutForward",
      operands: [zeros(B * U), unset(B * U), reals(B * N)],
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
    gather("gatherRows, forward", pixels, [B, N, D, D], reals(D * N)),
    gather("gatherRows, dW", byPiece, [N, D, B, B], x),
    gather("gatherRows, dX", [byRow[0], byRow[1], byRow[2]], [B, D, N, N], reals(N * D)),
    {
      kernel: "addBias",
      operands: [zeros(B * N), reals(N, -1e-6, 1e-6)],
      scalars: [B, N],
      unit: "GB/s",
      amount: 8 * B * N,
    },
    {
      kernel: "columnSums",
      operands: [zeros(N), reals(B * N)],
      scalars: [0, B, N],
      unit: "GB/s",
      amount: 4 * B * N,
    },
  ];
}

/** Updates of the weights of a maxout layer. */
function updates(): Draft[] {
  const [rows, n] = [U * P, U * P * D];
  return [
    { kernel: "transpose", operands: [zeros(n), reals(n)], scalars: [rows, D], unit: "GB/s", amount: 8 * n },
    {
      kernel: "sgdStep",
      operands: [reals(n), zeros(n), reals(n, -1e-3, 1e-3)],
      writes: 2,
      scalars: [0.1, 0.5, 0, 0, n],
      unit: "GB/s",
      amount: 20 * n,
    },
    {
      kernel: "adamStep",
      operands: [reals(n), zeros(n), zeros(n), reals(n, -1e-3, 1e-3)],
      writes: 3,
      scalars: [0.002, 0.9, 0.999, 0.1, 0.001, 1e-8, 0, 0, n].map(Math.fround),
      unit: "GB/s",
      amount: 28 * n,
    },
    {
      kernel: "limitRowNorms",
      operands: [reals(n)],
      scalars: [Math.fround(1.9365), rows, D],
      unit: "GB/s",
      amount: 4 * n,
    },
  ];
}

/** Exponential-quadratic units. */
function rbf(): Draft[] {
  const [rows, x] = [RBF_BATCH, images(RBF_BATCH).x.data];
  const units = [reals(C * D, 0, 1), reals(C * D, 0.01, 0.1)];
  const dScores = reals(rows * C);
  const sizes = [rows, C, D];
  const shared = { unit: "ns/element", amount: rows * C * D } as const;
  return [
    { kernel: "rbfForward", operands: [zeros(rows * C), x, ...units], scalars: sizes, ...shared },
    { kernel: "rbfBackward", operands: [zeros(rows * D), dScores, x, ...units], scalars: sizes, ...shared },
    {
      kernel: "rbfParameters",
      operands: [zeros(C * D), zeros(C * D), dScores, x, ...units],
      writes: 2,
      scalars: [0, ...sizes],
      ...shared,
    },
  ];
}

/** Steps of attacks, on as many rows as they take at once. */
function attacks(): Draft[] {
  const [rows, n] = [250, 250 * D];
  const x = images(rows).x.data, g = reals(n);
  const shared = { unit: "ns/element", amount: n } as const;
  return [
    {
      kernel: "signStep",
      operands: [zeros(n), x, g, zeros(D).fill(0.25)],
      scalars: [0, 1, rows, D],
      ...shared,
    },
    { kernel: "addStep", operands: [zeros(n), x, g], scalars: [0, 1, n], ...shared },
    { kernel: "l2Direction", operands: [zeros(n), g], scalars: [1, rows, D], ...shared },
    { kernel: "l1Direction", operands: [zeros(n), g], scalars: [1, rows, D], ...shared },
  ];
}

/** All of them. */
export function cases(): Case[] {
  return [elementwise, heads, maxout, updates, rbf, attacks].flatMap((group) => group())
    .map((draft) => ({ ...draft, name: draft.name ?? draft.kernel }));
}

/** The kernels. */
export const kernels: Part = (setting) => {
  const all = cases();
  return acrossConfigs(setting, (config, heap) => all.map((one) => subjectOf(one, config, heap)));
};

function turned(x: Float32Array, rows: number, cols: number): Float32Array {
  return x.map((_, i) => x[i % rows * cols + Math.floor(i / rows)]);
}
