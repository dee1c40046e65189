/** DeepFool beside its algorithm in plain loops. */

import { deepFool, type DeepFoolOptions } from "../../src/attacks/deep_fool.ts";
import { projectToPlane } from "../../src/attacks/plane.ts";
import { lengthOf, setRoom } from "../../src/attacks/reach.ts";
import { matrix } from "../../src/matrix.ts";
import { type Case, plainModel, points, testFollows, type Way } from "./followed.ts";

/** Moosavi-Dezfooli et al. 2016, algorithm 2: the classes are those of the greatest scores at first. */
function plainDeepFool(
  { plain, own, label, target, options, within, fools, displaced, ask }: Way<DeepFoolOptions>,
) {
  const { iterations = 50, overshoot = 0.02, candidates = 10 } = options;
  const first = plain.scores(own), D = own.length;
  const others = Array.from(first.keys()).filter((c) => c !== label).sort((a, b) => first[b] - first[a]);
  let x = own;
  for (let k = 0; k < iterations && !fools(x); k++) {
    let nearest = Infinity, next = x;
    for (const to of target === undefined ? others.slice(0, candidates) : [target]) {
      ask("gradient", x, k / iterations, false);
      const from = target === undefined ? label : plain.rival(x, target);
      const { value, slopes } = plain.lead(x, from, to);
      setRoom(within, matrix(1, D, [...x]), 0);
      const reached = projectToPlane(within, matrix(1, D, slopes), 0, -value * (1 + overshoot));
      // an unreachable boundary comes after all others
      const far = lengthOf(within) + (reached ? 0 : 1e200);
      if (far > 0 && far < nearest) [nearest, next] = [far, displaced(within.d, x)];
    }
    if (nearest === Infinity) break;
    x = next;
    ask("scores", x, 0);
  }
}

const given = { epsilon: 100, refinements: 0 }, x = points(3);
const cases = (["L2", "Linf"] as const).flatMap((norm): Case<DeepFoolOptions>[] => [
  { name: `in ${norm}`, plain: plainModel({ bend: 3 }), x, options: { ...given, norm } },
  {
    name: `in ${norm} in a box, a feature fixed, to the two best of four`,
    ...{ plain: plainModel({ classes: 4, seed: 2, bend: 2 }), x: points(5) },
    options: { ...given, norm, bounds: [0, 1], fixed: [1], candidates: 2, overshoot: 0 },
  },
  {
    name: `in ${norm} where one step is not enough`,
    ...{ plain: plainModel({ classes: 4, seed: 9, bend: 4 }), x: points(5) },
    options: { ...given, norm, iterations: 3, overshoot: 0.1, candidates: 1 },
  },
  {
    name: `in ${norm} where the best other class is not the nearest`,
    ...{ plain: plainModel({ classes: 5, seed: 6, bend: 2 }), x: points(8) },
    options: { ...given, norm, iterations: 2 },
  },
  {
    name: `in ${norm} at a point of all boundaries, and nearby`,
    ...{ plain: plainModel({ offset: 0 }), x: [[0, 0, 0, 0], [0.1, 0, 0, 0]], labels: [0, 2] },
    options: { ...given, norm },
  },
  {
    name: `in ${norm} at a target`,
    ...{ plain: plainModel({ seed: 3, bend: 2 }), x },
    options: { ...given, norm, target: 2, bounds: [-1, 2] },
  },
  {
    name: `in ${norm} without a slope`,
    ...{ plain: plainModel({ bend: 0, scale: 0 }), x: points(2), labels: [0, 2] },
    options: { ...given, norm, iterations: 2 },
  },
]);
testFollows(deepFool, plainDeepFool, [
  ...cases,
  {
    name: "of many classes, to ten of them",
    ...{ plain: plainModel({ classes: 12, seed: 5 }), x: points(2) },
    options: given,
  },
]);
