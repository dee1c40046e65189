/** A model that tells how far a long call has come. @module */

import { type Differentiable, type Matrix, matrix } from "../../src/mod.ts";
import type { Progress } from "./progress.ts";

/** Rows between two looks at the clock; whole runs of the model's own, so that it computes what it would anyway. */
const ROWS = 500;

/** What a gradient costs, in units of the scores' cost. */
const GRADIENT = 2;

/** `model`, which says on `progress` which part of `passes` times `rows` rows it has seen. */
export function watched(
  model: Differentiable,
  progress: Progress,
  { rows, passes }: {
    /** Examples there are. */
    rows: number;
    /** How often the model will see them; a gradient counts as `gradients(1)`. */
    passes: number;
  },
): Differentiable {
  let seen = 0;
  const runs = function* (x: Matrix, cost: number): Generator<{ first: number; run: Matrix }> {
    for (let first = 0; first < x.rows; first += ROWS) {
      const run = rowsOf(x, first, Math.min(first + ROWS, x.rows));
      yield { first, run };
      seen += cost * run.rows;
      progress.update(Math.min(seen / (rows * passes), 1));
    }
  };
  return {
    ...model,
    pass: undefined,
    inputStep: undefined,
    scores(x) {
      const out = matrix(x.rows, model.head.width(model.classes));
      for (const { first, run } of runs(x, 1)) out.data.set(model.scores(run).data, first * out.cols);
      return out;
    },
    inputGradient(x, dScores) {
      const out = matrix(x.rows, x.cols);
      for (const { first, run } of runs(x, GRADIENT)) {
        const gradient = model.inputGradient(run, (scores, from) => dScores(scores, first + from));
        out.data.set(gradient.data, first * out.cols);
      }
      return out;
    },
  };
}

/** The passes that `count` gradients make. */
export function gradients(count: number): number {
  return GRADIENT * count;
}

function rowsOf({ cols, data }: Matrix, from: number, to: number): Matrix {
  return matrix(to - from, cols, data.subarray(from * cols, to * cols));
}
