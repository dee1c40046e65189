/** Models of plain functions that record their queries. @module */

import { type Head, heads } from "../../src/heads.ts";
import { type Matrix, matrix, rowsOf } from "../../src/matrix.ts";
import type { Differentiable } from "../../src/models/classifier.ts";

/** A question: scores alone or a gradient, of inputs row by row. */
export interface Question {
  readonly ask: "scores" | "gradient";
  readonly x: readonly Float64Array[];
}

/** Scores of one input in double, and their slopes in it, (S, D). */
export interface Formula {
  readonly inputs: number;
  readonly classes: number;
  readonly head?: Head;
  scores(x: Float64Array): number[];
  slopes(x: Float64Array): number[][];
}

/** Queries after which a walk counts as endless. */
const MOST = 1000;

/** The inputs of a matrix, row by row. */
export const rowsIn = ({ rows, cols, data }: Matrix): Float64Array[] =>
  Array.from({ length: rows }, (_, i) => Float64Array.from(data.subarray(i * cols, (i + 1) * cols)));

/** The model that a formula gives, and the questions that it was asked. */
export function asked(
  { inputs, classes, head = heads.softmax, scores, slopes }: Formula,
): Differentiable & { readonly questions: Question[] } {
  const questions: Question[] = [];
  const width = head.width(classes);
  const keep = (question: Question) => {
    if (questions.push(question) > MOST) throw new Error(`asked more than ${MOST} times`);
  };
  const answer = (x: Matrix) => matrix(x.rows, width, rowsIn(x).flatMap(scores));
  return {
    ...{ inputs, classes, head, questions },
    scores(x) {
      keep({ ask: "scores", x: rowsIn(x) });
      return answer(x);
    },
    inputGradient(x, dScores) {
      keep({ ask: "gradient", x: rowsIn(x) });
      const d = rowsIn(dScores(answer(x), 0));
      return matrix(
        x.rows,
        inputs,
        rowsIn(x).flatMap((own, row) => {
          const J = slopes(own);
          return Array.from(
            { length: inputs },
            (_, i) => J.reduce((sum, each, c) => sum + d[row][c] * each[i], 0),
          );
        }),
      );
    },
  };
}

/** Scores s_c = Σᵢ a[c][i]·xᵢ − b[c][i]·xᵢ², concave where b is positive. */
export function quadratic(a: number[][], b: number[][], head?: Head): Formula {
  return {
    ...{ inputs: a[0].length, classes: head?.name === "binary" ? 2 : a.length, head },
    scores: (x) => a.map((own, c) => own.reduce((sum, w, i) => sum + w * x[i] - b[c][i] * x[i] * x[i], 0)),
    slopes: (x) => a.map((own, c) => own.map((w, i) => w - 2 * b[c][i] * x[i])),
  };
}

/** The same model, which answers two examples at a time. */
export function inParts(whole: Differentiable): Differentiable {
  return {
    ...whole,
    inputGradient(x, dScores) {
      const out = matrix(x.rows, x.cols);
      for (let first = 0; first < x.rows; first += 2) {
        const part = rowsOf(x, first, Math.min(first + 2, x.rows));
        out.data.set(whole.inputGradient(part, (scores) => dScores(scores, first)).data, first * x.cols);
      }
      return out;
    },
  };
}
