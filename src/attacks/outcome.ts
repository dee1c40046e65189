/** What became of a batch under each constraint, put together chunk by chunk. @module */

import { type Matrix, matrix } from "../matrix.ts";
import type { Predictions } from "../predict.ts";
import { fooledOf } from "./criteria.ts";
import { CHUNK, type Plan } from "./plan.ts";
import type { Part, Walked } from "./walk.ts";

/** What became of a batch under one constraint. */
export interface Outcome extends Predictions {
  readonly x: Matrix;
  readonly fooled: Uint8Array;
  /** Queries of the model for each example, (B). */
  readonly queries: Int32Array;
  /** Examples for which a gradient was asked and found to be 0 in all inputs. */
  readonly zeroGradients: number;
}

/** Adds what became of a chunk under constraint `i`. */
export type Add = (i: number, part: Part, walked: Walked, predictions: Predictions) => void;

/** The outcomes of a plan, complete once every chunk was added under every constraint. */
export function collected(plan: Plan, classes: number): { outcomes: readonly Outcome[]; add: Add } {
  const { batch: { x: { rows, cols } }, chunk = CHUNK, criterion, nearest } = plan;
  const inOneChunk = rows > 0 && rows <= chunk;
  const outcomes = plan.constraints.map((): Mutable<Outcome> | undefined =>
    inOneChunk ? undefined : emptyOutcome(rows, cols, classes)
  );
  const add: Add = (i, { from, labels, target }, { x, tally }, predictions) => {
    const fooled = fooledOf(predictions, criterion, target ?? labels);
    const { queries } = tally, zeroGradients = tally.zeroGradient.reduce((sum, zero) => sum + zero, 0);
    const whole = outcomes[i];
    if (!whole) {
      // the attack's memory is used again
      const copy = matrix(rows, cols);
      copy.data.set(x.data);
      // sizes of the nearest inputs share a walk
      outcomes[i] = {
        x: copy,
        ...predictions,
        fooled,
        queries: nearest ? queries.slice() : queries,
        zeroGradients,
      };
      return;
    }
    whole.x.data.set(x.data, from * cols);
    whole.predicted.set(predictions.predicted, from);
    whole.confidence.set(predictions.confidence, from);
    whole.probabilities.data.set(predictions.probabilities.data, from * classes);
    whole.fooled.set(fooled, from);
    whole.queries.set(queries, from);
    whole.zeroGradients += zeroGradients;
  };
  return { outcomes: outcomes as readonly Outcome[], add };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function emptyOutcome(rows: number, cols: number, classes: number): Mutable<Outcome> {
  return {
    x: matrix(rows, cols),
    predicted: new Int32Array(rows),
    confidence: new Float32Array(rows),
    probabilities: matrix(rows, classes),
    fooled: new Uint8Array(rows),
    queries: new Int32Array(rows),
    zeroGradients: 0,
  };
}
