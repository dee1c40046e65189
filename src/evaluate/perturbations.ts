/** Perturbations that were made for one example, on others (paper, section 8). @module */

import { InputError } from "../errors.ts";
import { integer, number } from "../schema.ts";
import { checkObject, resolve } from "../checks.ts";
import type { Adversarial } from "../attacks/attack.ts";
import { type Batch, typed } from "../data/batch.ts";
import { checkMatrix, type Matrix, matrix, shape } from "../matrix.ts";

const DISPLACED = { by: integer("By how many examples", { required: true }) };
const MEAN = { epsilon: number("Size in each input", { min: 0 }) };

/** What an attack added to each example, (B, D). */
export function added(adversarial: Pick<Adversarial, "x" | "original">): Matrix {
  const action = "subtract originals";
  checkObject(action, adversarial, "what was attacked");
  const { x, original } = adversarial;
  checkMatrix(action, x);
  checkMatrix(action, original, "original");
  if (x.rows !== original.rows || x.cols !== original.cols) {
    throw new InputError("shape", action, `x has shape ${shape(x)}, original ${shape(original)}`);
  }
  return matrix(x.rows, x.cols, x.data.map((value, i) => value - original.data[i]));
}

/**
 * `perturbations` (B, D) added to other examples than their own: row i to example i + `by`, the last ones to the first.
 *
 * @throws {InputError} if they are not as many as the examples, or as wide
 */
export function displaced(perturbations: Matrix, examples: Batch, how: { by: number }): Batch {
  const action = "displace perturbations";
  const { x, labels } = typed(action, examples), { by } = resolve(action, DISPLACED, how);
  checkMatrix(action, perturbations, "the perturbations");
  if (perturbations.rows !== x.rows || perturbations.cols !== x.cols) {
    throw new InputError(
      "shape",
      action,
      `they have shape ${shape(perturbations)}, the examples ${shape(x)}`,
    );
  }
  const size = x.data.length;
  const shift = ((by % x.rows) + x.rows) % x.rows * x.cols;
  const data = x.data.map((value, i) => value + perturbations.data[(i - shift + size) % size]);
  return { ...examples, x: matrix(x.rows, x.cols, data), labels };
}

/**
 * One perturbation for all examples, (1, D): the mean of `perturbations` (B, D), or with `epsilon` that times its sign,
 * which is as large in each input as the fast gradient sign method's.
 *
 * @throws {InputError} if there are no perturbations
 */
export function meanPerturbation(perturbations: Matrix, options: { epsilon?: number } = {}): Matrix {
  const { epsilon } = resolve("average perturbations", MEAN, options);
  checkMatrix("average perturbations", perturbations, "the perturbations");
  const { rows, cols, data } = perturbations;
  if (rows === 0) throw new InputError("value", "average perturbations", "there are none");
  const mean = new Float64Array(cols);
  data.forEach((value, i) => mean[i % cols] += value / rows);
  return matrix(1, cols, Float32Array.from(mean, (m) => epsilon === undefined ? m : epsilon * Math.sign(m)));
}

/** `examples` with the same perturbation, (1, D), added to each. @throws {InputError} if it is of another width */
export function withPerturbation(examples: Batch, perturbation: Matrix): Batch {
  const { x, labels } = typed("add a perturbation", examples);
  checkMatrix("add a perturbation", perturbation, "it");
  if (perturbation.rows !== 1 || perturbation.cols !== x.cols) {
    throw new InputError(
      "shape",
      "add a perturbation",
      `it has shape ${shape(perturbation)}, the examples have ${x.cols} inputs`,
    );
  }
  const data = x.data.map((value, i) => value + perturbation.data[i % x.cols]);
  return { ...examples, x: matrix(x.rows, x.cols, data), labels };
}
