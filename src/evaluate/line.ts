/** What a model says along a straight line through an input (paper, figure 4). @module */

import { InputError } from "../errors.ts";
import { type Predictions, predictions } from "../predict.ts";
import { checkMatrix, type Matrix, matrix } from "../matrix.ts";
import { checkFiniteInputs, scoresOf } from "../models/answers.ts";
import { checkObject } from "../checks.ts";
import { shown } from "../wording.ts";
import { checkModel, type Differentiable } from "../models/classifier.ts";

/** A model's answers along a line. */
export interface Line extends Predictions {
  /** The places on the line, (B): multiples of its direction. */
  readonly epsilons: readonly number[];
  /** The inputs there, (B, D). */
  readonly x: Matrix;
  /** The model's scores there, (B, S). */
  readonly scores: Matrix;
}

/**
 * The scores and answers of `model` at x + ε·d for each ε of `epsilons`, negative ones too, for an input x and a direction
 * d, both (1, D). With d the sign of the loss's gradient at x this is the paper's figure 4.
 *
 * @throws {InputError} if x or d is not one row of the model's inputs
 */
export function alongLine(
  model: Differentiable,
  x: Matrix,
  along: { direction: Matrix; epsilons: readonly number[] },
): Line {
  checkObject("follow a line", along, "what to follow");
  const { direction, epsilons } = along;
  checkModel("follow a line", model);
  checkMatrix("follow a line", x);
  checkMatrix("follow a line", direction, "direction");
  if (!Array.isArray(epsilons) || !epsilons.every(Number.isFinite)) {
    throw new InputError(
      "value",
      `follow a line with epsilons ${shown(epsilons)}`,
      "must be a list of finite numbers",
    );
  }
  for (const [name, { rows, cols }] of Object.entries({ x, direction })) {
    if (rows !== 1 || cols !== model.inputs) {
      throw new InputError(
        "shape",
        "follow a line",
        `expected ${name} of shape (1, ${model.inputs}), got (${rows}, ${cols})`,
      );
    }
  }
  const places = matrix(epsilons.length, x.cols);
  epsilons.forEach((epsilon, row) => {
    x.data.forEach((value, i) => places.data[row * x.cols + i] = value + epsilon * direction.data[i]);
  });
  checkFiniteInputs("follow a line", model, places);
  const scores = scoresOf(model, places);
  return { epsilons, x: places, scores, ...predictions(model, scores) };
}
