/** The attack that decouples direction and norm, beside its algorithm in plain loops. */

import { ddn, type DdnOptions } from "../../src/attacks/ddn.ts";
import { plainModel, points, testFollows, type Way } from "./followed.ts";

/** Rony et al. 2019, algorithm 1. */
function plainDdn({ plain, own, label, target, options, within, fools, displaced, ask }: Way<DdnOptions>) {
  const { iterations = 100, gamma = 0.05, initialNorm = 1 } = options;
  let x = own, norm = initialNorm;
  for (let k = 0; k < iterations; k++) {
    ask("gradient", x, k / iterations);
    const powers = plain.scores(x).map(Math.exp), sum = powers.reduce((a, b) => a + b, 0);
    // downward to a target
    const sign = target === undefined ? 1 : -1;
    const d = powers.map((power, c) => sign * (power / sum - Number(c === (target ?? label))));
    const g = plain.gradient(x, d).map((value, i) => within.featureScale[i] > 0 ? value : 0);
    const step = 0.01 + 0.99 * (1 + Math.cos(Math.PI * k / iterations)) / 2, length = Math.hypot(...g);
    const to = x.map((value, i) => value - own[i] + (length > 0 ? step * g[i] / length : 0));
    norm *= fools(x) ? 1 - gamma : 1 + gamma;
    const far = Math.hypot(...to);
    x = displaced(to.map((value) => far > 0 ? value * norm / far : 0));
  }
}

const given = { epsilon: 100, refinements: 0 }, x = points(3);
testFollows(ddn, plainDdn, [
  { name: "as it is", plain: plainModel(), x, options: { ...given, iterations: 8, initialNorm: 0.2 } },
  {
    name: "in a box, a feature fixed",
    ...{ plain: plainModel({ seed: 2 }), x, labels: [0, 1, 2] },
    options: { ...given, iterations: 6, gamma: 0.3, bounds: [0, 1], fixed: [1] },
  },
  {
    name: "at a target",
    plain: plainModel({ seed: 3 }),
    x,
    options: { ...given, target: 2, iterations: 12 },
  },
  {
    name: "where slopes are small",
    ...{ plain: plainModel({ seed: 5, scale: 0.1, bend: 0.05 }), x },
    options: { ...given, iterations: 4 },
  },
  {
    name: "without a slope",
    ...{ plain: plainModel({ bend: 0, scale: 0 }), x: points(2), labels: [0, 2] },
    options: { ...given, iterations: 2 },
  },
], { tolerance: 1e-5 });
