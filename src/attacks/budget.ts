import { InputError } from "../errors.ts";
import type { Batch } from "../data/batch.ts";
import { type Matrix, matrix, rowsOf } from "../matrix.ts";
import type { AttackOptions, Epsilon } from "./attack.ts";

/** The classes aimed at, (B). */
export function targets(target: number | Int32Array, { labels }: Batch): Int32Array {
  return typeof target === "number" ? new Int32Array(labels.length).fill(target) : target;
}

/** ε for each of `cols` inputs, rounded down to float32, so that no step passes what was asked for. */
export function budget(epsilon: Epsilon, cols: number): Float32Array {
  if (typeof epsilon !== "number") return epsilon;
  return new Float32Array(cols).fill(float32Below(epsilon));
}

/** ε as one number. @throws {InputError} if it is one for each input; `attack` begins the message */
export function lengthOf(attack: string, epsilon: Epsilon): number {
  if (typeof epsilon === "number") return epsilon;
  throw new InputError("value", `attack by ${attack} with an epsilon for each input`, "give one number");
}

/** The same options with bounds rounded inward to float32, so that no step passes what was asked for. */
export function inFloat32<O extends AttackOptions>(options: O): O {
  if (!options.bounds) return options;
  const [lo, hi] = options.bounds;
  return { ...options, bounds: [-float32Below(-lo), float32Below(hi)] };
}

/** The greatest float32 that is not above `value`. */
function float32Below(value: number): number {
  const near = new Float32Array([value]);
  const bits = new Int32Array(near.buffer);
  if (near[0] > value) bits[0] += bits[0] < 0 ? 1 : -1;
  return near[0];
}

/** Rows that one call of a kernel takes, so that what is copied to its memory stays small; noise begins anew at each. */
export const CHUNK = 250;

/** A matrix of the shape of `x`, which `fill` writes run by run of rows. */
export function byChunks(
  x: Matrix,
  fill: (out: Matrix, rows: (m: Matrix) => Matrix, first: number) => void,
): Matrix {
  const out = matrix(x.rows, x.cols);
  for (let first = 0; first < x.rows; first += CHUNK) {
    const rows = (m: Matrix) => rowsOf(m, first, Math.min(first + CHUNK, x.rows));
    fill(rows(out), rows, first);
  }
  return out;
}
