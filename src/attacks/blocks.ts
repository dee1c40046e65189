/** Blocks of features, drawn by chance, and how random search moves them. @module */

import type { Constraint } from "../constraints/constraint.ts";
import type { Rng } from "../rng.ts";

/** Questions of 10,000 after which the share of the features that move is halved (Andriushchenko et al. 2020, section 4). */
const HALVINGS = [10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000];

/** What is left of the first share after a part of all questions. */
export function remainingShare(done: number): number {
  return HALVINGS.reduce((share, at) => done * 10_000 > at ? share / 2 : share, 1);
}

/** Blocks of the features that may move. */
export interface Blocks {
  /** Places of the features that may move. */
  readonly free: Int32Array;
  /** Columns of an image, if it is one. */
  readonly width?: number;
  /** Places of a block of about `share` of the features, drawn from `from`, and of another beside it. */
  draw(share: number, from: Rng): Pair;
}

/** Two blocks that have no feature in common; the second may be empty. */
export interface Pair {
  readonly block: Int32Array;
  readonly other: Int32Array;
  /** The height in the middle and the fall to the edges of a square, for each feature of the block; in images alone. */
  readonly pyramidHeights?: Float64Array;
}

/** The blocks of what a constraint lets move: squares of an image of that width, or any features. */
export function blocks({ inputs, norm, sizes, fixed }: Constraint, width: number | undefined): Blocks {
  const moves = Uint8Array.from(
    { length: inputs },
    (_, i) => Number(norm === "Linf" ? sizes[i] > 0 : !fixed?.[i]),
  );
  const free = Int32Array.from({ length: inputs }, (_, i) => i).filter((i) => moves[i] === 1);
  if (width === undefined) return { free, draw: (share, from) => scattered(free, share, from) };
  const paired = norm !== "Linf";
  return { free, width, draw: (share, from) => squares(moves, { width, share, paired, from }) };
}

/** Features in no order: blocks are drawn without one. */
function scattered(free: Int32Array, share: number, from: Rng): Pair {
  const { length } = free;
  const count = Math.min(Math.max(Math.round(share * length), 1), length);
  const both = Math.min(2 * count, length);
  const order = free.slice();
  for (let i = 0; i < both; i++) {
    const j = i + from.below(length - i);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return { block: order.subarray(0, count), other: order.subarray(count, both) };
}

/** Squares of an image; in pairs they have odd sides of 3 at least, as published. */
function squares(
  moves: Uint8Array,
  { width, share, paired, from }: { width: number; share: number; paired: boolean; from: Rng },
): Pair {
  const height = moves.length / width;
  const most = Math.min(width, height);
  let side = Math.max(Math.round(Math.sqrt(share * moves.length)), 1);
  if (paired) side = Math.max(side + 1 - side % 2, 3);
  side = Math.min(side, most);
  const place = () => {
    const [top, left] = [from.below(height - side + 1), from.below(width - side + 1)];
    return Int32Array.from(
      { length: side * side },
      (_, k) => (top + Math.floor(k / side)) * width + left + k % side,
    );
  };
  const all = place();
  const block = all.filter((i) => moves[i] === 1);
  if (!paired) return { block, other: new Int32Array() };
  const heights = pyramidPair(side, from.next() < 0.5);
  const inBlock = new Set(block);
  const other = place().filter((i) => moves[i] === 1 && !inBlock.has(i));
  return { block, other, pyramidHeights: heights.filter((_, k) => moves[all[k]] === 1) };
}

/**
 * Two hills side by side, one up and one down, each falling from its middle as the sum of 1/k² over the rectangles of
 * growing size around it (Andriushchenko et al. 2020, equation 2); one above the other if `turned`.
 */
export function pyramidPair(side: number, turned: boolean): Float64Array {
  const out = new Float64Array(side * side);
  const half = Math.floor(side / 2);
  pyramid(out, { side, from: 0, rows: half, sign: 1 });
  pyramid(out, { side, from: half, rows: side - half, sign: -1 });
  return turned ? out.map((_, k) => out[(k % side) * side + Math.floor(k / side)]) : out;
}

function pyramid(
  out: Float64Array,
  { side, from, rows, sign }: { side: number; from: number; rows: number; sign: number },
): void {
  const [top, left] = [Math.floor(rows / 2), Math.floor(side / 2)];
  for (let k = 0; k <= Math.max(top, left); k++) {
    for (let r = Math.max(top - k, 0); r < Math.min(top + k + 1, rows); r++) {
      for (let c = Math.max(left - k, 0); c < Math.min(left + k + 1, side); c++) {
        out[(from + r) * side + c] += sign / ((k + 1) * (k + 1));
      }
    }
  }
}
