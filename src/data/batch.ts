/** Examples with their labels. @module */

import { InputError } from "../errors.ts";
import { checkFinite, checkMatrix, type Matrix, matrix, rowsOf } from "../matrix.ts";
import { checkList, isList } from "../checks.ts";
import { shown } from "../wording.ts";

/** Examples with their true labels, the form in which all data travels. */
export interface Batch {
  /** Inputs, (B, D). */
  readonly x: Matrix;
  /** True class of each example, (B), each in 0 … classes − 1. */
  readonly labels: Int32Array;
  /** Number of classes. */
  readonly classes: number;
  /** What each class is called; default its number. */
  readonly classNames?: readonly string[];
}

/** Examples as functions take them, a `Batch` or one made by hand. */
export interface Examples {
  /** Inputs, (B, D). */
  readonly x: Matrix;
  /** True class of each example, (B), in any array of whole numbers; `BigInt64Array` will do. */
  readonly labels: ArrayLike<number | bigint>;
  /** Number of classes; default the model's, or where there is none one more than the largest label. */
  readonly classes?: number;
  /** What each class is called; default its number. */
  readonly classNames?: readonly string[];
}

/** Inputs and labels in the types of a batch. */
type Typed = Pick<Batch, "x" | "labels">;

/** Labels are held as int32. */
const MAX_CLASSES = 2 ** 31;

/**
 * A batch of the inputs `x`, (B, D), and `labels`, (B), checked.
 *
 * @example
 * ```ts
 * import { batch, matrix } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(batch({ x: matrix(2, 1, [0.5, 1]), labels: [0, 1] }).classes, 2);
 * ```
 *
 * @throws {InputError} if `x` is no matrix, `x` and `labels` differ in length, or an input is not finite
 * @throws {InputError} if a label is not a whole number in 0 … classes − 1, or there is not a name for each class
 */
export function batch(examples: Examples): Batch {
  const action = "make a batch";
  const { x, labels } = typed(action, examples), { classNames } = examples;
  const classes = examples.classes ?? classNames?.length ??
    labels.reduce((max, label) => Math.max(max, label), -1) + 1;
  if (!Number.isSafeInteger(classes) || classes < 0 || classes > MAX_CLASSES) {
    throw new InputError("value", action, `classes must be a whole number, not ${shown(classes)}`);
  }
  if (classNames !== undefined && (!Array.isArray(classNames) || classNames.length !== classes)) {
    throw new InputError("shape", action, `${classes} classes but ${shown(classNames)} for their names`);
  }
  checkRange(action, labels, classes);
  checkFinite(action, x);
  // the caller's labels stay the caller's
  return { x, labels: labels.slice(), classes, ...(classNames && { classNames }) };
}

/** @throws {InputError} unless each label, called `what`, is one of `classes`; `action` begins the message */
export function checkRange(action: string, labels: Int32Array, classes: number, what = "label"): void {
  let i = 0;
  while (i < labels.length && labels[i] >= 0 && labels[i] < classes) i++;
  if (i === labels.length) return;
  throw new InputError(
    "value",
    action,
    `${what} ${labels[i]} of example ${i} is not a whole number in 0 … ${classes - 1}`,
  );
}

/**
 * `examples` with float32 inputs and int32 labels: the same where they are so.
 *
 * @throws {InputError} unless they are a matrix and a whole number for each of its rows; `action` begins the message
 */
export function typed<T extends Examples>(action: string, examples: T): T & Typed {
  if (typeof examples !== "object" || examples === null || !("labels" in examples)) {
    throw new InputError(
      "shape",
      action,
      `examples must be a batch, as batch() makes one, not ${shown(examples)}`,
    );
  }
  const x = floats(action, examples.x), labels = integerLabels(action, examples.labels, examples);
  if (x.rows !== labels.length) {
    throw new InputError("shape", action, `${x.rows} examples but ${labels.length} labels`);
  }
  return x === examples.x && labels === examples.labels ? examples as T & Typed : { ...examples, x, labels };
}

/** `x` as a matrix of float32. */
function floats(action: string, x: Matrix): Matrix {
  if (isList(x?.data) && !(x.data instanceof Float32Array)) {
    return matrix(x.rows, x.cols, x.data, action);
  }
  checkMatrix(action, x);
  return x;
}

/** Labels, called `what`, as int32, the same where they are so. @throws {InputError} unless they are whole numbers */
export function integerLabels(
  action: string,
  labels: ArrayLike<number | bigint>,
  { what = "label", classes }: { what?: string; classes?: number } = {},
): Int32Array {
  if (labels instanceof Int32Array) return labels;
  if (!isList(labels)) {
    throw new InputError("shape", action, `${what}s must be an array of whole numbers, not ${shown(labels)}`);
  }
  const out = new Int32Array(labels.length);
  for (let i = 0; i < out.length; i++) {
    const label: unknown = labels[i];
    if (typeof label === "number" || typeof label === "bigint") {
      out[i] = Number(label);
      if (out[i] === Number(label)) continue;
    }
    const hint = isList(label)
      ? "; of one-hot labels give the place of the 1"
      : typeof label === "string"
      ? "; of class names give their places"
      : "";
    const range = Number.isInteger(classes) ? `in 0 … ${classes! - 1}` : "below 2³¹";
    throw new InputError(
      "value",
      action,
      `${what} ${shown(label)} of example ${i} is not a whole number ${range}${hint}`,
    );
  }
  return out;
}

/**
 * Examples `from` to `to` (exclusive) of `examples`, sharing their memory; the end is cut at what there is.
 *
 * @throws {InputError} if `from` or `to` is not a whole number ≥ 0
 */
export function slice(examples: Batch, from: number, to: number = examples?.x?.rows): Batch {
  const { x, labels } = typed("slice examples", examples);
  for (const place of [from, to]) {
    if (!Number.isSafeInteger(place) || place < 0) {
      throw new InputError("value", `slice at ${shown(place)}`, "must be a whole number ≥ 0");
    }
  }
  const end = Math.min(to, x.rows), start = Math.min(from, end);
  return { ...examples, x: rowsOf(x, start, end), labels: labels.subarray(start, end) };
}

/**
 * The examples at `indices`, in that order, copied.
 *
 * @throws {InputError} if one of `indices` is not the place of an example
 */
export function select(examples: Batch, indices: ArrayLike<number>): Batch {
  const { x, labels } = typed("select examples", examples);
  checkList("select examples", indices, "their places");
  const data = new Float32Array(indices.length * x.cols);
  const chosen = new Int32Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    const at = indices[i];
    if (!Number.isInteger(at) || at < 0 || at >= x.rows) {
      throw new InputError("value", `select example ${shown(at)}`, `there are 0 … ${x.rows - 1}`);
    }
    data.set(x.data.subarray(at * x.cols, (at + 1) * x.cols), i * x.cols);
    chosen[i] = labels[at];
  }
  return { ...examples, x: { rows: indices.length, cols: x.cols, data }, labels: chosen };
}
