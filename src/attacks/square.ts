/** Random search by blocks of features: an attack by scores alone. @module */

import { InputError } from "../errors.ts";
import { lossValues } from "../loss.ts";
import { rowsOf } from "../matrix.ts";
import type { Classifier } from "../models/classifier.ts";
import { integer, number } from "../schema.ts";
import type { Attack } from "./attack.ts";
import { makeAttack } from "./make_attack.ts";
import { blocks, remainingShare } from "./blocks.ts";
import { allRows, copyRow, gather } from "./rows.ts";
import { ends, lengths } from "./square_moves.ts";

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
    const { inputs, norm } = constraint;
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
      region.project(tried);
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
