/** A model as attacks ask it: at once or later, its answers checked. @module */

import { InputError } from "../errors.ts";
import type { ScoreGradient } from "../loss.ts";
import { type Predictions, predictions } from "../predict.ts";
import { type Matrix, matrix, rowsOf } from "../matrix.ts";
import {
  checkedGradient,
  checkedLabels,
  checkedScores,
  checkFiniteInputs,
  gradientOf,
  scoresOf,
} from "../models/answers.ts";
import type { AsyncClassifier, Classifier, Differentiable } from "../models/classifier.ts";
import type { Query } from "./query.ts";

/** A call of the model. */
export interface Call {
  readonly ask: Query["ask"];
  readonly x: Matrix;
  readonly dScores?: ScoreGradient;
  /** Where a row of `x` stands in the batch, for messages; default the same. */
  readonly place?: (row: number) => number;
}

/** What the model says. */
export interface Reply {
  readonly scores?: Matrix;
  readonly labels?: Int32Array;
  readonly gradient?: Matrix;
}

/** Matrices by name. */
export type MatrixSource = (name: string, rows: number, cols: number) => Matrix;

/** What the model says of inputs, as probabilities where it gives scores. */
export function predictionsOf(
  model: Pick<Classifier, "classes" | "head">,
  { scores, labels }: Reply,
): Predictions {
  if (scores) return predictions(model, scores);
  const predicted = labels!;
  return {
    predicted,
    confidence: new Float32Array(predicted.length).fill(NaN),
    probabilities: matrix(
      predicted.length,
      model.classes,
      new Float32Array(predicted.length * model.classes).fill(NaN),
    ),
  };
}

/** A model as the driver calls it, with memory near it. */
interface Oracle {
  readonly memory: MatrixSource;
  readonly reply: (call: Call) => Reply;
  /** Gives the memory back. */
  readonly end: () => void;
}

export function oracle(model: Classifier & Partial<Differentiable>): Oracle {
  if (model.pass) {
    const pass = model.pass();
    return {
      memory: pass.matrix,
      reply({ ask, x, dScores, place }) {
        const scores = checkedScores(model, pass.forward(x), x.rows, place);
        if (ask !== "gradient") return { scores };
        const d = pass.matrix("dScores", scores.rows, scores.cols);
        dScores!(d, scores, 0);
        return { scores, gradient: checkedGradient(model, pass.backward(d), x.rows, place) };
      },
      end: () => pass[Symbol.dispose](),
    };
  }
  const memory = ordinaryMatrices();
  return {
    memory,
    reply({ ask, x, dScores, place }) {
      if (ask !== "gradient") return { scores: scoresOf(model, x, place) };
      if (!model.inputGradient) throw new InputError("value", "attack", "the model gives no gradients");
      const answer = gradientOf(model as Differentiable, x, dScores!, place);
      // a copy: the attack may write over it, and the model may keep it
      const gradient = memory("gradient of the model", x.rows, x.cols);
      gradient.data.set(answer.gradient.data);
      return { scores: answer.scores, gradient };
    },
    end: () => {},
  };
}

/** Ordinary matrices by name. */
export function ordinaryMatrices(): MatrixSource {
  const kept = new Map<string, Matrix>();
  return (name, rows, cols) => {
    const known = kept.get(name);
    if (known && known.cols === cols && known.rows === rows) return known;
    const fresh = matrix(rows, cols);
    kept.set(name, fresh);
    return fresh;
  };
}

/** What a classifier whose answers may be promises says of the inputs `x`, (B, D). */
export async function predictAsync(
  model: AsyncClassifier,
  x: Matrix,
  { signal }: { signal?: AbortSignal } = {},
): Promise<Predictions> {
  checkFiniteInputs("classify", model, x);
  return predictionsOf(model, await replyAsync(model, { ask: "scores", x }, signal));
}

export async function replyAsync(
  model: AsyncClassifier,
  { ask, x, place = (row) => row }: Call,
  signal?: AbortSignal,
): Promise<Reply> {
  if (ask === "gradient") throw new InputError("value", "attack", "the model gives no gradients");
  const { maxBatch = Infinity } = model;
  const labels = new Int32Array(x.rows);
  let scores: Matrix | undefined;
  for (let from = 0; from < x.rows; from += maxBatch) {
    signal?.throwIfAborted();
    const part = rowsOf(x, from, Math.min(from + maxBatch, x.rows));
    const at = (row: number) => place(from + row);
    if (model.scores) {
      const answer = checkedScores(model, await model.scores(part, { signal }), part.rows, at);
      scores ??= matrix(x.rows, answer.cols);
      scores.data.set(answer.data, from * answer.cols);
    } else labels.set(checkedLabels(model, await model.labels!(part, { signal }), part.rows, at), from);
  }
  return model.scores ? { scores: scores ?? matrix(0, model.head.width(model.classes)) } : { labels };
}
