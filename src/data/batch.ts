/** Examples with their labels. @module */

import { InputError } from "../errors.ts";
import { type Matrix, rowsOf } from "../matrix.ts";

/** Examples with their true labels, the form in which all data travels. */
export interface Batch {
  /** Inputs, (B, D). */
  readonly x: Matrix;
  /** True class of each example, (B), each in 0 … classes − 1. */
  readonly labels: Int32Array;
  /** Number of classes. */
  readonly classes: number;
}

/** Labels are held as int32. */
const MOST_CLASSES = 2 ** 31;

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
 * @throws {InputError} if `x` and `labels` differ in length, or an input is not finite
 * @throws {InputError} if a label is not a whole number in 0 … classes − 1
 */
export function batch(
  { x, labels, classes }: {
    /** Inputs, (B, D). */
    x: Matrix;
    /** True class of each example, (B). */
    labels: ArrayLike<number>;
    /** Number of classes; default one more than the largest label. */
    classes?: number;
  },
): Batch {
  if (x.rows !== labels.length) {
    throw new InputError("shape", "make a batch", `${x.rows} examples but ${labels.length} labels`);
  }
  let most = -1;
  for (let i = 0; i < labels.length; i++) most = Math.max(most, labels[i]);
  const count = classes ?? most + 1;
  for (let i = 0; i < labels.length; i++) {
    if (!Number.isInteger(labels[i]) || labels[i] < 0 || labels[i] >= Math.min(count, MOST_CLASSES)) {
      throw new InputError(
        "value",
        "make a batch",
        `label ${labels[i]} of example ${i} is not a whole number in 0 … ${count - 1}`,
      );
    }
  }
  const bad = x.data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const [row, col] = [Math.floor(bad / x.cols), bad % x.cols];
    throw new InputError(
      "value",
      "make a batch",
      `input ${col} of example ${row} is ${x.data[bad]}, not a finite number`,
    );
  }
  return { x, labels: Int32Array.from(labels), classes: count };
}

/** Examples `from` to `to` (exclusive) of `examples`, sharing their memory; the end is cut at what there is. */
export function slice(examples: Batch, from: number, to: number = examples.x.rows): Batch {
  const end = Math.min(to, examples.x.rows);
  return {
    x: rowsOf(examples.x, from, end),
    labels: examples.labels.subarray(from, end),
    classes: examples.classes,
  };
}

/** The examples at `indices`, in that order, copied. */
export function select(examples: Batch, indices: ArrayLike<number>): Batch {
  const { x, labels, classes } = examples;
  const data = new Float32Array(indices.length * x.cols);
  const chosen = new Int32Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    data.set(x.data.subarray(indices[i] * x.cols, (indices[i] + 1) * x.cols), i * x.cols);
    chosen[i] = labels[indices[i]];
  }
  return { x: { rows: indices.length, cols: x.cols, data }, labels: chosen, classes };
}
