/** Refinement beside plain loops, in each norm. */

import { assert } from "@std/assert";
import type { Attack } from "../../src/attacks/attack.ts";
import { makeAttack } from "../../src/attacks/make_attack.ts";
import { beginSearch, keepNearer } from "../../src/attacks/nearest.ts";
import { projectToPlane } from "../../src/attacks/plane.ts";
import { lengthOf, setRoom } from "../../src/attacks/reach.ts";
import { finishSearch, type RefinementOptions, REFINEMENTS } from "../../src/attacks/refine.ts";
import { matrix } from "../../src/matrix.ts";
import { assertFollows, type Case, plainModel, points, testFollows, type Way } from "./followed.ts";

/** How far the first try is from the example, in each feature in turn. */
const PUSH = [1.5, -1, 0.75];

/** Tries one far point, and refines it if it fools. */
const pushed: Attack<RefinementOptions> = makeAttack({
  name: "pushed",
  summary: "Tries one far point",
  needs: "gradients",
  goal: "nearest",
  norms: ["L2", "Linf", "L1", "L0"],
  options: REFINEMENTS,
  *run(chunk, options) {
    const search = yield* beginSearch(chunk);
    const at = chunk.matrix("pushed", search.rows.length), { inputs, lo, hi, featureScale } = search.reach;
    at.data.set(search.own.data.map((value, k) => {
      const i = k % inputs, to = value + (featureScale[i] > 0 ? PUSH[i % PUSH.length] : 0);
      return Math.min(Math.max(to, lo[i]), hi[i]);
    }));
    if (search.rows.length > 0) {
      keepNearer(search, at, { fooled: (yield { ask: "scores", x: at, rows: search.rows }).fooled() });
    }
    return yield* finishSearch(chunk, search, options);
  },
});

function plainRefinement(
  { plain, own, label, target, options, within, nearest, fools, decisive, displaced, ask, keep, far }: Way<
    RefinementOptions
  >,
) {
  const D = own.length, row = matrix(1, D, [...own]);
  ask("scores", displaced(own.map((_, i) => within.featureScale[i] > 0 ? PUSH[i % PUSH.length] : 0)), 0);
  const rounds = options.refinements ?? 10;
  if (nearest.far === Infinity || rounds === 0) return;
  const gapAt = (x: readonly number[], { value, slopes }: { value: number; slopes: readonly number[] }) =>
    slopes.reduce((sum, slope, i) => sum + slope * (x[i] - own[i]), -value);
  const project = (slopes: number[], gap: number) => {
    setRoom(within, row, 0);
    return projectToPlane(within, matrix(1, D, slopes), 0, gap);
  };
  // the nearest of the boundaries to the nine best classes
  const first = plain.scores(own);
  const others = Array.from(first.keys()).filter((c) => c !== label).sort((a, b) => first[b] - first[a]);
  let slopes: number[] = [], gap = 0, least = Infinity;
  for (const to of target === undefined ? others.slice(0, 9) : [target]) {
    ask("gradient", nearest.x, 1, false);
    const lead = target === undefined ? plain.lead(nearest.x, label, to) : decisive(nearest.x);
    const wanted = gapAt(nearest.x, lead);
    if (wanted > 0 && project(lead.slopes, wanted) && lengthOf(within) < least) {
      [least, slopes, gap] = [lengthOf(within), lead.slopes, wanted];
    }
  }
  let beyond = 1e-6, part = 1;
  for (let round = 0; round < rounds && part >= 1 / 64 && gap > 0; round++) {
    project(slopes, gap * (1 + beyond));
    const d = Array.from(within.d, (to, i) => {
      const from = nearest.x[i] - own[i];
      return part < 1 ? from + part * (to - from) : to;
    });
    const x = displaced(d), lead = decisive(x);
    ask("gradient", x, 1, false);
    if (fools(x) && far(x) < nearest.far) {
      keep(x);
      [slopes, gap, part] = [lead.slopes, gapAt(x, lead), Math.min(1, 2 * part)];
    } else if (lead.value > -1e-4 * gap && beyond < 1e-4) beyond *= 10;
    else part /= 2;
  }
}

/** A seed for which the first two classes have the same score at 0, and it is the greatest. */
const TIED = 53;
const given = { epsilon: 100 };
const cases = (["L2", "Linf", "L1", "L0"] as const).flatMap((norm): Case<RefinementOptions>[] => [
  { name: `in ${norm}`, plain: plainModel({ bend: 1.5 }), x: points(6), options: { ...given, norm } },
  {
    name: `in ${norm} in a box, a feature fixed, where nothing fools at first`,
    ...{ plain: plainModel({ inputs: 5, seed: 2 }), x: points(4, 5), labels: [0, 1, 2, 0] },
    options: { ...given, norm, bounds: [-0.3, 1.3], fixed: [1], refinements: 3 },
  },
  {
    name: `in ${norm} where planes mislead`,
    ...{ plain: plainModel({ classes: 4, seed: 6, bend: 4 }), x: points(8) },
    options: { ...given, norm, bounds: [-1, 2], refinements: 14 },
  },
  {
    name: `in ${norm} where the slope foretells no boundary`,
    ...{ plain: plainModel({ classes: 2, seed: 42, bend: 2 }), x: points(3) },
    options: { ...given, norm, refinements: 3 },
  },
  {
    name: `in ${norm} on the boundary to one of two classes`,
    ...{ plain: plainModel({ seed: TIED, bend: 0, offset: 0.6, grain: 0.5 }), x: [[0, 0, 0, 0]] },
    options: { ...given, norm, refinements: 3 },
  },
  {
    name: `in ${norm} in a tight box`,
    ...{ plain: plainModel({ seed: 9, bend: 0.5 }), x: points(6) },
    options: { ...given, norm, bounds: [0, 1], refinements: 3 },
  },
  {
    name: `in ${norm} of 12 classes`,
    ...{ plain: plainModel({ inputs: 6, classes: 12, seed: 3 }), x: points(2, 6) },
    options: { ...given, norm, refinements: 1 },
  },
  {
    name: `in ${norm} at a target`,
    ...{ plain: plainModel({ seed: 7, bend: 2 }), x: points(6) },
    options: { ...given, norm, target: 2, refinements: 9 },
  },
  {
    name: `in ${norm}, not at all`,
    ...{ plain: plainModel({ bend: 1.5 }), x: points(6) },
    options: { ...given, norm, refinements: 0 },
  },
]);
testFollows(pushed, plainRefinement, [...cases, {
  name: "with a size for each feature",
  ...{ plain: plainModel({ seed: 8, bend: 1 }), x: points(4) },
  options: { epsilon: [100, 50, 0, 25], norm: "Linf" },
}]);

Deno.test("finishSearch() on a grid rounds its results, and keeps those that still fool", () => {
  const x = points(12).map((row) => row.map((value) => Math.round(value * 4) / 4));
  let lost = 0, kept = 0;
  assertFollows(pushed, (way) => {
    plainRefinement(way);
    const rounded = way.nearest.x.map((value) => Math.round(value * 4) / 4);
    way.ask("scores", rounded, 0, false);
    if (way.fools(rounded)) kept++;
    else lost++;
    return way.fools(rounded) ? rounded : way.own;
  }, [{
    ...{ name: "on quarters", plain: plainModel({ seed: 2, bend: 1 }), x },
    options: { epsilon: 100, norm: "L2", grid: 4, refinements: 4 },
  }]);
  assert(lost > 0 && kept > 0, `${lost} lost, ${kept} kept`);
});
