/** FAB beside its algorithm in plain loops. */

import { fab, type FabOptions } from "../../src/attacks/fab.ts";
import { projectToPlane } from "../../src/attacks/plane.ts";
import { lengthOf, setRoom } from "../../src/attacks/reach.ts";
import { matrix } from "../../src/matrix.ts";
import { type Case, plainModel, points, testFollows, type Way } from "./followed.ts";

/** Croce and Hein 2020, algorithm 1, its gradient asked for once a step. */
function plainFab(
  { plain, own, label, target, options, within, fools, displaced, ask }: Way<FabOptions>,
) {
  const { iterations = 100, targets = 9, alphaMax = 0.1, eta = 1.05, beta = 0.9 } = options;
  const first = plain.scores(own), D = own.length;
  const others = Array.from(first.keys()).filter((c) => c !== label).sort((a, b) => first[b] - first[a]);
  const aims = target === undefined ? others.slice(0, targets) : [target];
  /** The shortest way from a point to where lead + slopes·(z − at) is 0, and its length. */
  const way = (from: readonly number[], at: readonly number[], value: number, slopes: number[]) => {
    const gap = -value - slopes.reduce((sum, slope, i) => sum + slope * (from[i] - at[i]), 0);
    setRoom(within, matrix(1, D, [...from]), 0);
    projectToPlane(within, matrix(1, D, slopes), 0, gap);
    return { d: [...within.d], length: lengthOf(within) };
  };
  aims.forEach((to, walk) => {
    let x = own;
    for (let k = 0; k <= iterations; k++) {
      ask("gradient", x, (walk + k / (iterations + 1)) / aims.length);
      const from = target === undefined ? label : plain.rival(x, target);
      const { value, slopes } = plain.lead(x, from, to);
      let at = x, here = value;
      if (fools(x)) {
        // the plane moves with the point
        at = displaced(x.map((each, i) => beta * (each - own[i])));
        here += slopes.reduce((sum, slope, i) => sum + slope * (beta - 1) * (x[i] - own[i]), 0);
      }
      // at the original the plane is the one through `at`
      const far = way(own, at, here, slopes), near = way(at, at, here, slopes);
      const both = near.length + far.length;
      const share = both > 0 ? Math.min(near.length / both, alphaMax) : 0;
      x = displaced(
        at.map((each, i) => (1 - share) * (each - own[i] + eta * near.d[i]) + share * eta * far.d[i]),
      );
    }
  });
}

const given = { epsilon: 100, refinements: 0 }, x = points(3);
const cases = (["Linf", "L2", "L1"] as const).flatMap((norm): Case<FabOptions>[] => [
  { name: `in ${norm}`, plain: plainModel({ bend: 2 }), x, options: { ...given, norm, iterations: 5 } },
  {
    name: `in ${norm} in a box, a feature fixed, to the two best of four`,
    ...{ plain: plainModel({ classes: 4, seed: 2, bend: 2 }), x: points(5) },
    options: {
      ...{ ...given, norm, bounds: [-0.2, 1.1] as const, fixed: [1], targets: 2 },
      ...{ iterations: 4, alphaMax: 0.4, eta: 1.3, beta: 0.6 },
    },
  },
  {
    name: `in ${norm} at a target`,
    ...{ plain: plainModel({ seed: 3, bend: 2 }), x },
    options: { ...given, norm, target: 2, iterations: 5 },
  },
  {
    name: `in ${norm} without a slope`,
    ...{ plain: plainModel({ bend: 0, scale: 0 }), x: points(2), labels: [0, 2] },
    options: { ...given, norm, iterations: 2 },
  },
]);
testFollows(fab, plainFab, [
  ...cases,
  {
    name: "of many classes, to nine of them",
    ...{ plain: plainModel({ inputs: 3, classes: 12, seed: 5 }), x: points(1, 3) },
    options: { ...given, iterations: 1 },
  },
]);
