/** What the square attack proposes: blocks of features and how they move, in each norm. @module */

import type { Constraint } from "../constraints/constraint.ts";
import type { Rng } from "../rng.ts";
import type { Blocks } from "./blocks.ts";

/** Part of the size that is used in L2 and L1, so that rounding does not pass it. */
const WITHIN = 1 - 1e-6;

/** What is to be tried next for an example. */
interface Next {
  /** The example, by its place in the chunk. */
  readonly row: number;
  /** Part of the features that move. */
  readonly part: number;
  /** Whether it is the first: all features then move. */
  readonly first: boolean;
  readonly from: Rng;
}

/** How random search moves. */
interface Moves {
  /** Writes the next input over the best one, `x`, of an example `own`; in L∞ the signs by which features move. */
  propose(x: Float32Array, own: Float32Array, next: Next): void;
  /** Takes note that what was proposed is the best now. */
  accept(row: number): void;
}

/** A random sign. */
const sign = (from: Rng) => from.next() < 0.5 ? -1 : 1;

/** Every feature at one end of what is allowed. */
export function ends({ free, width, draw }: Blocks, rows: number): Moves {
  const now: Int8Array[] = Array(rows), next: Int8Array[] = Array(rows);
  return {
    propose(x, _, { row, part, first, from }) {
      const signs = next[row] = first ? new Int8Array(x.length) : now[row].slice();
      if (first && width) {
        // stripes
        const columns = Array.from({ length: width }, () => sign(from));
        for (const i of free) signs[i] = columns[i % width];
      } else if (first) { for (const i of free) signs[i] = sign(from); }
      else {
        const { block } = draw(part, from);
        const one = width ? sign(from) : 0;
        let changed = false;
        for (const i of block) {
          signs[i] = one || sign(from);
          changed ||= signs[i] !== now[row][i];
        }
        // a question about what is known would be lost
        if (!changed) { for (const i of block) signs[i] = -signs[i]; }
      }
      x.set(signs);
    },
    accept: (row) => now[row] = next[row],
  };
}

/** A perturbation of the whole size, whose parts gain and lose length. */
export function lengths({ free, width, draw }: Blocks, { norm, epsilon, lo, hi }: Constraint): Moves {
  const size = (epsilon as number) * WITHIN;
  const inside = (i: number, value: number) => value < lo[i] ? lo[i] : value > hi[i] ? hi[i] : value;
  const square = norm === "L2";
  /** The length, or its square in L2, which adds up over blocks. */
  const measure = (places: Int32Array, d: (i: number) => number) => {
    let sum = 0;
    for (const i of places) sum += square ? d(i) * d(i) : Math.abs(d(i));
    return sum;
  };
  const total = square ? size * size : size;
  const root = (value: number) => square ? Math.sqrt(value) : value;
  return {
    propose(x, own, { part, first, from }) {
      if (first) {
        const columns = Array.from({ length: width ?? 0 }, () => sign(from));
        const each = size / root(free.length);
        for (const i of free) x[i] = inside(i, own[i] + each * (width ? columns[i % width] : sign(from)));
        return;
      }
      const { block, other, pyramidHeights } = draw(part, from);
      const d = (i: number) => x[i] - own[i];
      const kept = measure(block, d);
      // published is all of it, which in few features leaves what is best by their balance out of reach
      const left = pyramidHeights || from.next() < 0.5 ? 0 : from.next();
      const freed = measure(other, d) - measure(other, (i) => left * d(i));
      // what bounds and rounding have cut off is given out again
      const available = root(kept + freed + Math.max(total - measure(free, d), 0));
      const turn = new Float64Array(block.length);
      const one = sign(from);
      for (let k = 0; k < block.length; k++) turn[k] = pyramidHeights ? one * pyramidHeights[k] : sign(from);
      const all = block.map((_, k) => k);
      const scale = root(measure(all, (k) => turn[k])), length = root(kept);
      if (!(scale > 0)) return;
      const direction = turn.map((value, k) => value / scale + (length > 0 ? d(block[k]) / length : 0));
      const reach = root(measure(all, (k) => direction[k]));
      // what 0 is taken from stays as it is, −0 too
      for (const i of other) x[i] = own[i] - (0 - left * d(i));
      block.forEach((i, k) => {
        // the two directions may cancel
        const step = reach > 1e-6 ? available * direction[k] / reach : available * turn[k] / scale;
        x[i] = inside(i, own[i] - (0 - step));
      });
    },
    accept() {},
  };
}
