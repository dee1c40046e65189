/** What all searches for the nearest adversarial inputs share: where they start, what they ask, and what was found. @module */

import type { Matrix } from "../matrix.ts";
import { decisive, leads, leadScoreGradient, type Pairs } from "./lead.ts";
import type { Answer, Chunk, Query } from "./query.ts";
import { distance, type Reach, reach } from "./reach.ts";
import { allRows, copyRow, gather } from "./rows.ts";

/** A search among the examples that are not fooled as they are. */
export interface Search {
  /** Their places in the chunk, (N). */
  readonly rows: Int32Array;
  /** Where they start, (N, D). */
  readonly own: Matrix;
  /** Scores there, (N, S). */
  readonly scores: Matrix;
  readonly reach: Reach;
  /** The nearest fooling input of each, (N, D), and its distance, infinite if there is none. */
  readonly found: Matrix;
  readonly far: Float64Array;
}

/** The label of each example of a search, or its target, (N). */
export function comparedLabels({ labels, target }: Chunk, rows: Int32Array): Int32Array {
  return rows.map((row) => (target ?? labels)[row]);
}

/** A search on a chunk; asks for the scores as they are. */
export function* beginSearch(chunk: Chunk): Generator<Query, Search, Answer> {
  const { x, matrix } = chunk;
  const answer = yield { ask: "scores", x };
  const fooled = answer.fooled();
  const rows = allRows(x.rows).filter((row) => !fooled[row]);
  const own = gather(matrix("own", rows.length), x, rows);
  const found = matrix("found", rows.length);
  found.data.set(own.data);
  return {
    rows,
    own,
    scores: gather(matrix("first scores", rows.length, answer.scores.cols), answer.scores, rows),
    reach: reach(chunk.constraint),
    found,
    far: new Float64Array(rows.length).fill(Infinity),
  };
}

/** Keeps what fools and is nearer; row i of `at` is the example `places[i]` of the search. */
export function keepNearer(
  search: Search,
  at: Matrix,
  { fooled, places }: { fooled: Uint8Array; places?: Int32Array },
): void {
  for (let i = 0; i < fooled.length; i++) {
    if (!fooled[i]) continue;
    const k = places ? places[i] : i;
    const far = distance(search.reach, [at, i], [search.own, k]);
    if (!(far < search.far[k])) continue;
    search.far[k] = far;
    copyRow(search.found, k, at, i);
  }
}

/** A lead and its gradient at some inputs. */
export interface Leading {
  /** The gradient, (N, D), valid until the next question. */
  readonly gradient: Matrix;
  /** z_to − z_from, (N). */
  readonly values: Float64Array;
  readonly fooled: Uint8Array;
}

/** Asks for the lead of the decisive class, or of the classes `to`, at inputs of the examples `rows`. */
export function* askLead(
  chunk: Chunk,
  { x, rows, to, done }: { x: Matrix; rows: Int32Array; to?: Int32Array; done?: number },
): Generator<Query, Leading, Answer> {
  const own = comparedLabels(chunk, rows);
  const pairs = (scores: Matrix, first: number): Pairs => {
    const end = first + scores.rows;
    const labels = own.subarray(first, end);
    return to
      ? { from: labels, to: to.subarray(first, end) }
      : decisive(scores, labels, chunk.target !== undefined);
  };
  const answer: Answer = yield {
    ask: "gradient",
    x,
    rows,
    done,
    dScores: (dScores, scores, first) => leadScoreGradient(dScores, scores, pairs(scores, first)),
  };
  const values = new Float64Array(rows.length);
  leads(values, answer.scores, pairs(answer.scores, 0));
  return { gradient: answer.gradient, values, fooled: answer.fooled() };
}
