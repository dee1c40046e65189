/** Several models as one. @module */

import { InputError } from "../errors.ts";
import { exp, log } from "../kernels/elementwise.ts";
import { type Matrix, matrix, rowsOf } from "../matrix.ts";
import { checkList, checkObject } from "../checks.ts";
import { shown } from "../wording.ts";
import { scoresOf } from "./answers.ts";
import { checkInputs, checkModel, type Differentiable } from "./classifier.ts";

/** How an ensemble makes one answer of its members'. */
export interface EnsembleOptions {
  /**
   * `"probabilities"` (default): the mean of the members' probabilities, for heads of one distribution over the classes;
   * its scores are the logarithms of those means. `"scores"`: the mean of their scores, for any head that all have.
   */
  rule?: "probabilities" | "scores";
}

/** Rows that members take at once. */
const CHUNK = 250;

/**
 * The model that answers with the mean of what `members` say, differentiable, so that it can be attacked as a whole
 * (paper, section 9). It holds no memory of its own: its members stay usable, and must outlive it.
 *
 * @example
 * ```ts
 * import { ensemble, matrix, model, predict, softmaxLinear } from "@gibbon/gibbon";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const family = softmaxLinear({ inputs: 1, classes: 2 });
 * const tensors = (b: number) => ({
 *   W: { shape: [2, 1], data: new Float32Array(2) },
 *   b: { shape: [2], data: new Float32Array([b, 0]) },
 * });
 * // probabilities 1/2 and 3/4 of class 0
 * const members = [0, Math.log(3)].map((b) => model(family, { tensors: tensors(b) }));
 * assertAlmostEquals(predict(ensemble(members), matrix(1, 1)).confidence[0], 0.625, 1e-6);
 * ```
 *
 * @throws {InputError} if there are no members, or the options are none
 * @throws {InputError} if they differ in inputs, classes or head, or the head does not go with the rule
 */
export function ensemble(
  members: readonly Differentiable[],
  options: EnsembleOptions = {},
): Differentiable {
  checkObject("make an ensemble", options);
  const { rule = "probabilities" } = options;
  checkMembers(members, rule);
  const [{ inputs, classes, head }] = members;
  const combine = rule === "scores" ? meanScores : meanProbabilities;
  const scores = (x: Matrix) => combine(members.map((member) => scoresOf(member, x))).scores;
  return {
    inputs,
    classes,
    head,
    scores(x) {
      checkInputs("classify", this, x);
      return scores(x);
    },
    inputGradient(x, dScores) {
      checkInputs("differentiate", this, x);
      const out = matrix(x.rows, x.cols);
      for (let first = 0; first < x.rows; first += CHUNK) {
        const rows = rowsOf(x, first, Math.min(first + CHUNK, x.rows));
        const together = combine(members.map((member) => scoresOf(member, rows)));
        const each = together.backward(dScores(together.scores, first));
        members.forEach((member, k) => {
          const gradient = member.inputGradient(
            rows,
            (own, from) => rowsOf(each[k], from, from + own.rows),
          ).data;
          for (let i = 0; i < gradient.length; i++) out.data[first * x.cols + i] += gradient[i];
        });
      }
      return out;
    },
  };
}

/** Scores of the whole, and how their gradient becomes one in each member's. */
interface Combined {
  readonly scores: Matrix;
  backward(dScores: Matrix): Matrix[];
}

function meanScores(each: readonly Matrix[]): Combined {
  const [{ rows, cols }] = each;
  const scores = matrix(rows, cols);
  for (const { data } of each) data.forEach((value, i) => scores.data[i] += value / each.length);
  return {
    scores,
    backward({ data }) {
      const share = matrix(rows, cols, data.map((value) => value / each.length));
      return each.map(() => share);
    },
  };
}

/** log p̄ of p̄ = Σₖ pₖ / K, found from log pₖ less their greatest, for p̄ may underflow where its logarithm does not. */
function meanProbabilities(each: readonly Matrix[]): Combined {
  const [{ rows, cols }] = each;
  const logs = each.map(logSoftmax);
  const rowMax = matrix(rows, cols, logs[0].data.map((_, i) => Math.max(...logs.map(({ data }) => data[i]))));
  // each member's probability over the greatest one's
  const shares = logs.map(({ data }) => matrix(rows, cols, data.map((value, i) => value - rowMax.data[i])));
  shares.forEach((share) => exp(share, share));
  const sums = matrix(rows, cols);
  for (const { data } of shares) data.forEach((value, i) => sums.data[i] += value);
  const scores = matrix(rows, cols, sums.data.map((value) => value / each.length));
  log(scores, scores);
  scores.data.forEach((value, i) => scores.data[i] = value + rowMax.data[i]);
  return {
    scores,
    backward: ({ data }) =>
      logs.map((own, k) => {
        // ∂ log p̄ / ∂ log pₖ is the member's share in the sum, and log pₖ is a log softmax
        const p = matrix(rows, cols);
        exp(p, own);
        const d = matrix(rows, cols, data.map((value, i) => value * shares[k].data[i] / sums.data[i]));
        for (let row = 0; row < rows; row++) {
          const at = row * cols;
          let sum = 0;
          for (let c = at; c < at + cols; c++) sum += d.data[c];
          for (let c = at; c < at + cols; c++) d.data[c] -= p.data[c] * sum;
        }
        return d;
      }),
  };
}

function logSoftmax(scores: Matrix): Matrix {
  const { rows, cols, data } = scores;
  const rowMax = Array.from(
    { length: rows },
    (_, row) =>
      data.subarray(row * cols, (row + 1) * cols).reduce((m, value) => Math.max(m, value), -Infinity),
  );
  const shifted = matrix(rows, cols, data.map((value, i) => value - rowMax[Math.floor(i / cols)]));
  const powers = matrix(rows, cols);
  exp(powers, shifted);
  const sums = matrix(rows, 1);
  powers.data.forEach((value, i) => sums.data[Math.floor(i / cols)] += value);
  log(sums, sums);
  return matrix(rows, cols, shifted.data.map((value, i) => value - sums.data[Math.floor(i / cols)]));
}

function checkMembers(members: readonly Differentiable[], rule: string): void {
  checkList("make an ensemble", members, "members");
  for (const member of members) checkModel("make an ensemble", member);
  if (members.length === 0) throw new InputError("value", "make an ensemble", "there are no members");
  const [{ inputs, classes, head }] = members;
  for (const other of members) {
    if (other.inputs !== inputs || other.classes !== classes || other.head.name !== head.name) {
      const is = (m: Differentiable) => `${m.inputs} inputs, ${m.classes} classes and head ${m.head.name}`;
      throw new InputError(
        "shape",
        "make an ensemble",
        `one member has ${is(members[0])}, another ${is(other)}`,
      );
    }
  }
  if (rule !== "probabilities" && rule !== "scores") {
    throw new InputError(
      "value",
      `make an ensemble by rule ${shown(rule)}`,
      "expected probabilities or scores",
    );
  }
  if (rule === "probabilities" && head.name !== "softmax") {
    throw new InputError(
      "shape",
      `make an ensemble of mean probabilities with head ${head.name}`,
      "expected softmax",
    );
  }
}
