/** Distances, rooms and balls against the formulas, in every norm. */

import { assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import {
  distance,
  dualNorm,
  lengthOf,
  projectToBall,
  type Reach,
  reach,
  setRoom,
  writeDisplaced,
} from "../../src/attacks/reach.ts";
import type { ConstraintOptions, Distance } from "../../src/constraints/constraint.ts";
import { constraint } from "../../src/constraints/mod.ts";
import { matrix } from "../../src/matrix.ts";
import { assertClose } from "../support.ts";

const NORMS = ["Linf", "L2", "L1", "L0"] as const;
const made = (inputs: number, options: Partial<ConstraintOptions> & { norm: Distance }): Reach =>
  reach(constraint(inputs, { epsilon: 1, ...options }));

const lengths: Record<typeof NORMS[number], (d: readonly number[]) => number> = {
  Linf: (d) => Math.max(...d.map(Math.abs)),
  L2: (d) => Math.hypot(...d),
  L1: (d) => d.reduce((sum, value) => sum + Math.abs(value), 0),
  L0: (d) => d.filter((value) => value !== 0).length,
};

Deno.test("reach() scales features by their share of the greatest size, 0 where they stay", () => {
  assertEquals([...made(3, { norm: "L2", fixed: [1] }).featureScale], [1, 0, 1]);
  assertEquals([...made(4, { norm: "Linf", epsilon: [0.25, 0.5, 0, 0.125] }).featureScale], [
    0.5,
    1,
    0,
    0.25,
  ]);
  assertEquals([...made(2, { norm: "Linf", epsilon: [4, 1] }).featureScale], [1, 0.25]);
  assertEquals([...made(3, { norm: "Linf", epsilon: [4, 1, 2], fixed: [0] }).featureScale], [0, 0.25, 0.5]);
  assertEquals([...made(2, { norm: "Linf", epsilon: [0, 0] }).featureScale], [0, 0]);
});

Deno.test("distance() and lengthOf() are the norm of the difference, features that stay aside", () => {
  const x = matrix(3, 4, [9, 9, 9, 9, 9, 9, 9, 9, 1, -2, 0.5, 7]);
  const own = matrix(2, 4, [8, 8, 8, 8, 0.25, 1, 0.5, 7]);
  const d = [0.75, -3, 0, 0];
  for (const norm of NORMS) {
    const within = made(4, { norm, fixed: [3] });
    assertEquals(distance(within, [x, 2], [own, 1]), lengths[norm](d), norm);
    within.d.set(d);
    assertEquals(lengthOf(within), lengths[norm](d), norm);
  }
  // a feature of half the size is twice as far
  const uneven = made(4, { norm: "Linf", epsilon: [0.1, 0.8, 0.8, 0] });
  assertEquals(distance(uneven, [x, 2], [own, 1]), 0.75 / 0.125);
  uneven.d.set(d);
  assertEquals(lengthOf(uneven), 6);
  uneven.d.set([0, 0.5, -0.25, 0]);
  assertEquals(lengthOf(uneven), 0.5);
});

Deno.test("dualNorm() is the greatest rise of a linear function along a difference of length 1", () => {
  const g = [3, -4, 0.5];
  const slopes = matrix(2, 3, [7, 7, 7, ...g]);
  // the dual of L∞ is L1, that of L1 is L∞; in L0 the rise is bounded by the sum over a box of side 1
  const duals = { Linf: lengths.L1, L2: lengths.L2, L1: lengths.Linf, L0: lengths.L1 };
  for (const norm of NORMS) {
    assertClose([dualNorm(made(3, { norm }), slopes, 1)], [duals[norm](g)], 1e-15, norm);
    assertClose(
      [dualNorm(made(3, { norm, fixed: [1] }), slopes, 1)],
      [duals[norm]([3, 0, 0.5])],
      1e-15,
      norm,
    );
  }
  assertEquals(dualNorm(made(3, { norm: "Linf", epsilon: [1, 0.5, 0.25] }), slopes, 1), 3 + 2 + 0.125);
});

Deno.test("setRoom() is the box around a row, nothing for features that stay", () => {
  const x = matrix(2, 3, [9, 9, 9, 0.25, 0.5, 0.75]);
  const within = made(3, { norm: "Linf", epsilon: [1, 0.5, 0], bounds: [0, 1] });
  setRoom(within, x, 1);
  assertEquals([[...within.minStep], [...within.maxStep]], [[-0.25, -0.5, 0], [0.75, 0.5, 0]]);
  const free = made(3, { norm: "L2", fixed: [0] });
  setRoom(free, x, 1);
  assertEquals([...free.minStep], [0, -Infinity, -Infinity]);
  assertEquals([...free.maxStep], [0, Infinity, Infinity]);
});

Deno.test("writeDisplaced() adds, clips, and keeps the bits where the difference is 0", () => {
  const within = made(4, { norm: "L2", bounds: [[0, 1], [-1, 0], [0, 1], [0, 1]] });
  const own = matrix(3, 4, [9, 9, 9, 9, -0, -0, 0.5, 0.25, 9, 9, 9, 9]);
  const out = matrix(3, 4, new Array(12).fill(5));
  within.d.set([0, 0, 0.75, -0.5]);
  writeDisplaced(within, out, own, 1);
  assertEquals([...out.data], [5, 5, 5, 5, -0, -0, 1, 0, 5, 5, 5, 5]);
  within.d.set([0.5, -2, -0.25, 0.1]);
  writeDisplaced(within, out, own, 1);
  assertEquals([...out.data.subarray(4, 8)], [0.5, -1, 0.25, Math.fround(0.25 + 0.1)]);
});

Deno.test("projectToBall() in L∞ is the box of each feature's size within the room", () => {
  const within = made(4, { norm: "Linf", epsilon: [1, 0.5, 0, 0.25], bounds: [0, 1] });
  setRoom(within, matrix(1, 4, [0.1, 0.5, 0.5, 0.5]), 0);
  within.d.set([-3, 3, 3, -0.05]);
  projectToBall(within, 0.5);
  assertEquals([...within.d], [within.minStep[0], 0.25, 0, -0.05]);
  within.d.set([3, -3, 3, -3]);
  projectToBall(within, 100);
  assertEquals([...within.d], [within.maxStep[0], -0.5, 0, -0.5]);
});

Deno.test("projectToBall() in L2, L1 and L0 shortens differences to the size, within the room", () => {
  for (const [norm, expected] of [["L2", [0.6, 0.8, 0]], ["L1", [0, 1, 0]], ["L0", [0, 4, 0]]] as const) {
    const within = made(3, { norm, bounds: [-9, 9] });
    setRoom(within, matrix(1, 3), 0);
    within.d.set([3, 4, 0]);
    projectToBall(within, 1);
    assertClose(within.d, expected, 1e-12, norm);
    // no room upward
    const low = made(3, { norm, bounds: [-9, 0.25] });
    setRoom(low, matrix(1, 3), 0);
    low.d.set([0, 4, 0]);
    projectToBall(low, 1);
    assertEquals([...low.d], [0, 0.25, 0], norm);
  }
});
