/**
 * How kernels split among threads: by rows or columns of the result, never within a sum, so that the bits are those
 * of one thread. A kernel that is not here runs on one: what works on scores of a few classes never pays.
 *
 * @module
 */

/** A call of a kernel: its name in a threaded binary, and its arguments. */
export interface Call {
  readonly kernel: string;
  readonly args: readonly number[];
}

/** How the arguments of one kernel change with the part of the result to be made. */
interface Split {
  /** The kernel that makes a part. */
  readonly part: string;
  /** About how many nanoseconds the whole takes one thread. */
  readonly cost: (args: readonly number[]) => number;
  /** The whole in at most `parts` parts. */
  readonly cut: (args: readonly number[], parts: number) => number[][];
}

/** Columns that gathering takes at once: cut elsewhere, the last ones would be made by other code. */
const COLUMNS = 48;
/** What rows and columns of a tile of the matrix product divide, 5 × 8 as well as vectors of four. */
const TILE = { rows: 20, cols: 24 };
/** Elements that are cut together: whole lines of cache, and whole words of random bits. */
const LINE = 64;

/**
 * By what the argument `along` counts. Address i moves, for each step, by the product of the arguments `moves[i]`,
 * so by one element for none; what lacks there stays. The work is the product of the arguments from `along` on.
 */
function along(
  size: number,
  { ns, moves, step = 1, counter }: {
    /** Nanoseconds for each unit of work on one thread. */
    ns: number;
    moves: readonly (readonly number[] | undefined)[];
    /** What parts are a multiple of; default 1. */
    step?: number;
    /** An argument that counts words of random numbers, so many numbers a word. */
    counter?: { at: number; numbers: number };
  },
): (kernel: string) => Split {
  return (part) => ({
    part,
    cost: (args) => args.slice(size).reduce((all, count) => all * count, ns),
    cut(args, parts) {
      // past 2⁵³ a counter would be rounded
      if (counter && !Number.isSafeInteger(args[counter.at] + args[size])) return [[...args]];
      return ranges(args[size], step, parts).map(([from, to]) => {
        const own = [...args];
        own[size] = to - from;
        moves.forEach((by, i) => by && (own[i] += 4 * from * product(args, by)));
        if (counter) own[counter.at] += from / counter.numbers;
        return own;
      });
    },
  });
}

/** By what the argument `size` counts, by a kernel that takes the range as its last two arguments. */
function within(
  size: number,
  { ns, work, step = 1 }: { ns: number; work: readonly number[]; step?: number },
): (kernel: string) => Split {
  return (kernel) => ({
    part: `${kernel}Part`,
    cost: (args) => ns * product(args, work),
    cut: (args, parts) => ranges(args[size], step, parts).map((range) => [...args, ...range]),
  });
}

/**
 * A matrix product, by the larger of rows and columns: what is packed of the other operand is packed by each thread.
 * `strides` says how many bytes A and B move along rows, depth and columns.
 */
function tiled(
  strides: (m: number, n: number, k: number) => { a: [rows: number, depth: number]; b: [number, number] },
): (kernel: string) => Split {
  return () => ({
    part: "gemmPart",
    cost: ([, , , , m, n, k]) => 0.03 * m * n * k,
    cut([out, a, b, accumulate, m, n, k], parts) {
      const { a: [ai, ak], b: [bk, bj] } = strides(m, n, k);
      const part = (i: number, j: number, rows: number, cols: number) => [
        ...[out + 4 * (i * n + j), 4 * n, a + i * ai, ai, ak, b + j * bj, bk, bj],
        ...[accumulate, rows, cols, k],
      ];
      return m >= n
        ? ranges(m, TILE.rows, parts).map(([from, to]) => part(from, 0, to - from, n))
        : ranges(n, TILE.cols, parts).map(([from, to]) => part(0, from, m, to - from));
    },
  });
}

/** By columns, of which every thread reads its own of what is gathered; by rows where there are few columns. */
function gathered(kernel: string): Split {
  const work = [6, 7, 9];
  // lists are seldom full
  const byColumns = within(7, { ns: 0.03, work, step: COLUMNS })(kernel);
  return {
    ...byColumns,
    cut(args, parts) {
      const [out, indices, values, counts, m, accumulate, rows, cols, height, capacity] = args;
      if (cols >= parts * COLUMNS) return byColumns.cut(args, parts);
      return ranges(rows, 1, parts).map(([from, to]) => [
        ...[out + 4 * from * cols, indices + 4 * from * capacity, values + 4 * from * capacity],
        ...[counts + 4 * from, m, accumulate, to - from, cols, height, capacity, 0, cols],
      ]);
    },
  };
}

/** Floats that each thread has for a row. */
const ROOM = 96_000;

/** By rows, each thread but one with room of its own for one; that one leaves the last row as one thread would. */
const sgdGathered: Split = {
  part: "sgdGatherPart",
  cost: (args) => args[14] * args[15] * (1 + 0.03 * args[17]),
  cut([p, v, row, g, indices, values, counts, x, ...rest], parts) {
    const [rows, cols, height, capacity] = rest.slice(-4);
    const settings = rest.slice(0, -4);
    const pieces = ranges(rows, 1, cols > ROOM ? 1 : parts);
    return pieces.map(([from, to]) => [
      ...[p + 4 * from * cols, v + 4 * from * cols, to === rows ? row : 0, g + 4 * from * cols],
      ...[indices + 4 * from * capacity, values + 4 * from * capacity, counts + 4 * from, x],
      ...[...settings, to - from, cols, height, capacity],
    ]);
  },
};

const elementwise = (operands: number, n: number, ns: number) =>
  along(n, { ns, moves: Array(operands).fill([]), step: LINE });
const random = (n: number, numbers: number, ns: number) =>
  along(n, { ns, moves: [[]], step: LINE, counter: { at: n - 1, numbers } });

const makers: Readonly<Record<string, (kernel: string) => Split>> = {
  gemmNN: tiled((_m, n, k) => ({ a: [4 * k, 4], b: [4 * n, 4] })),
  gemmNT: tiled((_m, _n, k) => ({ a: [4 * k, 4], b: [4, 4 * k] })),
  gemmTN: tiled((m, n) => ({ a: [4, 4 * m], b: [4 * n, 4] })),
  gatherRows: gathered,
  gatherPanels: gathered,
  transposePanels: within(2, { ns: 0.5, work: [2, 3], step: 16 }),
  listNonZero: along(4, { ns: 1, moves: [[5], [5], [], [5]] }),
  listWinnersByRow: along(5, { ns: 2, moves: [[6], [6], [], [6], [6]] }),
  listWinnersByPiece: within(6, { ns: 5, work: [5, 6], step: 16 }),
  maxoutForward: along(3, { ns: 0.3, moves: [[4], [4], [4, 5]] }),
  addBias: along(2, { ns: 0.2, moves: [[3]] }),
  multiply: elementwise(3, 3, 1),
  rbfForward: along(4, { ns: 0.2, moves: [[5], [6]] }),
  rbfBackward: along(5, { ns: 0.3, moves: [[7], [6], [7]] }),
  rbfParameters: within(9, { ns: 0.3, work: [7, 8, 9], step: 16 }),
  sgdStep: elementwise(3, 7, 2),
  adamStep: elementwise(4, 12, 4),
  sgdGather: () => sgdGathered,
  limitRowNorms: along(2, { ns: 0.3, moves: [[3]] }),
  signStep: along(6, { ns: 3, moves: [[7], [7], [7]] }),
  addStep: elementwise(3, 5, 2),
  randomUniform: random(5, 2, 2),
  randomNormal: random(5, 2, 15),
  randomMask: random(5, 4, 1),
  randomSigns: random(4, 64, 5),
};

/** The kernels that split. */
export const splitting: readonly string[] = Object.keys(makers);

const splits = new Map(Object.entries(makers).map(([kernel, make]) => [kernel, make(kernel)]));

/** The kernels that workers are asked for, by their numbers in a threaded binary: `deno task build` reads this. */
export const jobs: readonly string[] = [...new Set(Array.from(splits.values(), ({ part }) => part))];

/** The call of `kernel` as calls of parts, at most `parts`, if that takes one thread `least` nanoseconds or more. */
export function split(
  kernel: string,
  args: readonly number[],
  { parts, least }: { parts: number; least: number },
): Call[] | undefined {
  const how = splits.get(kernel);
  if (!how || how.cost(args) < least) return;
  const cut = how.cut(args, parts);
  return cut.length > 1 ? cut.map((args) => ({ kernel: how.part, args })) : undefined;
}

/** 0 … n in at most `parts` ranges of nearly the same length, a multiple of `step` but for the last. */
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
