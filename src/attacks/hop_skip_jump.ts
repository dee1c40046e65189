/** Near adversarial examples by labels alone, along a gradient that is estimated at the boundary. @module */

import { type Matrix, matrix as ordinary, rowsOf } from "../matrix.ts";
import type { Classifier } from "../models/classifier.ts";
import { fillNormal, fillUniform } from "../rng.ts";
import { integer } from "../schema.ts";
import type { Attack } from "./attack.ts";
import { makeAttack } from "./make_attack.ts";
import { approach, type Decisions, decisions, start, type StartOptions, STARTS } from "./decisions.ts";
import type { Answer, Chunk, Query } from "./query.ts";
import { copyRow } from "./rows.ts";

/** Options of the attack: number of steps and probes, and where it starts. */
export interface HopSkipJumpOptions extends StartOptions {
  /** Steps along the boundary; default 64. */
  steps?: number;
  /** Inputs by which the first gradient is estimated; for step t it is √t times as many, 10,000 at most; default 100. */
  probes?: number;
}

/** Inputs that one estimate takes at most. */
const PROBES = 10_000;
/** Inputs of one stream of random numbers, and of one question, about. */
const STREAM = 250, QUESTION = 2000;
/** Largest part of a distance at which a bisection may end: the paper's, D^-1.5 or D^-2, is no end with few features. */
const GAP = 1e-6;
/** Halvings of a step before there is none. */
const HALVINGS = 20;
/** Size of a probe: part of the distance in the first step, and least part of the values, so that float32 tells it. */
const FIRST = 0.1, LEAST = 1 / (1 << 18);

/**
 * HopSkipJump (Chen, Jordan and Wainwright 2020): the nearest inputs that fool, in L2 or L∞, by predicted classes alone. From
 * an input that fools it goes to the boundary by bisection, estimates there the direction in which the model is fooled by random
 * probes, takes a step along it that still fools, and bisects again.
 *
 * It starts at one of `starts`, or else at noise. ε is the greatest distance; an example that would need more, or for which no
 * start is found, stays as it was. Integers, grids and groups: inputs are rounded before the model is asked. Some 30,000
 * questions an example by default.
 *
 * @example
 * ```ts
 * import { batch, hopSkipJump, matrix, model, softmaxLinear } from "@gibbon/gibbon";
 * import { assert } from "@std/assert";
 *
 * const tensors = {
 *   W: { shape: [2, 1], data: new Float32Array([-1, 1]) },
 *   b: { shape: [2], data: new Float32Array(2) },
 * };
 * using linear = model(softmaxLinear({ inputs: 1, classes: 2 }), { tensors });
 * const attacked = hopSkipJump(linear, batch({ x: matrix(1, 1, [0.5]), labels: [1] }), { epsilon: 2, steps: 2 });
 * // just beyond the boundary at 0
 * assert(attacked.fooled[0] === 1 && attacked.x.data[0] <= 0 && attacked.x.data[0] > -1e-6);
 * ```
 *
 * @throws {InputError} if an option is out of its range, or the inputs to start from do not fit the model
 */
export const hopSkipJump: Attack<HopSkipJumpOptions, Classifier> = makeAttack({
  name: "hopSkipJump",
  summary: "Looks for the nearest input that fools by labels alone, along an estimated gradient",
  needs: "labels",
  goal: "nearest",
  norms: ["L2", "Linf"],
  options: {
    steps: integer("Steps along the boundary", { min: 1, default: 64 }),
    probes: integer("Inputs by which the first gradient is estimated", { min: 1, max: PROBES, default: 100 }),
    ...STARTS,
  },
  *run(chunk, { steps, probes, starts }) {
    const { constraint: { inputs, norm }, x } = chunk;
    const known = yield* decisions(chunk);
    const at = ordinary(x.rows, inputs);
    const rows = yield* start(chunk, known, { at, starts });
    const gap = Math.min(1 / (inputs * (norm === "L2" ? Math.sqrt(inputs) : inputs)), GAP);
    for (let t = 0; t < steps && rows.length > 0; t++) {
      const done = t / steps;
      yield* approach(chunk, known, { at, rows, gap, done });
      const count = Math.min(Math.floor(probes * Math.sqrt(t + 1)), PROBES);
      const slopes = yield* estimate(chunk, known, { at, rows, count, t, done });
      yield* ascend(chunk, known, { at, rows, slopes, t, done });
    }
    // a probe may have come nearer than any step
    rows.forEach((row) => copyRow(at, row, known.found, row));
    yield* approach(chunk, known, { at, rows, gap, done: 1 });
    return known.found;
  },
});

/** Where a search is. */
interface Place {
  /** Inputs that fool, (B, D). */
  readonly at: Matrix;
  /** The examples, by their places in the chunk. */
  readonly rows: Int32Array;
  readonly t: number;
  readonly done: number;
}

/** Directions in which the model is fooled, (N, D), of length 1, or signs in L∞; 0 where probes tell nothing. */
function* estimate(
  chunk: Chunk,
  known: Decisions,
  { at, rows, count, t, done }: Place & { count: number },
): Generator<Query, Float64Array[], Answer> {
  const { constraint: { inputs, norm }, rng } = chunk;
  const { weights } = known;
  const sums = Array.from(rows, () => ({
    hits: 0,
    all: new Float64Array(inputs),
    signed: new Float64Array(inputs),
  }));
  const sizes = Array.from(rows, (row) => {
    const values = rowsOf(at, row, row + 1).data;
    const far = known.distance(at, row, row);
    let most = 0;
    for (const value of values) most = Math.max(most, Math.abs(value));
    return Math.max(far * (t === 0 ? FIRST : 1 / inputs), most * Math.sqrt(inputs) * LEAST);
  });
  const streams = Math.ceil(count / STREAM);
  const pieces = Array.from(rows, (_, k) => Array.from({ length: streams }, (_, piece) => ({ k, piece })))
    .flat();
  const most = Math.floor(QUESTION / Math.min(count, STREAM));
  for (let from = 0; from < pieces.length; from += most) {
    const group = pieces.slice(from, from + most);
    const length = (piece: number) => Math.min(count - piece * STREAM, STREAM);
    const total = group.reduce((sum, { piece }) => sum + length(piece), 0);
    const m = ordinary(total, inputs), owners = new Int32Array(total), of = new Int32Array(total);
    let first = 0;
    for (const { k, piece } of group) {
      const end = first + length(piece);
      const draws = rowsOf(m, first, end), stream = rng(rows[k]).split("probes", t, piece);
      if (norm === "L2") fillNormal(draws, stream);
      else fillUniform(draws, stream, { lo: -1, hi: 1 });
      of.fill(k, first, end);
      owners.fill(rows[k], first, end);
      first = end;
    }
    for (let p = 0; p < total; p++) {
      const d = rowsOf(m, p, p + 1).data, here = rowsOf(at, owners[p], owners[p] + 1).data;
      let square = 0;
      for (let i = 0; i < inputs; i++) if (weights[i] > 0) square += d[i] * d[i];
      const factor = sizes[of[p]] / Math.sqrt(square);
      for (let i = 0; i < inputs; i++) d[i] = here[i] + factor * weights[i] * d[i];
    }
    const hits = yield* known.ask(m, owners, done);
    for (let p = 0; p < total; p++) {
      const d = rowsOf(m, p, p + 1).data, here = rowsOf(at, owners[p], owners[p] + 1).data;
      const sum = sums[of[p]], size = sizes[of[p]];
      sum.hits += hits[p];
      for (let i = 0; i < inputs; i++) {
        if (weights[i] === 0) continue;
        const moved = (d[i] - here[i]) / (size * weights[i]);
        sum.all[i] += moved;
        sum.signed[i] += hits[p] ? moved : -moved;
      }
    }
  }
  return sums.map(({ hits, all, signed }) => {
    // less the mean, unless all agree
    const mean = hits === 0 || hits === count ? 0 : 2 * hits / count - 1;
    const slope = signed.map((value, i) => value - mean * all[i]);
    if (norm !== "L2") return slope.map(Math.sign);
    let square = 0;
    for (const value of slope) square += value * value;
    return square > 0 ? slope.map((value) => value / Math.sqrt(square)) : slope;
  });
}

/** Takes a step along each slope, halved until it fools; where none does, stays. */
function* ascend(
  { constraint: { inputs } }: Chunk,
  known: Decisions,
  { at, rows, slopes, t, done }: Place & { slopes: readonly Float64Array[] },
): Generator<Query, void, Answer> {
  let open = rows.map((_, k) => k);
  const lengths = Float64Array.from(rows, (row) => known.distance(at, row, row) / Math.sqrt(t + 1));
  for (let halving = 0; halving < HALVINGS && open.length > 0; halving++) {
    const tried = ordinary(open.length, inputs);
    open.forEach((k, j) => {
      const here = rowsOf(at, rows[k], rows[k] + 1).data, to = rowsOf(tried, j, j + 1).data;
      for (let i = 0; i < inputs; i++) to[i] = here[i] + lengths[k] * known.weights[i] * slopes[k][i];
    });
    const hits = yield* known.ask(tried, open.map((k) => rows[k]), done);
    open.forEach((k, j) => {
      lengths[k] /= 2;
      if (hits[j]) copyRow(at, rows[k], tried, j);
    });
    open = open.filter((_, j) => !hits[j]);
  }
}
