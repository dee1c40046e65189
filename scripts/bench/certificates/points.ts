/** Random points of certified boxes, which the model must get right. @module */

import { type Batch, type Certificate, constraint, matrix, type Model, predict } from "../../../src/mod.ts";
import { rowsOf } from "../../../src/matrix.ts";
import { fillUniform, rng } from "../../../src/rng.ts";

/** How many of `points` random points of certified boxes, equally many in each, the model misclassifies. */
export function countWrong(
  model: Model,
  { x, labels }: Batch,
  { examples, points, epsilon }: { examples: readonly Certificate[]; points: number; epsilon: number },
): { tried: number; wrong: number } {
  const rows = examples.flatMap(({ certified }, i) => certified ? [i] : []);
  const each = Math.ceil(points / Math.max(rows.length, 1)), from = rng(1), inputs = x.cols;
  const drawn = matrix(Math.min(each, 1000), inputs);
  let [tried, wrong] = [0, 0];
  for (const i of rows) {
    const limits = constraint(inputs, { epsilon, bounds: [0, 1] });
    const own = matrix(drawn.rows, inputs);
    for (let k = 0; k < drawn.rows; k++) own.data.set(rowsOf(x, i, i + 1).data, k * inputs);
    for (let left = each; left > 0; left -= drawn.rows) {
      const corners = tried % 2000 === 0;
      fillUniform(drawn, from.split(tried), { lo: -1, hi: 1 });
      for (let k = 0; k < drawn.data.length; k++) {
        drawn.data[k] = own.data[k] + epsilon * (corners ? Math.sign(drawn.data[k]) : drawn.data[k]);
      }
      limits.project(drawn, own);
      for (const c of predict(model, drawn).predicted) wrong += Number(c !== labels[i]);
      tried += drawn.rows;
    }
  }
  return { tried, wrong };
}
