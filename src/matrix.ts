/**
 * Matrices, and the letters that name their shapes.
 *
 * | letter | meaning |
 * |---|---|
 * | B | examples in a batch |
 * | D | inputs (features) of a model |
 * | C | classes |
 * | S | scores of a model: C, or 1 for a two-class model with one score |
 * | U | units of a hidden layer |
 * | P | linear pieces of a maxout unit |
 * | R | rank of an RBF unit's precision beyond its diagonal |
 * | m, n, k | a matrix product's sizes, as in BLAS |
 *
 * @module
 */

import { InputError } from "./errors.ts";
import { isList } from "./checks.ts";
import { shown } from "./wording.ts";

/** A dense row-major matrix of float32: element (i, j) is `data[i * cols + j]`. */
export interface Matrix {
  /** Number of rows. */
  readonly rows: number;
  /** Number of columns. */
  readonly cols: number;
  /** `rows * cols` numbers, row after row. */
  readonly data: Float32Array;
}

/**
 * A matrix of shape `(rows, cols)`, over `data` without copying it, or of zeros.
 *
 * @example
 * ```ts
 * import { matrix } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(matrix(2, 2, [1, 2, 3, 4]).data[2], 3);
 * ```
 *
 * @throws {InputError} if a size is not a whole number ≥ 0, or memory for it cannot be had
 * @throws {InputError} if `data` does not hold `rows * cols` numbers
 */
export function matrix(
  rows: number,
  cols: number,
  data?: ArrayLike<number> | BigInt64Array | BigUint64Array,
  action?: string,
): Matrix {
  // in words only where something is wrong: an attack makes matrices at every call
  const described = () => action ?? `make a matrix of shape (${shown(rows)}, ${shown(cols)})`;
  if (!Number.isSafeInteger(rows) || !Number.isSafeInteger(cols) || rows < 0 || cols < 0) {
    throw new InputError("value", described(), "sizes must be whole numbers ≥ 0");
  }
  const length = rows * cols;
  if (data === undefined) return { rows, cols, data: zeros(described, length) };
  if (!isList(data)) {
    throw new InputError("shape", described(), `its numbers must be in an array, not ${shown(data)}`);
  }
  if (data.length !== length) {
    throw new InputError("shape", described(), `expected ${length} numbers, got ${data.length}`);
  }
  if (data instanceof Float32Array) return { rows, cols, data };
  const floats = zeros(described, length);
  for (let i = 0; i < length; i++) {
    const value = data[i];
    if (typeof value !== "number" && typeof value !== "bigint") {
      throw new InputError("shape", described(), `number ${i} is ${shown(value)}`);
    }
    floats[i] = Number(value);
  }
  return { rows, cols, data: floats };
}

function zeros(action: () => string, length: number): Float32Array {
  try {
    return new Float32Array(length);
  } catch (cause) {
    throw new InputError("host", action(), `there is no memory for ${4 * length} bytes`, { cause });
  }
}

/** `m`'s shape as text, `(rows, cols)`, for messages. */
export function shape(m: Matrix): string {
  return `(${m.rows}, ${m.cols})`;
}

/** Rows `from` to `to` (exclusive) of `m`, sharing its memory, also when that has moved. */
export function rowsOf(m: Matrix, from: number, to: number): Matrix {
  const { cols } = m;
  let whole: Float32Array | undefined, part: Float32Array;
  return {
    rows: to - from,
    cols,
    get data() {
      if (whole !== m.data) part = (whole = m.data).subarray(from * cols, to * cols);
      return part;
    },
  };
}

/** The numbers of row `i` of `m`, (D): a view, which is good until memory is asked for. */
export function rowOf({ data, cols }: Matrix, i: number): Float32Array {
  return data.subarray(i * cols, (i + 1) * cols);
}

/** @throws {InputError} unless `m`, called `what`, is a matrix whose numbers fit its shape; `action` begins the message */
export function checkMatrix(action: string, m: Matrix, what = "x"): void {
  const { rows, cols, data } = m ?? {};
  if (!(data instanceof Float32Array) || !Number.isSafeInteger(rows) || !Number.isSafeInteger(cols)) {
    throw new InputError("shape", action, `${what} must be a matrix, as matrix() makes one, not ${shown(m)}`);
  }
  if (rows >= 0 && data.length === rows * cols) return;
  throw new InputError("shape", action, `${what} of shape (${rows}, ${cols}) has ${data.length} numbers`);
}

/** @throws {InputError} unless all numbers of `x`, (B, D), are finite; `place` tells where a row stands among the examples */
export function checkFinite(
  action: string,
  { cols, data }: Matrix,
  place: (row: number) => number = (row) => row,
): void {
  if (allFinite(data)) return;
  const bad = data.findIndex((value) => !Number.isFinite(value));
  const where = `input ${bad % cols} of example ${place(Math.floor(bad / cols))}`;
  throw new InputError("value", action, `${where} is ${data[bad]}, not a finite number`);
}

/**
 * Whether all numbers are finite. Sums of float32 stay finite in double precision, and no number makes NaN or ∞ finite again.
 * Four sums, because each addition waits for the one before it.
 */
export function allFinite(data: Float32Array): boolean {
  const { length } = data;
  let a = 0, b = 0, c = 0, d = 0, i = 0;
  for (; i + 4 <= length; i += 4) {
    a += data[i];
    b += data[i + 1];
    c += data[i + 2];
    d += data[i + 3];
  }
  for (; i < length; i++) a += data[i];
  return Number.isFinite(a + b + c + d);
}

/** @throws {InputError} unless `m` has this shape; `action` begins the message */
export function checkShape(action: string, name: string, m: Matrix, rows: number, cols: number): void {
  if (m.rows !== rows || m.cols !== cols) {
    throw new InputError(
      "shape",
      action,
      `expected ${name} of shape (${rows}, ${cols}), got ${shape(m)}`,
    );
  }
}
