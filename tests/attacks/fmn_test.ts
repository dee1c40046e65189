/** The fast minimum-norm attack beside its algorithm in plain loops, in each norm. */

import { assertEquals } from "@std/assert";
import { cosineSchedule, fmn, type FmnOptions } from "../../src/attacks/fmn.ts";
import { dualNorm, projectToBall, setRoom } from "../../src/attacks/reach.ts";
import { matrix } from "../../src/matrix.ts";
import { assertClose } from "../support.ts";
import { type Case, plainModel, points, testFollows, type Way } from "./followed.ts";

/** From the whole to a part of it along half a cosine. */
const fall = (part: number, last: number) => last + (1 - last) * (1 + Math.cos(Math.PI * part)) / 2;

/** Pintor et al. 2021, algorithm 1. */
function plainFmn({ own, options, within, nearest, fools, decisive, displaced, ask, far }: Way<FmnOptions>) {
  const { iterations = 100, stepSize = 1, gamma = 0.05 } = options;
  let x = own, size = Infinity;
  for (let k = 0; k < iterations; k++) {
    ask("gradient", x, k / iterations);
    const change = gamma * fall(k / iterations, 0.02), step = stepSize * fall(k / iterations, 0.01);
    const { value, slopes } = decisive(x);
    const g = slopes.map((slope, i) => within.featureScale[i] > 0 ? slope : 0), length = Math.hypot(...g);
    if (length === 0) continue;
    if (within.norm === "L0") {
      if (size === Infinity) size = 1;
      else if (!fools(x)) size = Math.max(size + 1, Math.floor(size * (1 + change)));
      else size = Math.max(Math.min(size - 1, Math.floor(size * (1 - change))), 0);
    } else if (fools(x)) size *= 1 - change;
    else if (nearest.far < Infinity) size *= 1 + change;
    else size = (far(x) + Math.abs(value) / dualNorm(within, matrix(1, g.length, g), 0)) * (1 + change);
    size = Math.min(size, nearest.far);
    within.d.set(x.map((each, i) => each - own[i] + step * g[i] / length));
    setRoom(within, matrix(1, own.length, [...own]), 0);
    projectToBall(within, size);
    x = displaced(within.d);
  }
}

const given = { epsilon: 100, refinements: 0 }, x = points(3);
const cases = (["L2", "Linf", "L1", "L0"] as const).flatMap((norm): Case<FmnOptions>[] => [
  {
    name: `in ${norm}`,
    ...{ plain: plainModel(), x },
    options: { ...given, norm, iterations: 12, gamma: 0.3, stepSize: 0.3 },
  },
  {
    name: `in ${norm} in a box, a feature fixed, at a target`,
    ...{ plain: plainModel({ inputs: 6, seed: 2 }), x: points(3, 6) },
    options: { ...given, norm, target: 1, iterations: 10, bounds: [-0.5, 1.25], fixed: [1] },
  },
]);
const middle = points(4, 30).map((row) => row.map((value) => Math.fround(0.45 + value / 10)));
testFollows(fmn, plainFmn, [
  ...cases,
  {
    name: "with a size for each feature",
    ...{ plain: plainModel({ seed: 3 }), x },
    options: { ...given, epsilon: [100, 50, 0, 25], iterations: 10, norm: "Linf" },
  },
  {
    name: "in L0 of many features, many of which have to move",
    ...{ plain: plainModel({ inputs: 30, seed: 5, bend: 0 }), x: middle },
    options: { ...given, norm: "L0", iterations: 25, gamma: 0.6, stepSize: 2, bounds: [0.4, 0.6] },
  },
  {
    name: "in L0 by single features",
    ...{ plain: plainModel({ inputs: 30, seed: 5, bend: 0 }), x: middle },
    options: { ...given, norm: "L0", iterations: 20, gamma: 1e-17, stepSize: 2, bounds: [0.4, 0.6] },
  },
  {
    name: "without a slope",
    ...{ plain: plainModel({ bend: 0, scale: 0 }), x: points(2), labels: [0, 2] },
    options: { ...given, iterations: 2 },
  },
]);

Deno.test("cosineSchedule() falls from 1 to the last part along half a cosine", () => {
  assertEquals([cosineSchedule(0, 0.25), cosineSchedule(1, 0.25)], [1, 0.25]);
  assertClose(
    [0.1, 0.5, 0.8].map((part) => cosineSchedule(part, 0.25)),
    [0.1, 0.5, 0.8].map((part) => fall(part, 0.25)),
    1e-12,
  );
});
