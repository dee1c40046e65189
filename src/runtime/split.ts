/**
 * How kernels split among threads: by rows or columns of the result, never within a sum, so that the bits are those
 * of one thread. A kernel that is not here runs on one: what works on scores of a few classes never pays.
 *
 * @module
 */

import { type Kernel, parametersOf } from "./kernel.ts";

/** A call of a kernel: its name in a threaded binary, and its arguments. */
export interface Call {
  readonly kernel: string;
  readonly args: readonly number[];
}

/** How the arguments of one kernel change with the part of the result to be made. */
interface Split {
  /** About how many nanoseconds the whole takes one thread. */
  readonly cost: (args: readonly number[]) => number;
  /** The whole in at most `parts` parts. */
  readonly cut: (args: readonly number[], parts: number) => number[][];
}

/** The place of an argument among those of a kernel. */
type Places = (name: string) => number;

/** The kernel that makes a part, and how: known once it is looked up where the arguments stand. */
interface Plan {
  readonly part: string;
  readonly by: (at: Places) => Split;
}

/** Columns that gathering takes at once: cut elsewhere, the last ones would be made by other code. */
const COLUMNS = 48;
/** What rows and columns of a tile of the matrix product divide, 5 × 8 as well as vectors of four. */
const TILE = { rows: 20, cols: 24 };
/** Elements that are cut together: whole lines of cache, and whole words of random bits. */
const LINE = 64;

/**
 * By what the argument `size` counts. An address moves, for each step, by the product of the arguments `moves` names for
 * it, so by one element for none; what is not there stays. The work is the product of the arguments from `size` on.
 */
function along(
  size: string,
  { ns, moves, step = 1, numbers }: {
    /** Nanoseconds for each unit of work on one thread. */
    ns: number;
    moves: Readonly<Record<string, readonly string[]>>;
    /** What parts are a multiple of; default 1. */
    step?: number;
    /** How many random numbers the argument `counter` counts at a time, if there is one. */
    numbers?: number;
  },
): Plan["by"] {
  return (at) => {
    const place = at(size), counter = numbers ? at("counter") : -1;
    const moving = Object.entries(moves).map(([name, by]) => ({ address: at(name), by: by.map(at) }));
    return {
      cost: (args) => args.slice(place).reduce((all, count) => all * count, ns),
      cut(args, parts) {
        // past 2⁵³ a counter would be rounded
        if (numbers && !Number.isSafeInteger(args[counter] + args[place])) return [[...args]];
        return ranges(args[place], step, parts).map(([from, to]) => {
          const own = [...args];
          own[place] = to - from;
          for (const { address, by } of moving) own[address] += 4 * from * product(args, by);
          if (numbers) own[counter] += from / numbers;
          return own;
        });
      },
    };
  };
}

/** By what the argument `size` counts, by a kernel that takes the range as its last two arguments. */
function within(
  size: string,
  { ns, work, step = 1 }: { ns: number; work: readonly string[]; step?: number },
): Plan["by"] {
  return (at) => {
    const place = at(size), factors = work.map(at);
    return {
      cost: (args) => ns * product(args, factors),
      cut: (args, parts) => ranges(args[place], step, parts).map((range) => [...args, ...range]),
    };
  };
}

/**
 * A matrix product, by the larger of rows and columns: what is packed of the other operand is packed by each thread.
 * `strides` says how many bytes A and B move along rows, depth and columns.
 */
function tiled(
  strides: (m: number, n: number, k: number) => { a: [rows: number, depth: number]; b: [number, number] },
): Plan {
  return {
    part: "gemmPart",
    by: (at) => ({
      cost: (args) => 0.03 * args[at("m")] * args[at("n")] * args[at("k")],
      cut(args, parts) {
        const [out, a, b, accumulate, m, n, k] = ["out", "a", "b", "accumulate", "m", "n", "k"]
          .map((name) => args[at(name)]);
        const { a: [ai, ak], b: [bk, bj] } = strides(m, n, k);
        const part = (i: number, j: number, rows: number, cols: number) => [
          ...[out + 4 * (i * n + j), 4 * n, a + i * ai, ai, ak, b + j * bj, bk, bj],
          ...[accumulate, rows, cols, k],
        ];
        return m >= n
          ? ranges(m, TILE.rows, parts).map(([from, to]) => part(from, 0, to - from, n))
          : ranges(n, TILE.cols, parts).map(([from, to]) => part(0, from, m, to - from));
      },
    }),
  };
}

/** How a list and the row that it makes move from one row to the next. */
const LISTS = { indices: ["capacity"], values: ["capacity"], counts: [] };

/** By columns, of which every thread reads its own of what is gathered; by rows where there are few columns. */
const gathered: Plan["by"] = (at) => {
  // lists are seldom full
  const byColumns = within("cols", { ns: 0.03, work: ["rows", "cols", "capacity"], step: COLUMNS })(at);
  const byRows = along("rows", { ns: 0, moves: { out: ["cols"], ...LISTS } })(at);
  return {
    cost: byColumns.cost,
    cut(args, parts) {
      const cols = args[at("cols")];
      if (cols >= parts * COLUMNS) return byColumns.cut(args, parts);
      return byRows.cut(args, parts).map((own) => [...own, 0, cols]);
    },
  };
};

/** Floats that each thread has for a row. */
const ROOM = 96_000;

/** By rows, each thread but one with room of its own for one; that one leaves the last row as one thread would. */
const sgdGathered: Plan["by"] = (at) => {
  const [rows, cols, capacity, row] = ["rows", "cols", "capacity", "row"].map(at);
  const byRows = along("rows", { ns: 0, moves: { p: ["cols"], v: ["cols"], g: ["cols"], ...LISTS } })(at);
  return {
    cost: (args) => args[rows] * args[cols] * (1 + 0.03 * args[capacity]),
    cut: (args, parts) =>
      byRows.cut(args, args[cols] > ROOM ? 1 : parts)
        .map((own, i, all) => i < all.length - 1 ? own.with(row, 0) : own),
  };
};

/** A kernel that makes parts as it makes the whole. */
const whole = (kernel: Kernel, by: Plan["by"]): Plan => ({ part: kernel, by });
/** One with a sibling for parts. */
const sibling = (kernel: Kernel, by: Plan["by"]): Plan => ({ part: `${kernel}Part`, by });

const elementwise = (kernel: Kernel, operands: readonly string[], ns: number) =>
  whole(
    kernel,
    along("n", { ns, moves: Object.fromEntries(operands.map((name) => [name, []])), step: LINE }),
  );
const random = (kernel: Kernel, numbers: number, ns: number) =>
  whole(kernel, along("n", { ns, moves: { out: [] }, step: LINE, numbers }));
const byRows = (kernel: Kernel, ns: number, moves: Readonly<Record<string, readonly string[]>>) =>
  whole(kernel, along("rows", { ns, moves }));
const byImages = (kernel: Kernel, ns: number, moves: Readonly<Record<string, readonly string[]>>) =>
  whole(kernel, along("images", { ns, moves }));

/** How images and what is made of them move from one row to the next. */
const IMAGES = ["groups", "pixels"],
  PLACES = ["groups", "outputs", "places"],
  CHANNELS = ["channels", "pixels"];

const plans: Readonly<Partial<Record<Kernel, Plan>>> = {
  gemmNN: tiled((_m, n, k) => ({ a: [4 * k, 4], b: [4 * n, 4] })),
  gemmNT: tiled((_m, _n, k) => ({ a: [4 * k, 4], b: [4, 4 * k] })),
  gemmTN: tiled((m, n) => ({ a: [4, 4 * m], b: [4 * n, 4] })),
  gatherRows: sibling("gatherRows", gathered),
  gatherPanels: sibling("gatherPanels", gathered),
  transposePanels: sibling("transposePanels", within("rows", { ns: 0.5, work: ["rows", "cols"], step: 16 })),
  listNonZero: byRows("listNonZero", 1, { indices: ["cols"], values: ["cols"], counts: [], x: ["cols"] }),
  listWinnersByRow: byRows("listWinnersByRow", 2, {
    ...{ indices: ["units"], values: ["units"], counts: [] },
    ...{ dH: ["units"], winner: ["units"] },
  }),
  listWinnersByPiece: sibling(
    "listWinnersByPiece",
    within("units", { ns: 5, work: ["rows", "units"], step: 16 }),
  ),
  maxoutForward: byRows("maxoutForward", 0.3, { h: ["units"], winner: ["units"], z: ["units", "pieces"] }),
  addBias: byRows("addBias", 0.2, { out: ["cols"] }),
  multiply: elementwise("multiply", ["out", "a", "b"], 1),
  rbfForward: byRows("rbfForward", 0.2, { scores: ["classes"], x: ["inputs"] }),
  rbfBackward: byRows("rbfBackward", 0.3, { dX: ["inputs"], dScores: ["classes"], x: ["inputs"] }),
  rbfParameters: sibling(
    "rbfParameters",
    within("inputs", { ns: 0.3, work: ["rows", "classes", "inputs"], step: 16 }),
  ),
  sgdStep: elementwise("sgdStep", ["p", "v", "g"], 2),
  adamStep: elementwise("adamStep", ["p", "m", "v", "g"], 4),
  sgdGather: sibling("sgdGather", sgdGathered),
  limitRowNorms: byRows("limitRowNorms", 0.3, { w: ["cols"] }),
  signStep: byRows("signStep", 3, { out: ["cols"], x: ["cols"], g: ["cols"] }),
  addStep: elementwise("addStep", ["out", "x", "d"], 2),
  stepWithin: byRows("stepWithin", 3, { x: ["cols"], g: ["cols"], least: ["cols"], greatest: ["cols"] }),
  rectifierForward: elementwise("rectifierForward", ["out", "x"], 1),
  rectifierBackward: elementwise("rectifierBackward", ["dX", "dY", "x"], 1),
  conv2dForward: byRows("conv2dForward", 0.03, { z: PLACES, x: IMAGES }),
  conv2dBackward: byRows("conv2dBackward", 0.03, { dX: IMAGES, dZ: PLACES }),
  conv2dParameters: sibling(
    "conv2dParameters",
    within("depth", { ns: 0.03, work: ["rows", "groups", "outputs", "depth", "places"], step: 5 }),
  ),
  channelScale: byRows("channelScale", 0.2, { out: CHANNELS, x: CHANNELS }),
  channelBlend: byRows("channelBlend", 0.3, { dX: CHANNELS, dY: CHANNELS, x: CHANNELS }),
  shiftImages: byImages("shiftImages", 0.3, { out: ["toHeight", "toWidth"], x: ["height", "width"] }),
  maxPoolForward: byImages("maxPoolForward", 1, { out: ["outputs"], winner: ["outputs"], x: ["pixels"] }),
  maxPoolBackward: byImages("maxPoolBackward", 2, { dX: ["pixels"], dOut: ["outputs"], winner: ["outputs"] }),
  averagePoolForward: byImages("averagePoolForward", 1, { out: ["outputs"], x: ["pixels"] }),
  averagePoolBackward: byImages("averagePoolBackward", 1, { dX: ["pixels"], dOut: ["outputs"] }),
  randomUniform: random("randomUniform", 2, 2),
  randomNormal: random("randomNormal", 2, 15),
  randomMask: random("randomMask", 4, 1),
  randomSigns: random("randomSigns", 64, 5),
};

/** The kernels that split. */
export const splitting = Object.keys(plans) as readonly Kernel[];

/** The kernels that workers are asked for, by their numbers in a threaded binary: `deno task build` reads this. */
export const jobs: readonly string[] = [...new Set(Object.values(plans).map(({ part }) => part))];

/** Made at first use: the build reads `jobs` before what binaries take is known. */
const splits = new Map<Kernel, Split>();

function splitOf(kernel: Kernel, { by }: Plan): Split {
  let found = splits.get(kernel);
  if (!found) {
    const names = parametersOf(kernel);
    const at = (name: string) => {
      const place = names.indexOf(name);
      if (place < 0) throw new Error(`Cannot split ${kernel}: it takes no ${name}`);
      return place;
    };
    splits.set(kernel, found = by(at));
  }
  return found;
}

/** The call of `kernel` as calls of parts, at most `parts`, if that takes one thread `least` nanoseconds or more. */
export function split(
  kernel: Kernel,
  args: readonly number[],
  { parts, least }: { parts: number; least: number },
): Call[] | undefined {
  const plan = plans[kernel];
  if (!plan) return;
  const { cost, cut } = splitOf(kernel, plan);
  if (cost(args) < least) return;
  const all = cut(args, parts);
  return all.length > 1 ? all.map((args) => ({ kernel: plan.part, args })) : undefined;
}

/** 0 … n in at most `parts` ranges of nearly the same length, a multiple of `step` except for the last. */
function ranges(n: number, step: number, parts: number): [from: number, to: number][] {
  const steps = Math.ceil(n / step);
  return Array.from({ length: Math.min(parts, steps) }, (_, i) => {
    const edge = (i: number) => Math.min(Math.round(steps * i / Math.min(parts, steps)) * step, n);
    return [edge(i), edge(i + 1)];
  });
}

function product(args: readonly number[], places: readonly number[]): number {
  return places.reduce((all, place) => all * args[place], 1);
}
