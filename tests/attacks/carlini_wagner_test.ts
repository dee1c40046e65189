/** The attack of Carlini and Wagner beside its algorithm in plain loops. */

import { carliniWagner, type CarliniWagnerOptions } from "../../src/attacks/carlini_wagner.ts";
import { batch } from "../../src/data/batch.ts";
import { matrix } from "../../src/matrix.ts";
import { assertFollows, plainModel, points, testFollows, type Way } from "./followed.ts";

/** Carlini and Wagner 2017, section VI: Adam on ‖δ‖² + c·max(κ − lead, 0), and a search for c. */
function plainCarliniWagner(
  { own, options, within, fools, decisive, displaced, ask, keep }: Way<CarliniWagnerOptions>,
) {
  const { binarySearchSteps = 9, iterations = 100, learningRate = 0.01 } = options;
  const { initialWeight = 0.1, confidence = 0 } = options;
  let weight = initialWeight, least = 0, enough = Infinity;
  for (let tried = 0; tried < binarySearchSteps; tried++) {
    let x = own, reached = false, m = own.map(() => 0), v = own.map(() => 0);
    for (let t = 1; t <= iterations + 1; t++) {
      ask("gradient", x, (tried + (t - 1) / (iterations + 1)) / binarySearchSteps, false);
      const { value, slopes } = decisive(x);
      if (fools(x) && value >= confidence) [reached] = [true, keep(x)];
      const c = value < confidence ? weight : 0;
      const g = x.map((to, i) => within.featureScale[i] > 0 ? 2 * (to - own[i]) - c * slopes[i] : 0);
      m = m.map((mean, i) => 0.9 * mean + 0.1 * g[i]);
      v = v.map((mean, i) => 0.999 * mean + 0.001 * g[i] * g[i]);
      const step = g.map((_, i) =>
        learningRate * (m[i] / (1 - 0.9 ** t)) / (Math.sqrt(v[i] / (1 - 0.999 ** t)) + 1e-8)
      );
      x = displaced(x.map((to, i) => to - own[i] - step[i]));
    }
    if (reached) enough = Math.min(enough, weight);
    else least = Math.max(least, weight);
    weight = enough < Infinity ? (least + enough) / 2 : 10 * weight;
  }
}

Deno.test("carliniWagner() takes a lead of just the confidence that is wanted", () => {
  const plain = plainModel(), [x] = points(1), options = { epsilon: 100, refinements: 0, learningRate: 0.1 };
  const label = plain.predicted(x), examples = batch({ x: matrix(1, 4, x), labels: [label], classes: 3 });
  carliniWagner(plain.made, examples, { ...options, initialWeight: 3, binarySearchSteps: 1 });
  const [first] = plain.asked.filter(({ x }) => plain.predicted(x) !== label);
  const confidence = plain.lead(first.x, label, plain.rival(first.x, label)).value;
  assertFollows(carliniWagner, plainCarliniWagner, [{
    ...{ name: "as much", plain, x: [x] },
    options: { ...options, confidence, initialWeight: 3, binarySearchSteps: 2, iterations: 12 },
  }], { tolerance: 1e-5 });
});

const given = { epsilon: 100, refinements: 0 }, x = points(3);
const few = { binarySearchSteps: 5, iterations: 8, learningRate: 0.1 };
testFollows(carliniWagner, plainCarliniWagner, [
  { name: "as it is", plain: plainModel(), x, options: { ...given, ...few } },
  {
    name: "confident, in a box, a feature fixed",
    ...{ plain: plainModel({ seed: 2 }), x },
    options: { ...given, ...few, initialWeight: 3, confidence: 0.2, bounds: [-0.25, 1.25], fixed: [1] },
  },
  {
    name: "at a target",
    ...{ plain: plainModel({ seed: 3 }), x },
    options: { ...given, ...few, target: 2, initialWeight: 1e-3, binarySearchSteps: 8 },
  },
  {
    name: "without a slope",
    ...{ plain: plainModel({ bend: 0, scale: 0 }), x: points(2), labels: [0, 2] },
    options: { ...given, binarySearchSteps: 1, iterations: 1 },
  },
], { tolerance: 1e-5 });
