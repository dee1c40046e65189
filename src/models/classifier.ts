/** What attacks and measures ask of a model. @module */

import { InputError } from "../errors.ts";
import type { Head } from "../heads.ts";
import { shown } from "../wording.ts";
import { checkMatrix, type Matrix } from "../matrix.ts";
import { Resident } from "../runtime/heap.ts";

/** A classifier as black-box attacks and measures see it: scores alone. */
export interface Classifier {
  /** Number of inputs, D. */
  readonly inputs: number;
  /** Number of classes, C. */
  readonly classes: number;
  /** What the scores mean. */
  readonly head: Head;
  /** Scores, (B, S), of the inputs `x`, (B, D). */
  scores(x: Matrix): Matrix;
}

/**
 * An asynchronous classifier, such as an HTTP endpoint, that returns scores or only labels. Attacks that need no
 * gradient take it by their `async` form.
 */
export interface AsyncClassifier {
  /** Number of inputs, D. */
  readonly inputs: number;
  /** Number of classes, C. */
  readonly classes: number;
  /** What the scores mean. */
  readonly head: Head;
  /** Inputs that one call takes at most; default any number. */
  readonly maxBatch?: number;
  /** Scores, (B, S), of the inputs `x`, (B, D). It has this or `labels`. */
  scores?(x: Matrix, how: { signal?: AbortSignal }): Matrix | Promise<Matrix>;
  /** The predicted class of each of the inputs `x`, (B). */
  labels?(x: Matrix, how: { signal?: AbortSignal }): Int32Array | Promise<Int32Array>;
}

/**
 * A classifier as gradient attacks see it. Write this record for a model of your own and everything here works on it.
 *
 * @example
 * ```ts
 * import { batch, type Differentiable, fgsm, heads, matrix } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * // one input, scores (0, 2x): a logistic regression by hand
 * const mine: Differentiable = {
 *   inputs: 1,
 *   classes: 2,
 *   head: heads.softmax,
 *   scores: (x) => matrix(x.rows, 2, x.data.reduce<number[]>((s, v) => [...s, 0, 2 * v], [])),
 *   inputGradient(x, dScores) {
 *     const d = dScores(this.scores(x), 0);
 *     return matrix(x.rows, 1, Float32Array.from({ length: x.rows }, (_, i) => 2 * d.data[2 * i + 1]));
 *   },
 * };
 * const attacked = fgsm(mine, batch({ x: matrix(1, 1, [1]), labels: [1] }), { epsilon: 0.5 });
 * assertEquals(attacked.x.data[0], 0.5);
 * ```
 */
export interface Differentiable extends Classifier {
  /**
   * The gradient in the inputs, (B, D), of a function of the scores whose gradient in them `dScores` gives.
   * `dScores` is called for one or more runs of rows, with their scores and the first row's place in `x`.
   */
  inputGradient(x: Matrix, dScores: (scores: Matrix, first: number) => Matrix): Matrix;
  /**
   * Passes in the model's own memory. Optional; a model that has it is attacked without copies between steps. Dispose
   * what it gives.
   */
  pass?(): Pass;
}

/**
 * Forward and backward passes of one model in memory of their own: what an attack works in from step to step without a
 * copy. Whatever else is asked of the model meanwhile, from the same code or from a callback, leaves its results right.
 * Its memory is used again once it is disposed.
 */
export interface Pass extends Disposable {
  /** The matrix (rows, cols) called `name`, in the model's memory: zeros when new, kept as it is while the shape stays. */
  matrix(name: string, rows: number, cols: number): Matrix;
  /**
   * Scores, (B, S), of `x`, (B, D), valid until this pass's next forward. An `x` made by `matrix` is used in place: it must
   * stay as it is until `backward` has been called.
   */
  forward(x: Matrix): Matrix;
  /** The gradient in the last forward's `x`, (B, D), valid until the model is used again; the caller may write over it. */
  backward(dScores: Matrix): Matrix;
}

/** A perturbation of training examples, made anew at each step. */
export interface Perturbation {
  /** What it is and with which options, for the record. */
  readonly name: string;
  /** Perturbed inputs, (B, D), for the model as it is now, valid until the next call; `key` seeds what is random. */
  apply(
    model: Differentiable,
    examples: { x: Matrix; labels: Int32Array; classes: number },
    key: number,
  ): Matrix;
  /**
   * The layer whose inputs are perturbed, counted from 0; default 0, the network's own. Beyond it, `apply` is given that
   * layer and those after it as its model, and what the layer receives from the whole network as its examples.
   */
  readonly layer?: number;
  /**
   * For a perturbation that is a differentiable function of the loss's gradient in the inputs: that function's
   * vector-Jacobian product, (B, D), with the gradient `dX` in what `apply` gave. With it, training follows the gradient
   * through the perturbation; without, the perturbation is a constant to it.
   */
  pullback?(
    model: Differentiable,
    examples: { x: Matrix; labels: Int32Array; classes: number },
    dX: Matrix,
  ): Matrix;
  /** Whether what it gives belongs to none of the classes; for heads of independent probabilities. */
  readonly rubbish?: boolean;
  /**
   * Which units dropout takes away while it is made: none (default), or those that the step's plain pass is without. With
   * `"both"` the perturbed examples then pass through those same units, with `"attack"` through others, drawn afresh.
   */
  readonly dropped?: "attack" | "both";
}

/** @throws {InputError} unless `x` is a matrix with the model's number of inputs; `action` begins the message */
export function checkInputs(action: string, model: { inputs: number }, x: Matrix): void {
  // a resident matrix is whole, and looking at its numbers makes an array
  if (!(x instanceof Resident)) checkMatrix(action, x);
  if (x.cols === model.inputs) return;
  const reason = `the model takes ${model.inputs} inputs, the examples have ${x.cols}`;
  throw new InputError("shape", action, reason);
}

/** @throws {InputError} unless `model` has numbers of inputs and classes, a head, and scores or labels */
export function checkModel(action: string, model: AsyncClassifier): void {
  if (typeof model !== "object" || model === null) {
    throw new InputError("shape", action, `it takes a model, not ${shown(model)}`);
  }
  const wrong = !isCount(model.inputs)
    ? "inputs"
    : !isCount(model.classes)
    ? "classes"
    : typeof model.head?.width !== "function"
    ? "head"
    : typeof (model.scores ?? model.labels) !== "function"
    ? "scores"
    : undefined;
  if (wrong) throw new InputError("shape", action, `${wrong} of the model cannot be ${shown(model[wrong])}`);
}

const isCount = (n: unknown) => Number.isSafeInteger(n) && n as number > 0;
