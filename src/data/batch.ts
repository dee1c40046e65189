/** Examples with their labels. @module */

import { InputError } from "../errors.ts";
import { type Matrix, matrix, rowsOf } from "../matrix.ts";
import { shown } from "../schema.ts";

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
export function batch(
  { x, labels, classes, classNames }: {
    /** Inputs, (B, D). */
    x: Matrix;
    /** True class of each example, (B); `BigInt64Array` will do. */
    labels: ArrayLike<number | bigint>;
    /** Number of classes; default one more than the largest label. */
    classes?: number;
    /** What each class is called; default its number. */
    classNames?: readonly string[];
  },
): Batch {
  const inputs = checkedMatrix("make a batch", x);
  const numbers = labelNumbers(labels);
  let max = -1;
  for (let i = 0; i < numbers.length; i++) if (numbers[i] > max) max = Math.floor(numbers[i]);
  const made = {
    x: inputs,
    labels: numbers,
    classes: classes ?? classNames?.length ?? max + 1,
    ...(classNames && { classNames }),
  };
  checkBatch("make a batch", made);
  return { ...made, labels: Int32Array.from(numbers) };
}

/**
 * Nothing, if `examples` are a batch: for functions that take one that nobody may have checked.
 *
 * @throws {InputError} if they are not; `action` begins the message
 */
export function checkBatch(
  action: string,
  { x, labels, classes, classNames }: Omit<Batch, "labels"> & { readonly labels: ArrayLike<number> },
): void {
  const fail = (code: "shape" | "value", reason: string): never => {
    throw new InputError(code, action, reason);
  };
  checkedMatrix(action, x);
  if (!isArray(labels)) fail("shape", `labels must be an array of whole numbers, not ${shown(labels)}`);
  if (x.rows !== labels.length) fail("shape", `${x.rows} examples but ${labels.length} labels`);
  if (!Number.isSafeInteger(classes) || classes < 0 || classes > MAX_CLASSES) {
    fail("value", `classes must be a whole number, not ${shown(classes)}`);
  }
  if (classNames !== undefined && (!Array.isArray(classNames) || classNames.length !== classes)) {
    fail("shape", `${classes} classes but ${shown(classNames)} for their names`);
  }
  for (let i = 0; i < labels.length; i++) {
    if (!Number.isInteger(labels[i]) || labels[i] < 0 || labels[i] >= classes) {
      fail("value", `label ${shown(labels[i])} of example ${i} is not a whole number in 0 … ${classes - 1}`);
    }
  }
  const bad = x.data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const [row, col] = [Math.floor(bad / x.cols), bad % x.cols];
    fail("value", `input ${col} of example ${row} is ${x.data[bad]}, not a finite number`);
  }
}

/** `x` as a matrix of float32, checked. */
function checkedMatrix(action: string, x: Matrix): Matrix {
  if (typeof x !== "object" || x === null || !("rows" in x && "cols" in x && "data" in x)) {
    throw new InputError("shape", action, `x must be a matrix, as matrix() makes one, not ${shown(x)}`);
  }
  try {
    return x.data === undefined ? matrix(x.rows, x.cols, []) : matrix(x.rows, x.cols, x.data);
  } catch (error) {
    throw error instanceof InputError ? error.about(action) : error;
  }
}

/** Labels as numbers, which may not be whole yet. */
function labelNumbers(labels: ArrayLike<number | bigint>): Float64Array {
  if (!isArray(labels)) {
    throw new InputError(
      "shape",
      "make a batch",
      `labels must be an array of whole numbers, not ${shown(labels)}`,
    );
  }
  const numbers = new Float64Array(labels.length);
  for (let i = 0; i < labels.length; i++) {
    const label: unknown = labels[i];
    if (typeof label === "number" || typeof label === "bigint") {
      numbers[i] = Number(label);
      continue;
    }
    const hint = isArray(label)
      ? "; of one-hot labels give the place of the 1"
      : typeof label === "string"
      ? "; of class names give their places, and the names as classNames"
      : "";
    throw new InputError(
      "shape",
      "make a batch",
      `label ${i} is ${shown(label)}, not a whole number${hint}`,
    );
  }
  return numbers;
}

function isArray(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

/**
 * Examples `from` to `to` (exclusive) of `examples`, sharing their memory; the end is cut at what there is.
 *
 * @throws {InputError} if `from` or `to` is not a whole number ≥ 0
 */
export function slice(examples: Batch, from: number, to: number = examples.x.rows): Batch {
  for (const place of [from, to]) {
    if (!Number.isSafeInteger(place) || place < 0) {
      throw new InputError("value", `slice at ${shown(place)}`, "must be a whole number ≥ 0");
    }
  }
  const end = Math.min(to, examples.x.rows), start = Math.min(from, end);
  return {
    ...examples,
    x: rowsOf(examples.x, start, end),
    labels: examples.labels.subarray(start, end),
  };
}

/**
 * The examples at `indices`, in that order, copied.
 *
 * @throws {InputError} if one of `indices` is not the place of an example
 */
export function select(examples: Batch, indices: ArrayLike<number>): Batch {
  const { x, labels } = examples;
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
