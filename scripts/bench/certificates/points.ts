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
  const perExample = Math.ceil(points / Math.max(rows.length, 1)), random = rng(1), inputs = x.cols;
  const drawn = matrix(Math.min(perExample, 1000), inputs);
  let [tried, wrong] = [0, 0];
  for (const i of rows) {
    const limits = constraint(inputs, { epsilon, bounds: [0, 1] });
    const centers = matrix(drawn.rows, inputs);
    for (let k = 0; k < drawn.rows; k++) centers.data.set(rowsOf(x, i, i + 1).data, k * inputs);
    for (let left = perExample; left > 0; left -= drawn.rows) {
      const corners = tried % 2000 === 0;
      fillUniform(drawn, random.split(tried), { lo: -1, hi: 1 });
      for (let k = 0; k < drawn.data.length; k++) {
        drawn.data[k] = centers.data[k] + epsilon * (corners ? Math.sign(drawn.data[k]) : drawn.data[k]);
      }
      limits.project(drawn, centers);
      for (const predicted of predict(model, drawn).predicted) wrong += Number(predicted !== labels[i]);
      tried += drawn.rows;
    }
  }
  return { tried, wrong };
}
