/** Random search by blocks of features: an attack by scores alone. @module */

import type { Constraint } from "../constraints/constraint.ts";
import { InputError } from "../errors.ts";
import { lossValues } from "../loss.ts";
import { rowsOf } from "../matrix.ts";
import type { Classifier } from "../models/classifier.ts";
import type { Rng } from "../rng.ts";
import { integer, number } from "../schema.ts";
import type { Attack } from "./attack.ts";
import { makeAttack } from "./make_attack.ts";
import { type Blocks, blocks, remainingShare } from "./blocks.ts";
import { allRows, copyRow, gather } from "./rows.ts";

/** Options of the attack: number of queries, and the blocks that it moves. */
export interface SquareOptions {
  /** Maximum number of queries for each example; default 1000. */
  queries?: number;
  /** Part of the features that the first blocks hold, which falls as the search goes on; default 0.8. */
  share?: number;
  /** Columns of an image, row after row: blocks are then squares; default none, blocks of any features. */
  width?: number;
}

/**
 * The square attack (Andriushchenko et al. 2020): random search that moves a block of features at a time and keeps what
 * raises the margin, by scores alone. In L∞ every feature stands at one end of what is allowed, and a block goes to ends
 * drawn anew. In L2 and L1 a block gives the length of its perturbation to another, which turns in a random direction. Blocks
 * become smaller at the published times, scaled to `queries`.
 *
 * Blocks are squares if the inputs are images of a `width`, and else any features, each with a sign of its own. An example
 * that the model gets wrong as it is stays as it is; the search for an example ends when it fools the model.
 *
 * @example
 * ```ts
 * import { batch, matrix, model, softmaxLinear, square } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const tensors = {
 *   W: { shape: [2, 1], data: new Float32Array([-1, 1]) },
 *   b: { shape: [2], data: new Float32Array(2) },
 * };
 * using linear = model(softmaxLinear({ inputs: 1, classes: 2 }), { tensors });
 * const attacked = square(linear, batch({ x: matrix(1, 1, [0.125]), labels: [1] }), { epsilon: 0.25 });
 * assertEquals([attacked.x.data[0], attacked.fooled[0]], [-0.125, 1]);
 * ```
 *
 * @throws {InputError} if an option is out of its range, or the features do not fill the rows of an image of that width
 */
export const square: Attack<SquareOptions, Classifier> = makeAttack({
  name: "square",
  summary: "Random search that moves a block of features at a time, by scores alone",
  needs: "scores",
  norms: ["Linf", "L2", "L1"],
  options: {
    queries: integer("Questions to the model about each example at most", { min: 1, default: 1000 }),
    share: number("Part of the features that the first blocks hold", { above: 0, max: 1, default: 0.8 }),
    width: integer("Columns of an image, whose blocks are squares", { min: 1 }),
  },
  *run(chunk, { queries, share, width }) {
    const { x, constraint, rng, matrix, model, target } = chunk;
    const { inputs, norm, discrete } = constraint;
    if (width !== undefined && inputs % width !== 0) {
      const problem = `${inputs} features do not fill rows of width ${width}`;
      throw new InputError("shape", "attack by square", problem);
    }
    const labels = target ?? chunk.labels;
    const margins = lossValues(model, "margin");
    const parts = blocks(constraint, width);
    const moves = norm === "Linf" ? ends(parts, x.rows) : lengths(parts, constraint);
    const out = matrix("out");
    out.data.set(x.data);
    if (parts.free.length === 0) return out;
    const best = new Float64Array(x.rows).fill(-Infinity);
    let fooled = (yield { ask: "scores", x }).fooled();
    let open = allRows(x.rows).filter((row) => !fooled[row]);
    let { region } = chunk;
    for (let query = 1; query < queries && open.length > 0; query++) {
      if (open.length < region.original.rows) {
        const from = gather(matrix("from", open.length), x, open);
        region = constraint.around(from, (name) => matrix(name, open.length));
      }
      const { original } = region;
      const tried = gather(matrix("tried", open.length), out, open);
      const part = share * remainingShare((query - 1) / queries);
      open.forEach((row, k) =>
        moves.propose(rowsOf(tried, k, k + 1).data, rowsOf(original, k, k + 1).data, {
          row,
          part,
          first: query === 1,
          from: rng(row).split("square", query),
        })
      );
      if (norm === "Linf") region.step(tried, original, { direction: tried });
      if (norm !== "Linf" || discrete) region.project(tried);
      const answer = yield { ask: "scores", x: tried, rows: open, done: query / queries };
      const values = new Float64Array(open.length);
      margins(values, answer.scores, open.map((row) => labels[row]));
      fooled = answer.fooled();
      open.forEach((row, k) => {
        const value = target ? -values[k] : values[k];
        if (!fooled[k] && !(value > best[row])) return;
        best[row] = value;
        copyRow(out, row, tried, k);
        moves.accept(row);
      });
      open = open.filter((_, k) => !fooled[k]);
    }
    return out;
  },
});

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
function ends({ free, width, draw }: Blocks, rows: number): Moves {
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
function lengths({ free, width, draw }: Blocks, { norm, epsilon, lo, hi }: Constraint): Moves {
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
      const given = measure(other, d) - measure(other, (i) => left * d(i));
      // what bounds and rounding have cut off is given out again
      const available = root(kept + given + Math.max(total - measure(free, d), 0));
      const turn = new Float64Array(block.length);
      const one = sign(from);
      for (let k = 0; k < block.length; k++) turn[k] = pyramidHeights ? one * pyramidHeights[k] : sign(from);
      const all = block.map((_, k) => k);
      const scale = root(measure(all, (k) => turn[k])), length = root(kept);
      if (!(scale > 0)) return;
      const direction = turn.map((value, k) => value / scale + (length > 0 ? d(block[k]) / length : 0));
      const reach = root(measure(all, (k) => direction[k]));
      for (const i of other) x[i] = left > 0 ? own[i] + left * d(i) : own[i];
      block.forEach((i, k) => {
        // the two directions may cancel
        const step = reach > 1e-6 ? available * direction[k] / reach : available * turn[k] / scale;
        x[i] = step === 0 ? own[i] : inside(i, own[i] + step);
      });
    },
    accept() {},
  };
}
