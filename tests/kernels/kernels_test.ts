import { assert, assertEquals } from "@std/assert";
import type { Heap } from "../../src/runtime/heap.ts";
import { split, splitting } from "../../src/runtime/split.ts";
import { rng } from "../../src/rng.ts";
import { jobs } from "../../wasm/jobs.ts";
import * as reference from "../reference.ts";
import {
  assertWithin,
  compiled,
  freshHeaps,
  randomLabels,
  threadedHeap,
  uniformMatrix,
  VARIANTS,
} from "../support.ts";

type Kernel = keyof typeof reference;
type Operand = Float32Array | Int32Array;

/** One call of a kernel, up to the addresses. */
interface Trial {
  /** What lies at each address before the call. */
  operands: Operand[];
  scalars: number[];
  /** Terms of the longest sum, which scales the tolerance; 0 for results that are exact. */
  terms: number;
}

interface Row {
  /** The first operands, which the kernel writes; default 1. */
  writes?: number;
  sizes: number[][];
  trials(...sizes: number[]): Trial[];
  /** For each output the sum of its terms' magnitudes; default the result's own. */
  sums?(trial: Trial, expected: Float64Array[]): Float64Array[];
}

/** Below this a kernel may give 0. */
const TINY = 1e-30;

/** A float32 operation's largest relative error. */
const ROUNDING = 2 ** -24;

/** Around one and two vectors. */
const SIZES = [1, 3, 4, 5, 7, 8, 9];

/** Long enough for several threads, and nothing round. */
const LONG = 203;

/** Every combination of the sizes on each axis. */
function every(...axes: number[][]): number[][] {
  return axes.reduce<number[][]>(
    (all, axis) => all.flatMap((sizes) => axis.map((size) => [...sizes, size])),
    [[]],
  );
}

const { abs, fround } = Math;
const heaps = freshHeaps();
/** For each build, heaps on several threads, of which its results may not depend. */
const teams = VARIANTS.map((variant) => [2, 3].map((threads) => threadedHeap(variant, threads)));
Deno.test.afterAll(() => teams.flat().forEach((heap) => heap[Symbol.dispose]()));

let seed = 0;
const reals = (n: number, lo = -1, hi = 1) => uniformMatrix(1, n, seed++, { lo, hi }).data;
/** Small whole numbers: sums of their products are exact in float32, and some are equal. */
const wholes = (n: number) => reals(n, -4, 5).map(Math.floor);
/** What an output holds before: reading it shows. */
const blank = (n: number) => new Float32Array(n).fill(NaN);
/** The same for whole numbers. */
const unset = (n: number) => new Int32Array(n).fill(-1);
/** All zeros, none, some, and those that only look like zeros. */
const sparse = (n: number) => [
  new Float32Array(n),
  reals(n, 1, 2),
  reals(n).map((v) => v > 0 ? v : 0),
  cycle(n, [0, -0, 1e-45, NaN, 0, -1]),
];
/** The first class, the last one, and any. */
const labels = (rows: number, classes: number) =>
  randomLabels(rows, classes, seed++).map((y, i) => i === 0 ? 0 : i === 1 ? classes - 1 : y);
const cycle = (n: number, values: number[]) =>
  Float32Array.from({ length: n }, (_, i) => values[i % values.length]);

/** Moderate, saturated, equal, one class ahead, denormal. */
const scores = (rows: number, cols: number) => [
  reals(rows * cols, -4, 4),
  wholes(rows * cols).map((w) => w > 0 ? 1e4 : -1e4),
  new Float32Array(rows * cols),
  reals(rows * cols, -4, 4).map((s, i) => i % cols === 0 ? s + 80 : s),
  reals(rows * cols, -1e-40, 1e-40),
];
/** Scores differ by up to 88 where it matters: rounding the difference costs as much as these terms of a sum. */
const DIFFERENCE = 24;

const negative = (values: Operand) => values.map((value) => -abs(value)) as Operand;
const positive = (values: Operand) => values.map(abs) as Operand;
/** Sums of magnitudes by the reference, with signs of the operands for which every term has the same. */
const sums = (kernel: Kernel, writes: number, negatives: number[] = []) => ({ operands, scalars }: Trial) =>
  refer(kernel, operands.map((o, i) => negatives.includes(i) ? negative(o) : positive(o)), scalars, writes)
    .outputs;
/** The same for an optimizer, of which the first scalar is the rate at which it descends. */
const sumsOfSteps = (kernel: Kernel, writes: number) => ({ operands, scalars: [rate, ...others] }: Trial) =>
  refer(kernel, operands.map(positive), [-rate, ...others], writes).outputs;

const products = (kernel: "gemmNN" | "gemmNT" | "gemmTN"): Row => ({
  sizes: [
    ...every(SIZES, SIZES, [0, ...SIZES]),
    // around the tile of 5 × 8, and what is packed at once: a depth of 400, and then 240 rows
    ...every([6, 10, 11], [15, 16, 17], [4, 5]),
    ...every([5, 6], [8, 9], [399, 400, 401]),
    ...every([239, 240, 241], [8, 9], [4, 401]),
    [481, 9, 5],
    [6, 9, 801],
    // few columns, packed in runs of 8000
    [5, 10, 8003],
    // few rows, whose other operand is not packed
    ...every([1, 4], [10, 49, 70], [9, 401]),
    // wide enough to be cut by columns
    ...every([6], [97, 150], [5, 401]),
  ],
  trials: (m, n, k) => [
    { operands: [blank(m * n), reals(m * k), reals(k * n)], scalars: [0, m, n, k], terms: k },
    { operands: [reals(m * n), reals(m * k), reals(k * n)], scalars: [1, m, n, k], terms: k + 1 },
    { operands: [wholes(m * n), wholes(m * k), wholes(k * n)], scalars: [1, m, n, k], terms: 0 },
    {
      // what pads an edge is multiplied with these, and must not be seen
      operands: [blank(m * n), wholes(m * k), cycle(k * n, [1, 2, 3, 4, 5, Infinity, 6])],
      scalars: [0, m, n, k],
      terms: 0,
    },
  ],
  sums: sums(kernel, 1),
});

const elementwise = (wild: number[], terms = 2): Row => ({
  sizes: every([...SIZES, 31, 32, 33, LONG]),
  trials: (n) =>
    [reals(n, -9, 9), reals(n, -90, 90), cycle(n, wild), cycle(n, wild.toReversed())]
      .map((x) => ({ operands: [blank(n), x], scalars: [n], terms })),
});

const losses = (batches: (rows: number, cols: number) => Float32Array[]): Row => ({
  writes: 2,
  sizes: every(SIZES, SIZES),
  trials: (rows, cols) =>
    batches(rows, cols).map((s, i) => ({
      operands: [blank(rows), blank(rows * cols), s, labels(rows, cols)],
      scalars: [[1, 0.25, 1 / rows][i % 3], rows, cols].map(fround),
      terms: cols + DIFFERENCE,
    })),
});

const directions: Row = {
  sizes: every(SIZES, SIZES),
  trials: (rows, cols) =>
    scores(rows, cols).map((s) => ({
      operands: [blank(rows * cols), s, labels(rows, cols)],
      scalars: [rows, cols],
      terms: cols + DIFFERENCE,
    })),
};

const KEYS = [0, 1, 20141220, 2 ** 53 - 1], COUNTERS = [0, 5, 2 ** 32 - 1, 2 ** 53 - 1];
const streams = (parameters: number[][], terms = 0): Row => ({
  sizes: every([...SIZES, 63, 64, 65, 127, 128, 129]),
  trials: (n) =>
    KEYS.flatMap((key) =>
      COUNTERS.map((counter, i) => ({
        operands: [blank(n)],
        scalars: [...parameters[i % parameters.length], key, counter, n],
        terms,
      }))
    ),
});

const gathering = (kernel: "gatherRows" | "gatherPanels"): Row => ({
  sizes: [
    ...every(SIZES, [...SIZES, 15, 16, 17, 47, 48, 49, 67, 69], [1, 5], [1, 7]),
    // a matrix too large for the cache is taken by panels
    ...every([2], [113], [2500], [3]),
    ...every([2], [97, LONG], [5], [7]),
    // few columns, packed but where there are too many places
    ...every([6], [10, 12, 13], [401, 8001], [7]),
  ],
  trials: (rows, cols, height, capacity) =>
    [
      { out: blank, draw: reals, accumulate: 0 },
      { out: reals, draw: reals, accumulate: 1 },
      { out: wholes, draw: wholes, accumulate: 1 },
    ].map(({ out, draw, accumulate }) => ({
      operands: [
        out(rows * cols),
        labels(rows * capacity, height),
        draw(rows * capacity),
        labels(rows, capacity + 1),
        draw(height * cols),
      ],
      scalars: [accumulate, rows, cols, height, capacity],
      terms: draw === wholes ? 0 : capacity + accumulate,
    })),
  sums: sums(kernel, 1),
});

const table: Record<Kernel, Row> = {
  signStep: {
    sizes: every(SIZES, SIZES),
    trials: (rows, cols) =>
      [[0, 1], [-Infinity, Infinity]].map(([lo, hi]) => ({
        operands: [
          blank(rows * cols),
          reals(rows * cols, 0, 1),
          cycle(rows * cols, [NaN, 0, -0, 1e-45, -1e-45, 1, -1, Infinity, -Infinity, 1e-30, -3e38]),
          cycle(cols, [0.25, 0.1, 0, 1e-45, 1e-3]),
        ],
        scalars: [lo, hi, rows, cols],
        terms: 1,
      })),
  },
  addStep: {
    sizes: every([...SIZES, LONG]),
    trials: (n) => [
      { operands: [blank(n), reals(n, 0, 1), reals(n)], scalars: [0, 1, n], terms: 1 },
      {
        operands: [blank(n), cycle(n, [1e-45, -1e30, 1, 0]), cycle(n, [-1e-45, 1, -1e-9, 1e-9, 0])],
        scalars: [-Infinity, Infinity, n],
        terms: 1,
      },
    ],
  },
  l2Direction: {
    sizes: every(SIZES, SIZES),
    trials: (rows, cols) =>
      [
        reals(rows * cols),
        new Float32Array(rows * cols),
        reals(rows * cols, -1e-40, 1e-40),
        reals(rows * cols, -3e38, 3e38),
        cycle(rows * cols, [1e-30, 0, 1e30, -1e30]),
        reals(rows * cols).map((g, i) => i === 0 ? NaN : i === rows * cols - 1 ? Infinity : g),
      ].map((g) => ({ operands: [blank(rows * cols), g], scalars: [0.1, rows, cols], terms: 1 })),
  },
  l1Direction: {
    sizes: every(SIZES, SIZES),
    trials: (rows, cols) =>
      [
        reals(rows * cols),
        wholes(rows * cols),
        cycle(rows * cols, [0, 1e-45, -1e-45]),
        cycle(rows * cols, [NaN, -1]),
      ]
        .map((g) => ({ operands: [blank(rows * cols), g], scalars: [0.1, rows, cols], terms: 1 })),
  },
  addBias: {
    sizes: every(SIZES, SIZES),
    trials: (rows, cols) => [
      { operands: [reals(rows * cols), reals(cols)], scalars: [rows, cols], terms: 2 },
      { operands: [wholes(rows * cols), wholes(cols)], scalars: [rows, cols], terms: 0 },
    ],
    sums: sums("addBias", 1),
  },
  columnSums: {
    sizes: every(SIZES, SIZES),
    trials: (rows, cols) => [
      { operands: [blank(cols), reals(rows * cols)], scalars: [0, rows, cols], terms: rows },
      { operands: [reals(cols), reals(rows * cols)], scalars: [1, rows, cols], terms: rows + 1 },
      { operands: [wholes(cols), wholes(rows * cols)], scalars: [1, rows, cols], terms: 0 },
    ],
    sums: sums("columnSums", 1),
  },
  exp: elementwise([
    NaN,
    Infinity,
    -Infinity,
    0,
    -0,
    1e-45,
    -1e-40,
    88.72283,
    88.8,
    -87.33,
    -87.4,
    1e4,
    -1e4,
    3e38,
  ]),
  log: {
    sizes: every([...SIZES, 31, 32, 33, LONG]),
    trials: (n) =>
      [
        reals(n, 0.5, 2),
        reals(n, 1e-30, 1e30),
        cycle(n, [
          NaN,
          Infinity,
          0,
          -0,
          -1,
          -1e-45,
          -Infinity,
          1,
          1.17549435e-38,
          3.4e38,
          1 + 2 ** -23,
          1 - 2 ** -24,
        ]),
      ].map((x) => ({ operands: [blank(n), x], scalars: [n], terms: 2 })),
  },
  softplusForward: elementwise([
    NaN,
    Infinity,
    -Infinity,
    0,
    -0,
    1e-45,
    17,
    -17,
    87,
    -87,
    1e4,
    -1e4,
    3e38,
    -3e38,
  ]),
  softplusBackward: {
    sizes: every([...SIZES, LONG]),
    trials: (n) =>
      [reals(n, 0, 9), cycle(n, [0, 1e-45, 1e-9, 1, 80, 90, 1e4, Infinity])]
        .map((y) => ({ operands: [blank(n), reals(n), y], scalars: [n], terms: 2 })),
    // of 1 − e^−y the terms are at most 1
    sums: ({ operands: [, dY] }) => [Float64Array.from(dY, abs)],
  },
  multiply: {
    sizes: every([...SIZES, LONG]),
    trials: (n) =>
      [[reals(n), reals(n)], [
        cycle(n, [1e-20, -1e-16, NaN, 0, Infinity]),
        cycle(n, [1e-20, 1e-15, 1, -3e38, Infinity, -2]),
      ]]
        .map((factors) => ({ operands: [blank(n), ...factors], scalars: [n], terms: 1 })),
  },
  exponentialForward: elementwise([NaN, -Infinity, 0, -0, -1e-45, -87.33, -87.4, 1, 1e4, -1e4]),
  exponentialLoss: {
    ...losses((rows, cols) =>
      [...scores(rows, cols), reals(rows * cols, -0.1, 0)].map((s) => s.map((value) => -abs(value)))
    ),
    // log(1 − p) has the rounding of 1 − p, however small it is
    sums: ({ scalars: [, , cols] }, [loss, dScores]) => [loss.map((l) => l + cols), dScores.map(abs)],
  },
  gemmNN: products("gemmNN"),
  gemmNT: products("gemmNT"),
  gemmTN: products("gemmTN"),
  maxoutForward: {
    writes: 2,
    sizes: every(SIZES, SIZES, SIZES),
    trials: (rows, units, pieces) =>
      [
        reals(rows * units * pieces),
        wholes(rows * units * pieces),
        cycle(rows * units * pieces, [0, -0, -0]),
        reals(rows * units * pieces, -1e-44, 1e-44),
      ].map((z) => ({
        operands: [blank(rows * units), new Int32Array(rows * units).fill(-1), z],
        scalars: [rows, units, pieces],
        terms: 0,
      })),
  },
  maxoutBackward: {
    sizes: every(SIZES, SIZES, SIZES),
    trials: (rows, units, pieces) => [{
      operands: [
        blank(rows * units * pieces),
        reals(rows * units).map((d, i) => i === 0 ? 1e-44 : d),
        labels(rows * units, pieces),
      ],
      scalars: [rows, units, pieces],
      terms: 0,
    }],
  },
  listNonZero: {
    writes: 3,
    sizes: every(SIZES, SIZES),
    trials: (rows, cols) =>
      sparse(rows * cols).map((x) => ({
        operands: [unset(rows * cols), blank(rows * cols), unset(rows), x],
        scalars: [rows, cols],
        terms: 0,
      })),
  },
  listWinnersByRow: {
    writes: 3,
    sizes: every(SIZES, SIZES),
    trials: (rows, units) =>
      sparse(rows * units).map((dH) => ({
        operands: [unset(rows * units), blank(rows * units), unset(rows), dH, labels(rows * units, 5)],
        scalars: [rows, units],
        terms: 0,
      })),
  },
  listWinnersByPiece: {
    writes: 3,
    sizes: [...every(SIZES, SIZES, SIZES), [3, LONG, 2]],
    trials: (rows, units, pieces) =>
      sparse(rows * units).map((dH) => ({
        operands: [
          unset(units * pieces * rows),
          blank(units * pieces * rows),
          unset(units * pieces),
          dH,
          labels(rows * units, pieces),
        ],
        scalars: [rows, units, pieces],
        terms: 0,
      })),
  },
  gatherRows: gathering("gatherRows"),
  gatherPanels: gathering("gatherPanels"),
  toPanels: {
    sizes: every(SIZES, [...SIZES, 47, 48, 49, 99]),
    trials: (
      rows,
      cols,
    ) => [{ operands: [blank(rows * cols), reals(rows * cols)], scalars: [rows, cols], terms: 0 }],
  },
  transposePanels: {
    sizes: every([...SIZES, 15, 16, 17, 47, 48, 49, 99], [...SIZES, 15, 16, 17]),
    trials: (
      rows,
      cols,
    ) => [{ operands: [blank(rows * cols), reals(rows * cols)], scalars: [rows, cols], terms: 0 }],
  },
  sgdStep: {
    writes: 2,
    sizes: every([...SIZES, LONG]),
    trials: (n) =>
      [[0, 0], [0.03125, 0], [0.03125, 0.25]].map(([l1, l2]) => ({
        operands: [wholes(n).map((p) => p / 3), reals(n), reals(n)],
        scalars: [0.125, 0.875, l1, l2, n],
        terms: 6,
      })),
    sums: sumsOfSteps("sgdStep", 2),
  },
  sgdGather: {
    writes: 3,
    sizes: every([1, 3, 5], [...SIZES, 16, 49], [1, 5], [1, 4]),
    trials: (rows, cols, height, capacity) =>
      [[0, 0, 0], [1, 0, 0], [1, 0.03125, 0.75]].map(([onto, decay, most]) => ({
        operands: [
          wholes(rows * cols).map((p) => p / 3),
          reals(rows * cols),
          blank(cols),
          reals(rows * cols),
          labels(rows * capacity, height),
          reals(rows * capacity),
          labels(rows, capacity + 1),
          reals(height * cols),
        ],
        scalars: [onto, 0.125, 0.875, decay, decay, most, rows, cols, height, capacity],
        terms: capacity + 6 + cols,
      })),
    sums: ({ operands, scalars: [onto, rate, momentum, l1, l2, _most, ...sizes] }) =>
      refer("sgdGather", operands.map(positive), [onto, -rate, momentum, l1, l2, 0, ...sizes], 3).outputs,
  },
  adamStep: {
    writes: 3,
    sizes: every([...SIZES, LONG]),
    trials: (n) =>
      [
        { m: reals(n), v: reals(n, 0.5, 1), l1: 0.03125, l2: 0.25, t: 7 },
        { m: new Float32Array(n), v: new Float32Array(n), l1: 0, l2: 0, t: 1 },
      ].map(({ m, v, l1, l2, t }) => ({
        operands: [wholes(n).map((p) => p / 3), m, v, reals(n)],
        scalars: [0.125, 0.875, 0.999, 1 - 0.875 ** t, 1 - 0.999 ** t, 1e-8, l1, l2, n].map(fround),
        terms: 12,
      })),
    sums: sumsOfSteps("adamStep", 3),
  },
  limitRowNorms: {
    sizes: every(SIZES, SIZES),
    trials: (rows, cols) =>
      [
        reals(rows * cols),
        new Float32Array(rows * cols),
        cycle(rows * cols, [1e-45, -1e-45, 0]),
        wholes(rows * cols),
      ]
        .map((w) => ({ operands: [w], scalars: [0.75, rows, cols], terms: cols + 2 })),
  },
  randomKey: {
    sizes: every(KEYS, COUNTERS),
    trials: (key, part) => [{ operands: [], scalars: [key, part], terms: 0 }],
  },
  randomNumber: {
    sizes: every(KEYS, COUNTERS),
    trials: (key, counter) => [{ operands: [], scalars: [key, counter], terms: 0 }],
  },
  randomUniform: streams([[0, 1], [-1, 1], [fround(0.1), fround(0.7)], [-3e38, 3e38 / 2].map(fround)]),
  randomNormal: {
    sizes: every([...SIZES, 15, 16, 17, LONG]),
    trials: (n) => [
      ...streams([[0, 1], [0.5, 0.25], [-100, 3]], 3).trials(n),
      // keys and counters of words whose bits are nearly all alike: the farthest tails and the centre
      ...[[166, 5622480053386955], [4906, 6768573244406715], [3203, 6313983655325608]]
        .map((word) => ({ operands: [blank(n)], scalars: [0, 1, ...word, n], terms: 3 })),
    ],
    sums: ({ scalars: [mean, deviation] }, [out]) => [out.map((value) => abs(value) + abs(mean) + deviation)],
  },
  randomMask: streams([[0, 1], [1, 1], [0.5, 2], [fround(0.8), 1.25]]),
  randomSigns: streams([[1], [fround(0.1)], [0]]),
  rbfForward: {
    sizes: every(SIZES, SIZES, [...SIZES, 15, 16, 17]),
    trials: (rows, classes, inputs) =>
      [reals, wholes].map((draw) => ({
        operands: [
          blank(rows * classes),
          draw(rows * inputs),
          draw(classes * inputs),
          draw(classes * inputs),
        ],
        scalars: [rows, classes, inputs],
        terms: draw === wholes ? 0 : inputs + 3,
      })),
    sums: sums("rbfForward", 1, [2]),
  },
  rbfBackward: {
    sizes: every(SIZES, SIZES, SIZES),
    trials: (rows, classes, inputs) =>
      [reals, wholes].map((draw) => ({
        operands: [
          blank(rows * inputs),
          draw(rows * classes),
          draw(rows * inputs),
          draw(classes * inputs),
          draw(classes * inputs),
        ],
        scalars: [rows, classes, inputs],
        terms: draw === wholes ? 0 : classes + 3,
      })),
    sums: sums("rbfBackward", 1, [3]),
  },
  rbfParameters: {
    writes: 2,
    sizes: [...every(SIZES, SIZES, SIZES), [3, 4, LONG]],
    trials: (rows, classes, inputs) =>
      [{ out: blank, draw: reals, accumulate: 0 }, { out: reals, draw: reals, accumulate: 1 }, {
        out: wholes,
        draw: wholes,
        accumulate: 1,
      }].map(({ out, draw, accumulate }) => ({
        operands: [
          out(classes * inputs),
          out(classes * inputs),
          draw(rows * classes),
          draw(rows * inputs),
          draw(classes * inputs),
          draw(classes * inputs),
        ],
        scalars: [accumulate, rows, classes, inputs],
        terms: draw === wholes ? 0 : rows + 4,
      })),
    sums: sums("rbfParameters", 2, [1, 4]),
  },
  squaresForward: {
    sizes: every(SIZES, SIZES, SIZES),
    trials: (rows, classes, rank) => [
      {
        operands: [reals(rows * classes), reals(rows * classes * rank)],
        scalars: [rows, classes, rank],
        terms: rank + 1,
      },
      {
        operands: [wholes(rows * classes), wholes(rows * classes * rank)],
        scalars: [rows, classes, rank],
        terms: 0,
      },
    ],
    sums: sums("squaresForward", 1, [0]),
  },
  squaresBackward: {
    sizes: every(SIZES, SIZES, SIZES),
    trials: (rows, classes, rank) => [{
      operands: [blank(rows * classes * rank), reals(rows * classes), reals(rows * classes * rank)],
      scalars: [rows, classes, rank],
      terms: 1,
    }],
  },
  sigmoidDirection: directions,
  sigmoidForward: elementwise([NaN, Infinity, -Infinity, 0, -0, 1e-45, 17, -17, 87, -87, 1e4, -1e4], 3),
  sigmoidLoss: losses(scores),
  softmaxDirection: directions,
  softmaxForward: {
    sizes: every(SIZES, SIZES),
    trials: (rows, cols) =>
      scores(rows, cols).map((s) => ({
        operands: [blank(rows * cols), s],
        scalars: [rows, cols],
        terms: cols + DIFFERENCE,
      })),
  },
  softmaxLoss: losses(scores),
};

/** What the reference gives for these operands, which it leaves alone. */
function refer(kernel: Kernel, operands: Operand[], scalars: number[], writes: number) {
  const copies = operands.map((operand) => new Float64Array(operand));
  const value = (reference[kernel] as (...args: unknown[]) => unknown)(...copies, ...scalars);
  return { value, outputs: copies.slice(0, writes) };
}

/** Words before and after an operand. Odd, so that no operand is aligned to a vector. */
const GUARD = 5;
/** A NaN with a mark. */
const POISON = 0x7fc0dead;

/**
 * What the kernel of this heap gives. Checks that it changes nothing but its outputs; `shared` is an output and
 * an input that lie at the same address.
 */
function call(
  heap: Heap,
  kernel: Kernel,
  { operands, scalars }: Trial,
  writes: number,
  shared?: [number, number],
) {
  const { alloc, free, memory } = heap.exports;
  const blocks = operands.map((operand) => alloc((operand.length + 2 * GUARD) * 4));
  if (shared) free(blocks[shared[0]]), blocks[shared[0]] = blocks[shared[1]];
  const words = (i: number) => new Int32Array(memory.buffer, blocks[i], operands[i].length + 2 * GUARD);
  const bits = (i: number) => new Int32Array(operands[i].buffer, operands[i].byteOffset, operands[i].length);
  for (let i = 0; i < operands.length; i++) {
    if (i === shared?.[0]) continue;
    words(i).fill(POISON);
    words(i).set(bits(i), GUARD);
  }
  const value = heap.call(kernel, [...blocks.map((block) => block + GUARD * 4), ...scalars]);
  const outputs = operands.slice(0, writes).map((operand, i) => {
    const after = words(i).slice(GUARD, -GUARD);
    return operand instanceof Int32Array ? after : new Float32Array(after.buffer);
  });
  for (let i = 0; i < operands.length; i++) {
    const what = `${kernel}(${scalars}) on ${heap.kernels}`;
    const after = words(i), before = bits(i);
    const guards = [...after.subarray(0, GUARD), ...after.subarray(-GUARD)];
    assert(guards.every((word) => word === POISON), `${what} writes outside operand ${i}`);
    if (i < writes || i === shared?.[1]) continue;
    assert(before.every((word, j) => word === after[GUARD + j]), `${what} changes operand ${i}`);
  }
  blocks.forEach((block, i) => i === shared?.[0] || free(block));
  return { value, outputs };
}

/** For each kernel the outputs and inputs that its documentation allows to lie at the same address. */
async function documentedAliases(): Promise<Map<string, [number, number][]>> {
  const aliases = new Map<string, [number, number][]>();
  const asm = new URL("../../asm/", import.meta.url);
  for await (const file of Deno.readDir(asm)) {
    if (!file.name.endsWith(".ts")) continue;
    const text = await Deno.readTextFile(new URL(file.name, asm));
    for (
      const [, doc, name, list] of text.matchAll(
        /\/\*\*((?:(?!\*\/)[^])*)\*\/\s*export function (\w+)\(([^)]*)/g,
      )
    ) {
      const parameters = list.split(",").map((parameter) => parameter.split(":")[0].trim());
      const pairs: [number, number][] = [];
      for (const [, out, ...inputs] of doc.matchAll(/(\w+) may be (\w+)(?: or (\w+))?/g)) {
        for (const input of inputs.filter(Boolean)) {
          pairs.push([parameters.indexOf(out), parameters.indexOf(input)]);
        }
      }
      aliases.set(name, pairs);
    }
  }
  return aliases;
}

const aliases = await documentedAliases();

for (const [name, row] of Object.entries(table)) {
  const kernel = name as Kernel;
  Deno.test(`${kernel}() is its reference, and writes nothing but its outputs`, () => {
    for (const sizes of row.sizes) {
      for (const trial of row.trials(...sizes)) attempt(kernel, trial, row);
    }
  });
}

/**
 * Tries both builds against the reference; and against each build itself every number of threads, and every documented
 * way to share an address.
 */
function attempt(kernel: Kernel, trial: Trial, row: Row): void {
  const writes = row.writes ?? Math.min(1, trial.operands.length);
  const expected = refer(kernel, trial.operands, trial.scalars, writes);
  const sums = trial.terms > 0 && row.sums?.(trial, expected.outputs) || expected.outputs;
  for (const [i, heap] of heaps.entries()) {
    const actual = call(heap, kernel, trial, writes);
    const what = `${kernel}(${trial.scalars}) on ${heap.kernels}`;
    assertEquals(actual.value, expected.value, what);
    for (let i = 0; i < writes; i++) {
      // what overflows float32 is infinite
      const wanted = expected.outputs[i].map((value) => isFinite(fround(value)) ? value : fround(value));
      const tolerance = (j: number) => 4 * trial.terms * ROUNDING * abs(sums[i][j]) + TINY;
      assertWithin(actual.outputs[i], wanted, tolerance, `${what}, output ${i}`);
    }
    for (const [output, input] of aliases.get(kernel)!) {
      const operands = trial.operands.with(output, trial.operands[input]);
      for (const each of [heap, ...teams[i]]) {
        const shared = call(each, kernel, { ...trial, operands }, writes, [output, input]);
        assertEquals(shared, actual, `${what}, operand ${output} at ${input}, ${each.kernels}`);
      }
    }
    for (const each of teams[i]) {
      assertEquals(call(each, kernel, trial, writes), actual, `${what}, ${each.kernels}`);
    }
  }
}

Deno.test("kernels are the same in both builds, which import nothing and export their memory", () => {
  const modules = VARIANTS.map((variant) => compiled(variant));
  for (const module of modules) {
    assertEquals(WebAssembly.Module.imports(module), []);
    assertEquals(WebAssembly.Module.exports(module), WebAssembly.Module.exports(modules[0]));
    for (const { name, kind } of WebAssembly.Module.exports(module)) {
      assertEquals(kind, name === "memory" ? "memory" : "function");
    }
  }
});

Deno.test("threaded builds have all kernels of the others, and import a memory alone", () => {
  const kernels = WebAssembly.Module.exports(compiled("baseline"));
  const modules = VARIANTS.map((variant) => compiled(variant, { threads: 2 }));
  for (const module of modules) {
    assertEquals(WebAssembly.Module.imports(module), [{ module: "env", name: "memory", kind: "memory" }]);
    const exports = WebAssembly.Module.exports(module);
    assertEquals(exports, WebAssembly.Module.exports(modules[0]));
    const names = exports.map(({ name }) => name);
    assertEquals(kernels.filter(({ name }) => !names.includes(name)), []);
    assertEquals(jobs.filter((job) => !names.includes(job)), []);
  }
});

Deno.test("kernels have a reference with the same parameters, and trials", () => {
  const { memory: _, abiVersion: __, alloc: ___, free: ____, ...kernels } = heaps[0].exports;
  const names = Object.keys(kernels).sort();
  assertEquals(Object.keys(reference).sort(), names);
  assertEquals(Object.keys(table).sort(), names);
  for (const [name, kernel] of Object.entries(kernels)) {
    assertEquals(reference[name as Kernel].length, kernel.length, name);
    const row = table[name as Kernel];
    assert(row.trials(...row.sizes[0]).length > 0, name);
  }
});

Deno.test("kernels that split are tried in parts", () => {
  for (const kernel of splitting) {
    const { sizes, trials } = table[kernel];
    const tried = sizes.some((each) =>
      trials(...each).some(({ operands, scalars }) =>
        split(kernel, [...operands.map(() => 0), ...scalars], { parts: 2, least: 0 })
      )
    );
    assert(tried, `${kernel} is never tried in parts`);
  }
});

Deno.test("kernels' documentation is read for what may lie at the same address", () => {
  assertEquals(aliases.get("signStep"), [[0, 1], [0, 2]]);
  assertEquals(aliases.get("softmaxLoss"), [[1, 2]]);
  assertEquals(aliases.get("gemmNN"), []);
  for (const pairs of aliases.values()) assert(pairs.flat().every((operand) => operand >= 0));
});

/** What a kernel of one input gives, in both builds. */
function map(kernel: "exp" | "log" | "softplusForward", x: Float32Array): Float32Array[] {
  return heaps.map((heap) => {
    using input = heap.copy({ rows: 1, cols: x.length, data: x });
    using output = heap.matrix(1, x.length);
    heap.exports[kernel](output.address, input.address, x.length);
    return output.data.slice();
  });
}

/** Float32 numbers whose bits are `from`, `from + step`, … */
const patterns = (from: number, step: number, n: number) =>
  new Float32Array(new Int32Array(n).map((_, i) => from + i * step).buffer);
const line = (lo: number, hi: number, n: number) =>
  new Float32Array(n).map((_, i) => lo + (hi - lo) * (i + 0.5) / n);

/** All float32 numbers, in 2²¹ steps. */
const EVERYTHING = patterns(0, 2 ** 11, 2 ** 21);
const LEAST_NORMAL = 2 ** -126;

/**
 * Passes if `kernel` is `exact` to less than `most` units in the last place; what is not a normal float32 must be
 * NaN, infinite, or next to 0.
 */
function assertUlps(
  kernel: "exp" | "log" | "softplusForward",
  exact: (x: number) => number,
  most: number,
): void {
  const ones = patterns(0x3f000000, 64, 2 ** 18);
  for (const x of [EVERYTHING, ones, line(-104, 90, 2 ** 18)]) {
    const expected = new Float64Array(x).map(exact);
    const bits = new Int32Array(new Float32Array(expected).buffer);
    const tolerance = (i: number) => {
      const exponent = bits[i] >>> 23 & 255;
      return exponent === 0 ? LEAST_NORMAL : most * 2 ** (exponent - 150);
    };
    const wanted = expected.map((value) => isFinite(fround(value)) ? value : fround(value));
    for (const actual of map(kernel, x)) assertWithin(actual, wanted, tolerance, kernel);
  }
}

Deno.test("exp() is exact to 1 ulp", () => assertUlps("exp", Math.exp, 1));

Deno.test("log() is exact to 1 ulp, −∞ for denormals", () => {
  assertUlps("log", (x) => x < LEAST_NORMAL && x >= 0 ? -Infinity : Math.log(x), 1);
});

Deno.test("softplusForward() is exact to 2 ulp", () => {
  assertUlps("softplusForward", (x) => Math.max(x, 0) + Math.log1p(Math.exp(-abs(x))), 2);
});

/** Any finite float32 numbers, all exponents alike. */
function wild(n: number): Float32Array {
  const from = rng(seed++);
  const values = new Float32Array(Int32Array.from({ length: n }, () => from.below(2 ** 32) - 2 ** 31).buffer);
  return values.map((value) => isFinite(value) ? value : 0);
}

/** For each number of `x` one of either sign around its last place, or up to its own size. */
function comparable(x: Float32Array): Float32Array {
  const from = rng(seed++);
  return x.map((value) => {
    const d = value * (from.next() * 2 - 1) * 2 ** (1 - from.below(30));
    return isFinite(fround(d)) ? d : 0;
  });
}

/** A float32 number in units of the least denormal. */
const exactly = (value: number) => BigInt(value * 2 ** 149);
const magnitude = (value: bigint) => value < 0n ? -value : value;

/** Pairs of x and d: all magnitudes, and d so small that x + d rounds. */
function* steps(n: number): Generator<[Float32Array, Float32Array]> {
  const x = wild(n);
  yield [x, wild(n)];
  yield [x, comparable(x)];
  yield [reals(n, 0, 1), new Float32Array(n).fill(0.1)];
  // sums overflow
  yield [reals(n).map((value) => value * 3.4e38), reals(n).map((value) => value * 3.4e38)];
}

function assertNoFarther(out: Float32Array, x: Float32Array, d: Float32Array, what: string): void {
  for (let i = 0; i < x.length; i++) {
    const step = isFinite(out[i]) ? magnitude(exactly(out[i]) - exactly(x[i])) : Infinity;
    assert(step <= magnitude(exactly(d[i])), `${what} goes from ${x[i]} to ${out[i]}, farther than ${d[i]}`);
    assert(
      d[i] === 0 || out[i] === x[i] || out[i] > x[i] === d[i] > 0,
      `${what} goes from ${x[i]} to ${out[i]}`,
    );
  }
}

Deno.test("addStep() never goes farther than |d|, exactly", () => {
  for (const [x, d] of steps(10_000)) {
    const trial = { operands: [blank(x.length), x, d], scalars: [-Infinity, Infinity, x.length], terms: 0 };
    for (const heap of heaps) {
      const { outputs } = call(heap, "addStep", trial, 1);
      assertNoFarther(outputs[0] as Float32Array, x, d, `addStep on ${heap.kernels}`);
    }
  }
});

Deno.test("signStep() never goes farther than epsilon, exactly, and nowhere without a gradient", () => {
  for (const [x, d] of steps(10_000)) {
    const n = x.length;
    const g = d.map((value, i) => i % 4 === 0 ? NaN : i % 4 === 1 ? 0 * value : value);
    const trial = { operands: [blank(n), x, g, d.map(abs)], scalars: [-Infinity, Infinity, 1, n], terms: 0 };
    for (const heap of heaps) {
      const [out] = call(heap, "signStep", trial, 1).outputs;
      assertNoFarther(out as Float32Array, x, d, `signStep on ${heap.kernels}`);
      for (let i = 0; i < n; i++) if (Number.isNaN(g[i]) || g[i] === 0) assertEquals(out[i], x[i] + 0);
    }
  }
});

Deno.test("signStep() at epsilon 0 is the identity", () => {
  const x = wild(10_000), n = x.length;
  const trial = {
    operands: [blank(n), x, wild(n), new Float32Array(n)],
    scalars: [-Infinity, Infinity, 1, n],
    terms: 0,
  };
  for (const heap of heaps) {
    assertEquals(
      call(heap, "signStep", trial, 1).outputs[0],
      x.map((value) => value + 0),
    );
  }
});

for (const [kernel, power] of [["l2Direction", 2], ["l1Direction", 1]] as const) {
  Deno.test(`${kernel}() has a norm of epsilon, and never above it in float64`, () => {
    for (const cols of [1, 2, 3, 10, 784]) {
      const rows = Math.ceil(10_000 / cols);
      for (const g of [wild(rows * cols), reals(rows * cols), new Float32Array(rows * cols).fill(-1e-44)]) {
        for (const epsilon of [0.1, 0.25, 7.3, 1e-3]) {
          for (const heap of heaps) {
            const trial = { operands: [blank(rows * cols), g], scalars: [epsilon, rows, cols], terms: 0 };
            const [d] = call(heap, kernel, trial, 1).outputs;
            for (let r = 0; r < rows; r++) {
              let sum = 0;
              for (let i = r * cols; i < (r + 1) * cols; i++) sum += abs(d[i]) ** power;
              const norm = sum ** (1 / power);
              assert(norm <= epsilon, `${kernel} on ${heap.kernels} has norm ${norm} above ${epsilon}`);
              const some = g.subarray(r * cols, (r + 1) * cols).some((value) => value !== 0);
              assert(
                norm >= (some ? epsilon * (1 - 1e-6) : 0),
                `${kernel} on ${heap.kernels} has norm ${norm}`,
              );
            }
          }
        }
      }
    }
  });
}

/** The outputs of a loss or direction for one example of class 0, in both builds. */
function onExample(kernel: Kernel, s: number[], writes: number): Float32Array[][] {
  const outputs = writes === 2 ? [blank(1), blank(s.length)] : [blank(s.length)];
  const operands = [...outputs, Float32Array.from(s), Int32Array.of(0)];
  const scalars = writes === 2 ? [1, 1, s.length] : [1, s.length];
  return heaps.map((heap) =>
    call(heap, kernel, { operands, scalars, terms: 0 }, writes).outputs as Float32Array[]
  );
}

Deno.test("softmaxLoss() keeps a gradient where the class's probability rounds to 1", () => {
  for (const margin of [30, 80]) {
    const others = [0, -1, 0.5, -2];
    const sum = others.reduce((all, s) => all + Math.exp(s - margin), 0);
    for (const [loss, dScores] of onExample("softmaxLoss", [margin, ...others], 2)) {
      assert(abs(loss[0] / sum - 1) < 1e-5, `margin ${margin}: loss ${loss[0]} instead of ${sum}`);
      const slopes = dScores.subarray(1).reduce((all, slope) => all + slope, 0);
      assert(abs(-dScores[0] / sum - 1) < 1e-5, `margin ${margin}: slope ${dScores[0]} instead of ${-sum}`);
      assert(
        abs(-dScores[0] / slopes - 1) < 1e-6,
        `margin ${margin}: slope ${dScores[0]}, the others ${slopes}`,
      );
    }
  }
});

Deno.test("softmaxDirection() does not depend on the margin, however large", () => {
  const others = [0, -1, 0.5, -2];
  for (const margin of [-1e4, 0, 80, 1e4, 1e30]) {
    const shares = new Float64Array(4);
    reference.softmaxForward(shares, Float64Array.from(others), 1, 4);
    for (const [dScores] of onExample("softmaxDirection", [margin, ...others], 1)) {
      assertWithin(dScores, [-1, ...shares], () => 1e-6, `margin ${margin}`);
    }
  }
});

Deno.test("sigmoidDirection() has a largest slope of 1, however large the scores", () => {
  for (const s of [[1e4, -1e4, -9e3], [80, -80, -79], [0, 0, 0], [1e4, -1e4, 0], [-1e4, 1e4, 1e30]]) {
    for (const [dScores] of onExample("sigmoidDirection", s, 1)) {
      assertEquals(Math.max(...dScores.map(abs)), 1, `scores ${s}`);
      assert(dScores[0] <= 0 && dScores[1] >= 0 && dScores[2] >= 0, `scores ${s}: ${dScores}`);
    }
  }
});

Deno.test("optimizers and multiply() leave nothing denormal, and let a NaN be seen", () => {
  const decaying: [Kernel, number, number[]][] = [
    ["sgdStep", 2, [0.125, 0.5, 0, 0, 9]],
    ["adamStep", 3, [0, 0.5, 0.5, 1, 1, 1e-8, 0, 0, 9].map(fround)],
    ["multiply", 1, [9]],
  ];
  for (const [kernel, writes, scalars] of decaying) {
    for (const heap of heaps) {
      let outputs: Operand[] = Array.from({ length: writes }, () => reals(9, 0.5, 1));
      const rest = kernel === "multiply" ? [outputs[0], reals(9, 0.25, 0.5)] : [new Float32Array(9)];
      for (let step = 0; step < 200; step++) {
        if (kernel === "multiply") rest[0] = outputs[0];
        outputs = call(heap, kernel, { operands: [...outputs, ...rest], scalars, terms: 0 }, writes).outputs;
        for (const value of outputs.flatMap((output) => [...output])) {
          assert(value === 0 || abs(value) > 0.9e-30, `${kernel} on ${heap.kernels} leaves ${value}`);
        }
      }
      assert(outputs.at(-1)!.every((value) => value === 0), `${kernel} on ${heap.kernels} does not decay`);
      rest[0] = new Float32Array(9).fill(NaN);
      const after =
        call(heap, kernel, { operands: [...outputs, ...rest], scalars, terms: 0 }, writes).outputs;
      assert(after.every((output) => output.every(Number.isNaN)), `${kernel} on ${heap.kernels} hides a NaN`);
    }
  }
});

Deno.test("limitRowNorms() and sgdGather() make NaN of a row whose norm overflows, and of no other", () => {
  const rows = Float32Array.of(1e20, 1, 2, 3, 4, 3, 4, 0, 0, 0);
  const [still, none] = [new Float32Array(10), new Int32Array(2)];
  for (const heap of heaps) {
    const limited = call(heap, "limitRowNorms", { operands: [rows], scalars: [2, 2, 5], terms: 0 }, 1);
    const lists = [none, new Float32Array(2), none, new Float32Array(5)];
    const operands = [rows, still, new Float32Array(5), still, ...lists];
    const scalars = [1, 0.5, 0, 0, 0, 2, 2, 5, 1, 1];
    for (const { outputs } of [limited, call(heap, "sgdGather", { operands, scalars, terms: 0 }, 3)]) {
      assert(outputs[0].subarray(0, 5).every(Number.isNaN), heap.kernels);
      assertEquals(
        outputs[0].subarray(5),
        Float32Array.of(3, 4, 0, 0, 0).map((value) => value * fround(0.4)),
      );
    }
  }
});
