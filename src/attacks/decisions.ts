/** What attacks by labels alone share: what was seen to fool, a start, and the way back to the boundary. @module */

import { InputError } from "../errors.ts";
import type { Constraint } from "../constraints/constraint.ts";
import { type Matrix, matrix as ordinary, rowsOf } from "../matrix.ts";
import { fillNormal, fillUniform, type Rng } from "../rng.ts";
import { any } from "../schema.ts";
import type { Answer, Chunk, Query } from "./query.ts";
import { featureScales } from "./reach.ts";
import { allRows, copyRow } from "./rows.ts";

/** Where a search by labels alone starts. */
export interface StartOptions {
  /**
   * Inputs, (N, D), such as other examples of the set, tried from the nearest on until one fools the model; noise comes after them.
   * With a target they are needed wherever noise is never taken for it. Default none.
   */
  starts?: Matrix;
}

/** The same as a schema. */
export const STARTS = { starts: any<Matrix>("Inputs to start from") } as const;

/** Draws of noise in which a start is looked for. */
const DRAWS = 50;
/** Halvings after which two float32 inputs are neighbours. */
const HALVINGS = 24;

/** What is known of a chunk's examples. */
export interface Decisions {
  /** Examples that are not fooled as they are. */
  readonly rows: Int32Array;
  /** The nearest inputs that were seen to fool, (B, D); the examples themselves where there is none. */
  readonly found: Matrix;
  /** Weight of each feature in a distance, 0 for those that stay. */
  readonly weights: Float64Array;
  /** How far row k of `m` is from the example `row`. */
  distance(m: Matrix, k: number, row: number): number;
  /** Moves the rows of `m` into the bounds, for the examples `rows`. */
  clip(m: Matrix, rows: Int32Array): void;
  /** Whether the rows of `m`, clipped, and rounded where single values are allowed, fool; keeps the nearest that do. */
  ask(m: Matrix, rows: Int32Array, done: number): Generator<Query, Uint8Array, Answer>;
}

/** What is known at first: which examples are fooled as they are. */
export function* decisions(chunk: Chunk): Generator<Query, Decisions, Answer> {
  const { constraint, matrix } = chunk;
  const { inputs, norm, lo, hi, discrete } = constraint;
  // the model's memory may move
  const x = ordinary(chunk.x.rows, inputs, chunk.x.data.slice());
  const found = ordinary(x.rows, inputs, x.data.slice());
  const far = new Float64Array(x.rows).fill(Infinity);
  const weights = featureScales(constraint);
  const wide = constraint.withEpsilon(
    typeof constraint.epsilon === "number"
      ? Number.MAX_VALUE
      : constraint.epsilon.map((size) => size > 0 ? Number.MAX_VALUE : 0),
  );

  function distance(m: Matrix, k: number, row: number): number {
    let sum = 0;
    for (let i = 0, at = k * inputs, own = row * inputs; i < inputs; i++) {
      if (weights[i] === 0) continue;
      const d = Math.abs(m.data[at + i] - x.data[own + i]) / weights[i];
      sum = norm === "L2" ? sum + d * d : Math.max(sum, d);
    }
    return norm === "L2" ? Math.sqrt(sum) : sum;
  }

  function clip({ data }: Matrix, rows: Int32Array): void {
    for (let k = 0, at = 0; k < rows.length; k++) {
      for (let i = 0, own = rows[k] * inputs; i < inputs; i++, at++, own++) {
        const value = Math.min(Math.max(data[at], lo[i]), hi[i]);
        // a number that did not change keeps its bits
        data[at] = weights[i] === 0 || value === x.data[own] || value - value !== 0 ? x.data[own] : value;
      }
    }
  }

  const fooled = (yield { ask: "labels", x: chunk.x }).fooled();
  return {
    rows: allRows(x.rows).filter((row) => !fooled[row]),
    found,
    weights,
    distance,
    clip,
    *ask(m, rows, done) {
      clip(m, rows);
      const asked = matrix("asked", rows.length);
      asked.data.set(m.data);
      if (discrete) {
        const from = ordinary(rows.length, inputs);
        rows.forEach((row, k) => copyRow(from, k, x, row));
        wide.project(asked, from);
      }
      const hits = (yield { ask: "labels", x: asked, rows, done }).fooled();
      const shown = discrete ? asked : m;
      rows.forEach((row, k) => {
        if (!hits[k]) return;
        const d = distance(shown, k, row);
        if (!(d < far[row])) return;
        far[row] = d;
        copyRow(found, row, shown, k);
      });
      return hits;
    },
  };
}

/** Looks for inputs that fool, and writes them to `at`, (B, D); gives the examples for which there is one. */
export function* start(
  { constraint, rng, x }: Chunk,
  known: Decisions,
  { at, starts }: { at: Matrix; starts?: Matrix },
): Generator<Query, Int32Array, Answer> {
  const { inputs } = constraint;
  if (starts && starts.cols !== inputs) {
    const problem = `the model takes ${inputs} inputs, those to start from have ${starts.cols}`;
    throw new InputError("shape", "start an attack", problem);
  }
  const startCount = starts?.rows ?? 0;
  const orders = starts ? Array.from(known.rows, (row) => nearestFirst(known, starts, row)) : [];
  let open = allRows(known.rows.length);
  for (let k = 0; k < startCount + DRAWS && open.length > 0; k++) {
    const rows = open.map((place) => known.rows[place]);
    const tried = ordinary(open.length, inputs);
    open.forEach((place, j) => {
      if (k < startCount) return copyRow(tried, j, starts!, orders[place][k]);
      const example = rowsOf(x, rows[j], rows[j] + 1), from = rng(rows[j]).split("start");
      noise(rowsOf(tried, j, j + 1), example, { constraint, draw: k - startCount, from });
    });
    const hits = yield* known.ask(tried, rows, 0);
    rows.forEach((row, j) => hits[j] && copyRow(at, row, tried, j));
    open = open.filter((_, j) => !hits[j]);
  }
  const missing = new Set(open.map((place) => known.rows[place]));
  return known.rows.filter((row) => !missing.has(row));
}

/** Places of the rows of `starts`, the nearest to an example first. */
function nearestFirst(known: Decisions, starts: Matrix, row: number): Int32Array {
  const far = Float64Array.from({ length: starts.rows }, (_, k) => known.distance(starts, k, row));
  return allRows(starts.rows).sort((a, b) => far[a] - far[b]);
}

/**
 * The example, and on it more and more noise: a mixture with uniform numbers of the range of each feature, or with its ends in
 * every other draw; normal deviates, twice as large in each draw of some, where there is no range.
 */
function noise(
  out: Matrix,
  example: Matrix,
  { constraint: { lo, hi }, draw, from }: { constraint: Constraint; draw: number; from: Rng },
): void {
  const uniform = ordinary(1, out.cols), normal = ordinary(1, out.cols);
  fillUniform(uniform, from.split(draw));
  fillNormal(normal, from.split("normal", draw));
  const part = (draw + 1) / DRAWS, scale = 2 ** Math.floor(draw / 4) / 4;
  const { data: x } = example, { data: to } = out;
  for (let i = 0; i < out.cols; i++) {
    const bounded = hi[i] - lo[i] < Infinity;
    const u = draw % 2 === 0 ? uniform.data[i] : Number(uniform.data[i] > 0.5);
    to[i] = x[i] + (bounded ? part * (lo[i] + u * (hi[i] - lo[i]) - x[i]) : scale * normal.data[i]);
  }
}

/**
 * Moves the rows of `at`, (B, D), of the examples `rows` toward those examples, to where they just fool: along the straight line
 * in L2, within a box that shrinks in L∞. Ends where the gap is `gap` of the distance, or of float32 size.
 */
export function* approach(
  { constraint: { norm, inputs }, x }: Chunk,
  known: Decisions,
  { at, rows, gap, done }: { at: Matrix; rows: Int32Array; gap: number; done: number },
): Generator<Query, void, Answer> {
  if (rows.length === 0) return;
  const least = new Float64Array(rows.length), most = new Float64Array(rows.length).fill(1);
  const far = Float64Array.from(rows, (row) => known.distance(at, row, row));
  const write = (tried: Matrix, k: number, part: number) => {
    const { data: from } = x;
    for (let i = 0, j = rows[k] * inputs; i < inputs; i++, j++) {
      const d = at.data[j] - from[j], limit = part * far[k] * known.weights[i];
      tried.data[k * inputs + i] = from[j] +
        (norm === "L2" ? part * d : Math.min(Math.max(d, -limit), limit));
    }
  };
  const best = ordinary(rows.length, inputs);
  rows.forEach((row, k) => copyRow(best, k, at, row));
  let width = 1;
  for (let halving = 0; halving < HALVINGS && width > gap; halving++, width /= 2) {
    const tried = ordinary(rows.length, inputs);
    for (let k = 0; k < rows.length; k++) write(tried, k, (least[k] + most[k]) / 2);
    const hits = yield* known.ask(tried, rows, done);
    for (let k = 0; k < rows.length; k++) {
      (hits[k] ? most : least)[k] = (least[k] + most[k]) / 2;
      if (hits[k]) copyRow(best, k, tried, k);
    }
  }
  rows.forEach((row, k) => copyRow(at, row, best, k));
}
