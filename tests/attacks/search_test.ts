/** What searches for the nearest inputs share, asked by hand: questions, leads and what is kept. */

import { assert, assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { askLead, beginSearch, comparedLabels, keepNearer, type Search } from "../../src/attacks/nearest.ts";
import type { Answer, Chunk, Query } from "../../src/attacks/query.ts";
import { constraint } from "../../src/constraints/mod.ts";
import { type Matrix, matrix } from "../../src/matrix.ts";

const NONE = matrix(0, 0);

/** A chunk of four examples of two inputs. */
function chunkOf(target?: Int32Array): Chunk {
  return {
    x: matrix(4, 2, [1, 2, 3, 4, 5, 6, 7, 8]),
    labels: Int32Array.of(0, 1, 2, 1),
    target,
    constraint: constraint(2, { epsilon: 1, norm: "L2" }),
    model: { inputs: 2, classes: 3 },
    matrix: (_: string, rows = 4, cols = 2) => matrix(rows, cols),
  } as unknown as Chunk;
}

const answer = (
  { scores = NONE, gradient = NONE, fooled = [] as number[] },
): Answer => ({
  scores,
  gradient,
  predicted: () => new Int32Array(),
  fooled: () => Uint8Array.from(fooled),
});

/** What a walk asks first, and what it gives once it is answered. */
function answered<T>(walk: Generator<Query, T, Answer>, by: Answer): [Query, T] {
  const asked = walk.next();
  assert(!asked.done);
  const given = walk.next(by);
  assert(given.done);
  return [asked.value, given.value];
}

const SCORES = matrix(4, 3, [9, 1, 2, 3, 9, 4, 6, 5, 9, 7, 9, 8]);

Deno.test("comparedLabels() are the labels of some examples, or their targets", () => {
  const rows = Int32Array.of(2, 0);
  assertEquals([...comparedLabels(chunkOf(), rows)], [2, 0]);
  assertEquals([...comparedLabels(chunkOf(Int32Array.of(7, 8, 9, 10)), rows)], [9, 7]);
});

Deno.test("beginSearch() asks for the scores and keeps the examples that are not fooled", () => {
  const chunk = chunkOf();
  const [query, search] = answered(beginSearch(chunk), answer({ scores: SCORES, fooled: [1, 0, 0, 1] }));
  assertEquals([query.ask, query.x], ["scores", chunk.x]);
  assertEquals([...search.rows], [1, 2]);
  assertEquals(search.own, matrix(2, 2, [3, 4, 5, 6]));
  assertEquals(search.found, matrix(2, 2, [3, 4, 5, 6]));
  assertEquals(search.scores, matrix(2, 3, [3, 9, 4, 6, 5, 9]));
  assertEquals([...search.far], [Infinity, Infinity]);
});

Deno.test("keepNearer() keeps an input that fools and is nearer, not one that is equally near", () => {
  const [, search] = answered(beginSearch(chunkOf()), answer({ scores: SCORES, fooled: [1, 0, 0, 1] }));
  const keep = (rows: number[][], fooled: number[], places?: number[]): [Search, Matrix] => {
    const at = matrix(rows.length, 2, rows.flat());
    keepNearer(search, at, { fooled: Uint8Array.from(fooled), places: places && Int32Array.from(places) });
    return [search, at];
  };
  keep([[3, 6], [5, 7]], [1, 0]);
  assertEquals([[...search.found.data], [...search.far]], [[3, 6, 5, 6], [2, Infinity]]);
  keep([[5, 4], [5, 7]], [1, 1]);
  assertEquals([[...search.found.data], [...search.far]], [[3, 6, 5, 7], [2, 1]]);
  // row 0 is the second example
  keep([[5.5, 6], [9, 9]], [1, 0], [1, 0]);
  assertEquals([[...search.found.data], [...search.far]], [[3, 6, 5.5, 6], [2, 0.5]]);
  keep([[3, 4.25]], [1], [0]);
  assertEquals([[...search.found.data], [...search.far]], [[3, 4.25, 5.5, 6], [0.25, 0.5]]);
});

/** The gradient in the scores that a query asks for, in runs of one row. */
function slopesOf(query: Query, scores: Matrix): number[][] {
  return Array.from({ length: scores.rows }, (_, i) => {
    const d = matrix(1, 3);
    query.dScores!(d, matrix(1, 3, scores.data.slice(3 * i, 3 * i + 3)), i);
    return [...d.data];
  });
}

Deno.test("askLead() asks for the lead of the best other class, of a named one, or of a target", () => {
  const rows = Int32Array.of(1, 2), x = matrix(2, 2, [1, 1, 2, 2]);
  const scores = matrix(2, 3, [3, 9, 4, 6, 5, 9]), gradient = matrix(2, 2, [1, 2, 3, 4]);
  const cases = [
    [undefined, undefined, [[0, -1, 1], [1, 0, -1]], [-5, -3]],
    [undefined, Int32Array.of(0, 1), [[1, -1, 0], [0, 1, -1]], [-6, -4]],
    [Int32Array.of(0, 0, 1, 0), undefined, [[1, -1, 0], [0, 1, -1]], [-6, -4]],
  ] as const;
  for (const [target, to, slopes, values] of cases) {
    const walk = askLead(chunkOf(target), { x, rows, to, done: 0.25 });
    const [query, lead] = answered(walk, answer({ scores, gradient, fooled: [0, 1] }));
    assertEquals([query.ask, query.x, query.rows, query.done], ["gradient", x, rows, 0.25]);
    assertEquals(slopesOf(query, scores), slopes.map((row) => [...row]));
    assertEquals([...lead.values], [...values]);
    assertEquals([lead.gradient, [...lead.fooled]], [gradient, [0, 1]]);
  }
});
