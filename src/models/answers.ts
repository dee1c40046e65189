/**
 * What is asked of a model, and its answers, checked: one policy for numbers that are not numbers.
 *
 * | number | what happens |
 * |---|---|
 * | an input NaN or infinite | an `InputError`, at the public function that is given it |
 * | a weight NaN or infinite | an `InputError`, where the model is made or read; a training that comes to it has diverged |
 * | a score NaN | an `InputError`: it is no class, neither right nor wrong |
 * | a score +∞ or −∞ | the greatest float32 of its sign: softmax of [∞, 0, 1] is [1, 0, 0], and each class has a loss |
 * | several scores of an example +∞, or all of several −∞ | an `InputError`: no class is the most probable |
 * | a gradient NaN or infinite | an `InputError`: no step follows from it |
 * | a gradient 0 in all inputs | counted in each attack's result as `zeroGradients`; a gate whose attack meets nothing else gives no verdict |
 * | scores, labels or a gradient of another shape | an `InputError` |
 * | an option or a setting NaN | an `InputError` |
 * | numbers that are only passed on, by `matrix`, `slice`, `select` and `withPerturbation` | they stay, and are refused where they are used |
 *
 * tests/fuzz/numbers_test.ts holds every public function to it. Public functions check inputs once; scores and gradients are checked wherever a model gives them.
 *
 * @module
 */

import { InputError } from "../errors.ts";
import { countNotFinite } from "../kernels/elementwise.ts";
import { type Batch, checkRange, type Examples, typed } from "../data/batch.ts";
import { allFinite, checkFinite, type Matrix, matrix } from "../matrix.ts";
import { Resident } from "../runtime/heap.ts";
import { shown } from "../wording.ts";
import {
  type AsyncClassifier,
  checkInputs,
  checkModel,
  type Classifier,
  type Differentiable,
} from "./classifier.ts";

type Known = Pick<Classifier, "head" | "classes">;

/** Where the row of an answer stands among the examples. */
type Place = (row: number) => number;

const same: Place = (row) => row;

const ANSWER = "use the classifier's answer";

/** The greatest finite float32. */
const GREATEST = 2 ** 127 * (2 - 2 ** -23);

/** @throws {InputError} unless `x`, (B, D), fits the model and all its numbers are finite; `action` begins the message */
export function checkFiniteInputs(
  action: string,
  model: AsyncClassifier,
  x: Matrix,
  place: Place = same,
): void {
  checkModel(action, model);
  checkInputs(action, model, x);
  checkAllFinite(action, x, place);
}

/**
 * `examples` with float32 inputs and int32 labels, the same where they are so: what every function that takes a model and
 * examples does first. Kernels find their place in memory by labels.
 *
 * @throws {InputError} unless the inputs are a matrix that fits the model, all numbers finite, and the labels are as many of
 *   the model's classes; `action` begins the message
 */
export function checkExamples<T extends Examples>(
  action: string,
  model: { inputs: number; classes: number },
  examples: T,
  { finite = true, answers = true }: {
    /** Whether the numbers are checked; default true. */
    finite?: boolean;
    /** Whether the model has to answer; default true. */
    answers?: boolean;
  } = {},
): T & Batch {
  if (answers) checkModel(action, model as AsyncClassifier);
  const checked = typed(action, examples), { x, labels, classes } = checked;
  checkInputs(action, model, x);
  checkRange(action, labels, model.classes);
  if (finite) checkAllFinite(action, x);
  if (classes === undefined) return { ...checked, classes: model.classes };
  if (Number.isSafeInteger(classes) && classes <= model.classes) return checked as T & Batch;
  throw new InputError(
    "value",
    action,
    `the examples have ${shown(classes)} classes, the model ${model.classes}`,
  );
}

/**
 * The scores, (rows, S), that a model gave: the same, or if some are infinite a copy that holds the greatest float32 for them.
 *
 * @throws {InputError} if they have another shape, one is NaN, several of a row are +∞, or all of several are −∞
 */
export function checkedScores(model: Known, scores: Matrix, rows: number, place: Place = same): Matrix {
  const width = model.head.width(model.classes);
  checkShapeOf("scores", scores, rows, width);
  if (allFinite(scores.data)) return scores;
  const out = matrix(rows, width, scores.data.slice());
  for (let row = 0; row < rows; row++) {
    const rowScores = out.data.subarray(row * width, (row + 1) * width);
    const lost = rowScores.findIndex((score) => Number.isNaN(score));
    if (lost >= 0) throw new InputError("value", ANSWER, `score ${lost} of example ${place(row)} is NaN`);
    const count = (value: number) => rowScores.reduce((sum, score) => sum + Number(score === value), 0);
    const problem = count(Infinity) > 1
      ? `several scores of example ${place(row)} are +∞`
      : width > 1 && count(-Infinity) === width
      ? `all scores of example ${place(row)} are −∞`
      : undefined;
    if (problem) throw new InputError("value", ANSWER, `${problem}, so no class is the most probable`);
    for (let c = 0; c < width; c++) rowScores[c] = Math.max(-GREATEST, Math.min(GREATEST, rowScores[c]));
  }
  return out;
}

/**
 * The labels, (rows), that a model gave.
 *
 * @throws {InputError} if they are not as many, or one is no class
 */
export function checkedLabels(
  { classes }: Known,
  labels: Int32Array,
  rows: number,
  place: Place = same,
): Int32Array {
  if (labels?.length !== rows) {
    throw new InputError("shape", ANSWER, `expected ${rows} labels, got ${labels?.length}`);
  }
  const bad = labels.findIndex((label) => !(label >= 0 && label < classes));
  if (bad < 0) return labels;
  throw new InputError(
    "value",
    ANSWER,
    `label ${labels[bad]} of example ${place(bad)} is none of 0 … ${classes - 1}`,
  );
}

/**
 * The gradient in the inputs, (rows, D), that a model gave.
 *
 * @throws {InputError} if it has another shape, or a number is not finite
 */
export function checkedGradient(
  { inputs }: Pick<Differentiable, "inputs">,
  gradient: Matrix,
  rows: number,
  place: Place = same,
): Matrix {
  checkShapeOf("a gradient", gradient, rows, inputs);
  const { data } = gradient;
  if (isFinite(gradient)) return gradient;
  const bad = data.findIndex((value) => !Number.isFinite(value));
  throw new InputError(
    "value",
    ANSWER,
    `the gradient in input ${bad % inputs} of example ${place(Math.floor(bad / inputs))} is ${
      data[bad]
    }, not a finite number`,
  );
}

/** Whether all numbers of `m` are finite: by a kernel where they need not be copied to it. */
function isFinite(m: Matrix): boolean {
  return m instanceof Resident ? countNotFinite(m) === 0 : allFinite(m.data);
}

/** The same as `checkFinite`, sooner where there are many numbers. */
export function checkAllFinite(action: string, x: Matrix, place?: Place): void {
  if (!isFinite(x)) checkFinite(action, x, place);
}

/** The scores, (B, S), that `model` gives to `x`, (B, D), checked. */
export function scoresOf(model: Classifier, x: Matrix, place: Place = same): Matrix {
  if (typeof model.scores === "function") return checkedScores(model, model.scores(x), x.rows, place);
  throw new InputError("shape", ANSWER, "the model gives no scores");
}

/**
 * The gradient in the inputs, (B, D), of the function of the scores whose gradient `write` writes to `dScores`, and the scores
 * themselves, both checked.
 *
 * @throws {InputError} if the model gives no gradients, or what it gives is of another shape or not finite
 */
export function gradientOf(
  model: Differentiable,
  x: Matrix,
  write: (dScores: Matrix, scores: Matrix, first: number) => void,
  place: Place = same,
): { readonly scores: Matrix; readonly gradient: Matrix } {
  if (typeof model.inputGradient !== "function") {
    throw new InputError("value", "differentiate a model's scores", "the model gives no gradients");
  }
  let all: Matrix | undefined, seen = 0;
  const gradient = model.inputGradient(x, (scored, first) => {
    const scores = checkedScores(model, scored, scored?.rows, (row) => place(first + row));
    if (!(first >= 0 && first + scores.rows <= x.rows)) {
      throw new InputError(
        "shape",
        ANSWER,
        `scores of examples ${first} … ${first + scores.rows - 1} of ${x.rows}`,
      );
    }
    seen += scores.rows;
    all ??= scores.rows === x.rows ? scores : matrix(x.rows, scores.cols);
    if (all !== scores) all.data.set(scores.data, first * scores.cols);
    const dScores = matrix(scores.rows, scores.cols);
    write(dScores, scores, first);
    return dScores;
  });
  // a gradient that depends on no score is that of a constant
  const scores = all && seen >= x.rows ? all : scoresOf(model, x, place);
  return { scores, gradient: checkedGradient(model, gradient, x.rows, place) };
}

function checkShapeOf(what: string, answer: Matrix, rows: number, cols: number): void {
  const { rows: m, cols: n, data } = (answer ?? {}) as Partial<Matrix>;
  if (m === rows && n === cols && data instanceof Float32Array && data.length === rows * cols) return;
  const got = m === rows && n === cols ? shown(data) : `(${shown(m)}, ${shown(n)})`;
  throw new InputError("shape", ANSWER, `expected ${what} of shape (${rows}, ${cols}), got ${got}`);
}
