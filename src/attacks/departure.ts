/** The direction in which a model's answers depart from its answers to the examples as they are. @module */

import { divergence } from "../divergence.ts";
import { InputError } from "../errors.ts";
import type { LossQuery } from "./direction.ts";
import type { Answer, Chunk, Query } from "./query.ts";
import { copyRow } from "./rows.ts";

/**
 * How to follow KL(p(x) ‖ p(x′)) upward from the examples x of a chunk: no label is asked for. Its gradient at x itself is 0.
 *
 * @throws {InputError} if there is a target, which it does not know
 */
export function* divergenceQueries({ x, target, model, matrix }: Chunk): Generator<Query, LossQuery, Answer> {
  if (target) {
    throw new InputError(
      "option",
      "attack by loss divergence",
      "it leads away from an answer, and toward no target",
    );
  }
  const { scores } = yield { ask: "scores", x };
  const clean = matrix("clean scores", scores.rows, scores.cols);
  clean.data.set(scores.data);
  const room = (name: string, rows: number, cols: number) => matrix(`divergence ${name}`, rows, cols);
  return (at, { rows, done } = {}) => ({
    ask: "gradient",
    x: at,
    rows,
    done,
    dScores(dOthers, others, first) {
      const own = room("own", others.rows, others.cols);
      for (let i = 0; i < own.rows; i++) copyRow(own, i, clean, rows ? rows[first + i] : first + i);
      const loss = room("loss", own.rows, 1), dScores = room("slopes", own.rows, own.cols);
      divergence(model.head, { loss, dScores, dOthers, room }, own, others);
    },
  });
}
