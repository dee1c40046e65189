/** Numbers that come with a request. @module */

import type { Tensor } from "../data/safetensors.ts";
import { type Matrix, matrix } from "../matrix.ts";
import { Problem } from "./problem.ts";

/** The inputs `value`, a tensor (B, D) or a list of lists, as a matrix of `inputs` columns and `limit` rows at most. */
export function matrixOf(value: unknown, { inputs, limit }: { inputs: number; limit: number }): Matrix {
  const rows = isTensor(value) ? value.shape[0] : Array.isArray(value) ? value.length : 0;
  if (!rows) refuse("x must be a list of one or more examples, each a list of numbers");
  if (rows > limit) throw new Problem(413, `Cannot use ${rows} examples: this server takes ${limit} at once`);
  return isTensor(value) ? fromTensor(value, inputs) : fromLists(value as unknown[], inputs);
}

/** The labels `value`, a tensor (B) or a list of numbers. */
export function labelsOf(value: unknown): ArrayLike<number> {
  if (isTensor(value)) {
    if (value.data instanceof Int32Array && value.shape.length === 1) return value.data;
    refuse(`labels must be I32 of shape (B), got shape (${value.shape.join(", ")})`);
  }
  if (Array.isArray(value) && value.every((label) => typeof label === "number")) return value;
  return refuse("labels must be a list of numbers, one for each example");
}

/** Only a file of tensors gives these: JSON has no typed arrays. */
function isTensor(value: unknown): value is Tensor {
  const { data } = (value ?? {}) as Partial<Tensor>;
  return data instanceof Float32Array || data instanceof Int32Array;
}

function fromTensor({ shape, data }: Tensor, inputs: number): Matrix {
  if (!(data instanceof Float32Array) || shape.length !== 2 || shape[1] !== inputs) {
    refuse(`x must be F32 of shape (B, ${inputs}), got shape (${shape.slice(0, 8).join(", ")})`);
  }
  return matrix(shape[0], inputs, data);
}

function fromLists(lists: readonly unknown[], inputs: number): Matrix {
  const { rows, cols, data } = matrix(lists.length, inputs);
  lists.forEach((list, i) => {
    if (!Array.isArray(list)) refuse(`x[${i}] must be a list of numbers`);
    if (list.length !== inputs) refuse(`the model takes ${inputs} inputs, x[${i}] has ${list.length}`);
    for (let j = 0; j < inputs; j++) {
      const value = list[j];
      if (typeof value !== "number") refuse(`x[${i}][${j}] must be a number`);
      data[i * inputs + j] = value;
      if (!Number.isFinite(data[i * inputs + j])) refuse(`x[${i}][${j}] is beyond the range of float32`);
    }
  });
  return { rows, cols, data };
}

function refuse(problem: string): never {
  throw new Problem(422, `Cannot use the examples: ${problem}`);
}
