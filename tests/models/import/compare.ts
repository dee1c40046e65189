/** How far an imported model is from what its own runtime makes of the same inputs. */

import { predict } from "../../../src/predict.ts";
import { type Matrix, matrix } from "../../../src/matrix.ts";
import type { Model } from "../../../src/models/model.ts";
import { graphInDouble } from "../../graph/reference.ts";

/** What the file's runtime said, as models.py writes it. */
export interface Case {
  /** The kind of numbers that it gave. */
  readonly kind: "scores" | "probabilities" | "logProbabilities" | "positive";
  readonly classNames?: readonly string[];
  /** Whether its two scores have the other sign than its labels. */
  readonly negated?: boolean;
  /** Whether the file has to be refused. */
  readonly refused?: boolean;
  /** A larger tolerance of the scores, with its reason. */
  readonly limit?: number;
}

/** Inputs, and what was said of them: numbers, labels, and for PyTorch the gradient of Σ w[c]·score[c]. */
export interface Said {
  readonly x: Matrix;
  readonly y: Matrix;
  readonly labels: ArrayLike<number>;
  readonly gradients?: Matrix;
}

/** A difference and what it may be. */
export interface Gap {
  readonly value: number;
  readonly limit: number;
}

/** How far a model is from what was said, by topic; its gradients on so many examples, in plain loops. */
export function gapsOf(
  model: Model,
  { kind, classNames, negated, limit = 1e-5 }: Case,
  { x, y, labels, gradients }: Said,
  { examples = 10 }: { examples?: number } = {},
): Record<string, Gap> {
  const numbers = negated ? matrix(y.rows, y.cols, y.data.map((value) => -value)) : y;
  const { predicted } = predict(model, x);
  // labels by votes that are equal are not those of the greatest score: the file contradicts itself, and has a note
  const own = y.cols > 2 && model.record.note ? greatest(y) : labels;
  const wrong = predicted.filter((label, i) => label !== labels[i] && own[i] === labels[i]).length;
  const named = !classNames || model.record.classNames === JSON.stringify(classNames);
  return {
    scores: { value: difference(answers(model, x, kind, y.cols), numbers), limit },
    gradients: { value: againstDifferences(model, x, examples), limit: 1e-4 },
    labels: { value: wrong / x.rows, limit: 0 },
    names: { value: Number(!named), limit: 0 },
    ...(gradients && { autograd: { value: difference(gradient(model, x), gradients), limit: 1e-5 } }),
  };
}

/** The model's answers as numbers of `kind`. */
function answers(model: Model, x: Matrix, kind: Case["kind"], cols: number): Matrix {
  const scores = model.scores(x);
  const p = matrix(x.rows, model.classes);
  model.head.probabilities(p, scores);
  switch (kind) {
    case "positive":
      return matrix(x.rows, 1, Float32Array.from({ length: x.rows }, (_, i) => p.data[2 * i + 1]));
    case "probabilities":
      // one against the rest: shares of the sum
      return matrix(
        x.rows,
        p.cols,
        p.data.map((value, i) => {
          const own = p.data.subarray(i - i % p.cols, i - i % p.cols + p.cols);
          return value / own.reduce((a, b) => a + b);
        }),
      );
    case "logProbabilities":
      return matrix(x.rows, p.cols, p.data.map(Math.log));
    case "scores":
      // two scores of which one is the negation of the other
      if (scores.cols === 1 && cols === 2) {
        return matrix(
          x.rows,
          2,
          Float32Array.from({ length: 2 * x.rows }, (_, i) => (i % 2 ? 1 : -1) * scores.data[i >> 1]),
        );
      }
      return scores;
  }
}

/** The greatest difference, relative to 1 or to the number if that is greater. */
function difference(a: Matrix, b: Matrix): number {
  if (a.data.length !== b.data.length) return Infinity;
  return a.data.reduce((most, value, i) => {
    const gap = Math.abs(value - b.data[i]) / Math.max(1, Math.abs(b.data[i]));
    return gap <= most ? most : gap;
  }, 0);
}

/** The place of the greatest number of each row. */
function greatest({ rows, cols, data }: Matrix): number[] {
  return Array.from({ length: rows }, (_, r) => {
    const row = data.subarray(r * cols, (r + 1) * cols);
    return row.indexOf(Math.max(...row));
  });
}

/** The gradient of Σ w[c]·score[c], w = (1, −1/2, 1/3, …). */
function gradient(model: Model, x: Matrix): Matrix {
  return model.inputGradient(
    x,
    ({ rows, cols }) =>
      matrix(rows, cols, Float32Array.from({ length: rows * cols }, (_, i) => weight(i % cols))),
  );
}

function weight(c: number): number {
  return (c % 2 === 0 ? 1 : -1) / (c + 1);
}

/**
 * How far gradients are from central differences in double precision, of the few first examples; Infinity if more than a
 * third of them are near a kink, and left out.
 */
function againstDifferences(model: Model, x: Matrix, examples: number): number {
  const rows = Math.min(x.rows, examples), cols = Math.min(x.cols, 12), step = 2 ** -12;
  const own = gradient(model, matrix(rows, x.cols, x.data.slice(0, rows * x.cols)));
  const tensors = model.tensors();
  let most = 0, left = 0;
  for (let r = 0; r < rows; r++) {
    const row = x.data.slice(r * x.cols, (r + 1) * x.cols);
    for (let i = 0; i < cols; i++) {
      const [below, above] = [-step, step].map((by) => {
        const { scores, kinks } = graphInDouble(model.graph, tensors, row.with(i, Math.fround(row[i] + by)));
        return { sum: scores.reduce((sum, score, c) => sum + weight(c) * score, 0), kinks: kinks.join() };
      });
      const width = Math.fround(row[i] + step) - Math.fround(row[i] - step);
      const slope = (above.sum - below.sum) / width;
      if (below.kinks !== above.kinks) left++;
      else most = Math.max(most, Math.abs(slope - own.data[r * x.cols + i]) / Math.max(1, Math.abs(slope)));
    }
  }
  return left > rows * cols / 3 ? Infinity : most;
}
