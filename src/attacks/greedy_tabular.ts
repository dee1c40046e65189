/** Moves of single features, those that help most first: an attack on tables by scores alone. @module */

import type { Constraint } from "../constraints/constraint.ts";
import { lossValues } from "../loss.ts";
import { type Matrix, matrix as ordinary, rowsOf } from "../matrix.ts";
import type { Classifier } from "../models/classifier.ts";
import { integer } from "../schema.ts";
import type { Attack } from "./attack.ts";
import { makeAttack } from "./make_attack.ts";
import type { Answer, Chunk, Query } from "./query.ts";
import { allRows, copyRow, gather } from "./rows.ts";

/** Options of the attack. */
export interface GreedyTabularOptions {
  /** Moves of single features at most; default 50. */
  moves?: number;
}

/** Inputs of one question, about. */
const QUESTION = 2000;
/** Values that are tried for each feature, about. */
const VALUES = 5;
/** Part of what is left of the size that a move takes in L2 and L1, so that rounding does not pass it. */
const WITHIN = 1 - 1e-6;

/**
 * A greedy search on tables: moves one feature at a time, or changes the category of one group, each time the one that
 * raises the margin most, until the model is fooled, the size is used up or nothing helps. For each number it tries the ends of
 * what is left of the size, half of it, where it was, and on a grid one step up and down; for each group every other category.
 * In L∞ the best input of a linear model is reached, grids and groups included.
 *
 * Some five questions for each feature and move. An example that the model gets wrong as it is stays as it is.
 *
 * @example
 * ```ts
 * import { batch, greedyTabular, matrix, model, softmaxLinear } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * // a count, and a category of three; class 1 if count + 3·(third category) > 2
 * const tensors = {
 *   W: { shape: [2, 4], data: new Float32Array([0, 0, 0, 0, 1, 0, 0, 3]) },
 *   b: { shape: [2], data: new Float32Array([2, 0]) },
 * };
 * using linear = model(softmaxLinear({ inputs: 4, classes: 2 }), { tensors });
 * const examples = batch({ x: matrix(1, 4, [1, 1, 0, 0]), labels: [0] });
 * const attacked = greedyTabular(linear, examples, { epsilon: 1, grid: [1, 0, 0, 0], oneHot: [[1, 2, 3]] });
 * assertEquals([...attacked.x.data], [1, 0, 0, 1]);
 * ```
 *
 * @throws {InputError} if an option is out of its range, or does not fit the model or the examples
 */
export const greedyTabular: Attack<GreedyTabularOptions, Classifier> = makeAttack({
  name: "greedyTabular",
  summary: "Moves single features or categories, those that help most first, by scores alone",
  needs: "scores",
  norms: ["Linf", "L1", "L2"],
  options: { moves: integer("Moves of single features at most", { min: 1, default: 50 }) },
  asks: (inputs) => VALUES * inputs,
  *run(chunk, { moves }) {
    const { constraint: { inputs } } = chunk;
    // the model's memory may move
    const x = ordinary(chunk.x.rows, inputs, chunk.x.data.slice());
    const at = ordinary(x.rows, inputs, x.data.slice());
    const first = yield* judged(chunk, { x: chunk.x, rows: allRows(x.rows), done: 0 });
    const best = first.values;
    let open = allRows(x.rows).filter((row) => !first.fooled[row]);
    for (let move = 0; move < moves && open.length > 0; move++) {
      const left: number[] = [];
      for (let from = 0; from < open.length;) {
        const group: { row: number; tried: Matrix }[] = [];
        for (let size = 0; from < open.length && size < QUESTION; from++) {
          const row = open[from];
          const tried = neighbors(chunk.constraint, { x, at, row });
          if (tried.rows > 0) group.push({ row, tried });
          size += tried.rows;
        }
        if (group.length === 0) continue;
        const all = ordinary(group.reduce((sum, { tried }) => sum + tried.rows, 0), inputs);
        const rows = new Int32Array(all.rows);
        let end = 0;
        for (const { row, tried } of group) {
          all.data.set(tried.data, end * inputs);
          rows.fill(row, end, end += tried.rows);
        }
        const { values, fooled } = yield* judged(chunk, { x: all, rows, done: move / moves });
        let start = 0;
        for (const { row, tried } of group) {
          let top = start;
          for (let k = start; k < start + tried.rows; k++) {
            if (fooled[k] > fooled[top] || fooled[k] === fooled[top] && values[k] > values[top]) top = k;
          }
          start += tried.rows;
          if (!fooled[top] && !(values[top] > best[row])) continue;
          best[row] = values[top];
          copyRow(at, row, all, top);
          if (!fooled[top]) left.push(row);
        }
      }
      open = Int32Array.from(left);
    }
    return at;
  },
});

/** Margins, which rise with the attack's success, and whether the inputs fool. */
function* judged(
  { model, target, labels }: Chunk,
  { x, rows, done }: { x: Matrix; rows: Int32Array; done: number },
): Generator<Query, { values: Float64Array; fooled: Uint8Array }, Answer> {
  const answer = yield { ask: "scores", x, rows, done };
  const values = new Float64Array(rows.length);
  lossValues(model, "margin")(values, answer.scores, rows.map((row) => (target ?? labels)[row]));
  if (target) values.forEach((value, i) => values[i] = -value);
  return { values, fooled: answer.fooled() };
}

/** The allowed inputs that differ from row `row` of `at` in one feature or one group, each once. */
function neighbors(constraint: Constraint, { x, at, row }: { x: Matrix; at: Matrix; row: number }): Matrix {
  const { inputs, oneHot, grid } = constraint;
  const original = rowsOf(x, row, row + 1).data, now = rowsOf(at, row, row + 1).data;
  const grouped = new Set(oneHot.flatMap((group) => Array.from(group)));
  const moved: Float32Array[] = [];
  const variant = (change: (to: Float32Array) => void) => {
    const to = now.slice();
    change(to);
    moved.push(to);
  };
  const reach = reaches(constraint, original, now);
  for (const i of original.keys()) {
    if (grouped.has(i) || !(reach(i) > 0)) continue;
    const steps = grid?.[i] ?? 0;
    const values = [
      original[i] + reach(i),
      original[i] - reach(i),
      original[i] + reach(i) / 2,
      original[i] - reach(i) / 2,
      original[i],
    ];
    if (steps > 0) values.push(now[i] + 1 / steps, now[i] - 1 / steps);
    for (const value of values) variant((to) => to[i] = value);
  }
  for (const group of oneHot) {
    for (const j of group) {
      variant((to) => {
        for (const i of group) to[i] = Number(i === j);
      });
    }
  }
  const tried = ordinary(moved.length, inputs);
  moved.forEach((to, k) => tried.data.set(to, k * inputs));
  constraint.project(
    tried,
    gather(ordinary(moved.length, inputs), x, new Int32Array(moved.length).fill(row)),
  );
  const seen = new Set([""]);
  const kept = allRows(tried.rows).filter((k) => {
    const name = changes(now, rowsOf(tried, k, k + 1).data);
    return !seen.has(name) && seen.add(name);
  });
  return gather(ordinary(kept.length, inputs), tried, kept);
}

/** Which features of `to` are not those of `from`, and what they are: a text that says as much as all of them, sooner. */
function changes(from: Float32Array, to: Float32Array): string {
  let text = "";
  for (let i = 0; i < to.length; i++) if (to[i] !== from[i]) text += `${i}:${to[i]},`;
  return text;
}

/** How far each feature may be from `original`, the others being where they are now. */
function reaches(
  { norm, epsilon, sizes, fixed }: Constraint,
  original: Float32Array,
  now: Float32Array,
): (i: number) => number {
  if (norm === "Linf") return (i) => sizes[i];
  const cost = (i: number) =>
    norm === "L2" ? (now[i] - original[i]) * (now[i] - original[i]) : Math.abs(now[i] - original[i]);
  const size = epsilon as number;
  let left = norm === "L2" ? size * size : size;
  for (let i = 0; i < original.length; i++) left -= cost(i);
  return (i) => {
    const most = Math.max(left + cost(i), 0);
    return fixed?.[i] ? 0 : WITHIN * (norm === "L2" ? Math.sqrt(most) : most);
  };
}
