/** One walk of APGD: its steps on the examples that still stand, and the best point of each. @module */

import type { Region } from "../constraints/constraint.ts";
import { type Matrix, rowOf } from "../matrix.ts";
import { advance, lookDense, lookSparse, type State } from "./apgd_steps.ts";
import type { Answer, Chunk, Query } from "./query.ts";
import { allRows, copyRow, gather, keepRows, keptRowsOf } from "./rows.ts";

/** First look at the progress, by how much the looks come closer, and the shortest time between two, as parts of the walk. */
const FIRST_CHECK = 0.22, CLOSER = 0.03, CLOSEST = 0.06;
/** Part of a new step that is taken, the rest being the last step again. */
const WEIGHT = 0.75;
/** In L1: time between looks, and part of the features that the first steps move. */
const CHECK_L1 = 0.04, SHARE = 0.2;
/** How far beyond the ball the point lies whose projection is the greatest of a linear function. */
const FAR = 1e6;

/** What a walk raises. */
export interface Goal {
  /** Writes the gradient in the scores of the examples `rows`. */
  readonly write: (dScores: Matrix, scores: Matrix, rows: Int32Array) => void;
  /** Writes numbers that rise with it. */
  readonly values: (out: Float64Array, scores: Matrix, rows: Int32Array) => void;
}

/** The best point of each example: one that fools before one that does not, then that of the greater loss. */
export interface Keeper {
  readonly out: Matrix;
  offer(row: number, how: { m: Matrix; i: number; hit: number; loss: number }): void;
}

export function keeper(out: Matrix, x: Matrix): Keeper {
  out.data.set(x.data);
  const hits = new Uint8Array(x.rows), losses = new Float64Array(x.rows).fill(-Infinity);
  return {
    out,
    offer(row, { m, i, hit, loss }) {
      if (hit < hits[row] || hit === hits[row] && !(loss > losses[row])) return;
      hits[row] = hit;
      losses[row] = loss;
      copyRow(out, row, m, i);
    },
  };
}

interface Climb {
  readonly region: Region;
  /** The examples, by their places in the chunk. */
  readonly rows: Int32Array;
  readonly goal: Goal;
  readonly kept: Keeper;
  /** Whether nothing comes after it, so that nobody wants to know who still stands. */
  readonly last: boolean;
  readonly done: (part: number) => number;
}

/** One walk from where "at" is; gives the examples that still stand. */
export function* climb(
  chunk: Chunk,
  { rows, goal, kept, done, ...rest }: Climb,
  { iterations, rho, stopEarly }: { iterations: number; rho: number; stopEarly: boolean },
): Generator<Query, Int32Array, Answer> {
  const { constraint, matrix } = chunk, { discrete } = constraint;
  const n = rows.length, L1 = constraint.norm === "L1";
  const numbers = (value: number) => new Float64Array(n).fill(value);
  let { region } = rest;
  const s: State = {
    rows,
    at: matrix("at", n),
    before: matrix("before", n),
    best: matrix("best", n),
    slope: matrix("slope", n),
    top: numbers(-Infinity),
    // the first is no rise
    loss: numbers(Infinity),
    seen: numbers(-Infinity),
    step: numbers(L1 ? 1 : 2),
    rises: new Int32Array(n),
    halved: new Uint8Array(n),
    moved: numbers(constraint.inputs),
    share: numbers(SHARE),
  };
  s.before.data.set(s.at.data);
  const fooledRows = new Uint8Array(chunk.x.rows);
  const question = (x: Matrix, ask: "gradient" | "scores", part: number): Query => ({
    ...{ ask, x, rows: s.rows, done: done(part) },
    dScores: (dScores, scores, first) =>
      goal.write(dScores, scores, s.rows.subarray(first, first + scores.rows)),
  });
  /** Takes note of the answer at `at`, and leaves what was fooled where a walk then ends; the gradient of the others. */
  const note = (at: Matrix, answer: Answer): Matrix => {
    let { gradient } = answer;
    const fooled = discrete ? undefined : answer.fooled();
    const values = new Float64Array(s.rows.length);
    goal.values(values, answer.scores, s.rows);
    record(s, { values, gradient, fooled, kept, fooledRows, at });
    if (!stopEarly || !fooled?.includes(1)) return gradient;
    const left = allRows(s.rows.length).filter((k) => !fooled[k]);
    gradient = gather(matrix("gradient", left.length), gradient, left);
    narrow(s, left, matrix);
    region = constraint.around(
      gather(matrix("from", left.length), chunk.x, s.rows),
      (name) => matrix(name, left.length),
    );
    return gradient;
  };
  const part = (p: number) => Math.max(Math.floor(p * iterations), 1);
  let period = part(L1 ? CHECK_L1 : FIRST_CHECK), since = 0;
  for (let i = 0;; i++) {
    const now = i / (iterations + 1);
    // nobody follows the last gradient
    let gradient = note(s.at, yield question(s.at, i < iterations ? "gradient" : "scores", now));
    if (i === iterations || s.rows.length === 0) break;
    if (i === 0 && L1) {
      const far = farthest(s, region, matrix);
      note(far, yield question(far, "gradient", now));
      if (s.rows.length === 0) break;
      s.at.data.set(s.best.data);
      gradient = matrix("gradient", s.rows.length);
      gradient.data.set(s.slope.data);
    }
    if (i > 0 && ++since === period) {
      since = 0;
      if (L1) lookSparse(s, gradient, region);
      else {
        lookDense(s, gradient, rho * period);
        period = Math.max(period - part(CLOSER), part(CLOSEST));
      }
    }
    advance(s, { gradient, region, constraint, z: matrix("z", s.rows.length), weight: i > 0 ? WEIGHT : 1 });
  }
  let fooled: Uint8Array | undefined;
  if (discrete) {
    region.project(s.best);
    if (!rest.last) {
      fooled = (yield { ask: "scores", x: s.best, rows: s.rows, done: done(1) }).fooled();
    }
  }
  s.rows.forEach((row, i) => {
    if (fooledRows[row]) return;
    fooledRows[row] = fooled?.[i] ?? 0;
    kept.offer(row, { m: s.best, i, hit: fooledRows[row], loss: s.top[i] });
  });
  return rows.filter((row) => !fooledRows[row]);
}

/** Takes note of the losses where the walk is. */
function record(
  s: State,
  { values, gradient, fooled, kept, fooledRows, at }: {
    values: Float64Array;
    gradient: Matrix;
    fooled?: Uint8Array;
    kept: Keeper;
    fooledRows: Uint8Array;
    at: Matrix;
  },
): void {
  values.forEach((loss, k) => {
    if (loss > s.loss[k]) s.rises[k]++;
    s.loss[k] = loss;
    if (fooled?.[k]) {
      fooledRows[s.rows[k]] = 1;
      kept.offer(s.rows[k], { m: at, i: k, hit: 1, loss });
    }
    if (!(loss > s.top[k])) return;
    s.top[k] = loss;
    copyRow(s.best, k, at, k);
    // of no rows at the end
    copyRow(s.slope, k, gradient, k);
  });
}

/** Keeps the rows `left` alone. */
function narrow(s: State, left: Int32Array, matrix: Chunk["matrix"]): void {
  for (const name of ["at", "before", "best", "slope"] as const) {
    s[name] = keptRowsOf(matrix, name, { m: s[name], left });
  }
  for (const name of ["top", "loss", "seen", "step", "moved", "share"] as const) {
    s[name] = keepRows(s[name], left);
  }
  s.rows = left.map((k) => s.rows[k]);
  s.rises = keepRows(s.rises, left);
  s.halved = keepRows(s.halved, left);
}

/** The points of ball and bounds that are best by the gradient at the start: all there is to find if the model is linear. */
function farthest({ slope }: State, region: Region, matrix: Chunk["matrix"]): Matrix {
  const z = matrix("z", slope.rows), epsilon = region.constraint.epsilon as number;
  z.data.set(region.original.data);
  for (const k of allRows(slope.rows)) {
    const slopes = rowOf(slope, k), to = rowOf(z, k);
    const max = slopes.reduce((most, g) => Math.max(most, Math.abs(g)), 0);
    slopes.forEach((g, i) => {
      if (g !== 0) to[i] += FAR * epsilon * g / max;
    });
  }
  region.relax(z);
  return z;
}
