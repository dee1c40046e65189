/** Every kind of constraint, inputs that it allows, and another way to tell whether it holds. */

import { withinAngle } from "../../src/constraints/angle.ts";
import type { ConstraintOptions } from "../../src/constraints/constraint.ts";
import { constraint } from "../../src/constraints/mod.ts";
import type { Matrix } from "../../src/matrix.ts";
import { uniformMatrix } from "../support.ts";

/** Every kind of constraint on 7 features: the last three are a group, the fourth counts, the third stays. */
export const KINDS: Readonly<Record<string, Omit<ConstraintOptions, "epsilon">>> = {
  free: {},
  "in a box": { bounds: [0, 1] },
  "in a box for each feature": { bounds: [[0, 1], [-0.3, 0.7], [0, 1], [0, 1], [0, 1], [0.1, 2], [-1, 1]] },
  "with fixed features": { fixed: [0, 2] },
  "of integers": { grid: [0, 0, 0, 1, 0, 0, 0], bounds: [-3, 3] },
  "of 8 bits": { grid: 255, bounds: [0, 1] },
  "with a group": { oneHot: [[4, 5, 6]] },
  "of all kinds": {
    bounds: [[0, 1], [0, 1], [0, 1], [-8, 8], [0, 1], [0, 1], [0, 1]],
    fixed: [2],
    grid: [0, 255, 0, 1, 0, 0, 0],
    oneHot: [[4, 5, 6]],
  },
};

/** Inputs that such a constraint allows, hard to round where they may be. */
export function allowed(inputs: number, rows: number, options: Omit<ConstraintOptions, "epsilon">): Matrix {
  const limits = constraint(inputs, { ...options, epsilon: 0 });
  const x = uniformMatrix(rows, inputs, 5, { lo: 0.1, hi: 0.7 });
  const hard = [0.1, 0.3, 1 - 2 ** -24, 0.5, 0.25, 1e-39, 0];
  for (let i = 0; i < x.data.length; i++) {
    const j = i % inputs;
    if (i % 3 === 0) x.data[i] = hard[(i / 3) % hard.length];
    const steps = limits.grid?.[j] ?? 0;
    if (steps > 0) x.data[i] = Math.fround(Math.round(x.data[i] * steps) / steps);
    x.data[i] = Math.min(Math.max(x.data[i], limits.lo[j]), limits.hi[j]);
  }
  for (const group of limits.oneHot) {
    for (let row = 0; row < rows; row++) {
      group.forEach((j, k) => x.data[row * inputs + j] = Number(k === row % group.length));
    }
  }
  return x;
}

/** Whether `x` keeps to what is asked, told anew here in double. */
export function holds(
  x: Matrix,
  original: Matrix,
  { epsilon, norm = "Linf", bounds, fixed, grid, oneHot = [] }: ConstraintOptions,
): boolean {
  const inputs = x.cols;
  const stepsOf = (j: number) => grid === undefined ? 0 : typeof grid === "number" ? grid : grid[j];
  const slack = 1 + (grid === undefined ? 0 : 1e-12);
  for (let row = 0; row < x.rows; row++) {
    const [now, own] = [x, original].map((m) => Array.from(m.data.slice(row * inputs, (row + 1) * inputs)));
    const grouped = oneHot.flatMap((group) => Array.from(group));
    const d = now.map((value, j) => {
      const steps = grouped.includes(j) ? 0 : stepsOf(j);
      if (steps > 0 && Math.fround(Math.round(value * steps) / steps) !== value) return NaN;
      return steps > 0 ? (Math.round(value * steps) - Math.round(own[j] * steps)) / steps : value - own[j];
    });
    const size = (j: number) => typeof epsilon === "number" ? epsilon : epsilon[j];
    const fits = norm === "Linf"
      ? d.every((each, j) => Math.abs(each) <= size(j) * slack)
      : norm === "L2"
      ? Math.sqrt(d.reduce((sum, each) => sum + each * each, 0)) <= (epsilon as number) * slack
      : norm === "L1"
      ? d.reduce((sum, each) => sum + Math.abs(each), 0) <= (epsilon as number) * slack
      : norm === "L0"
      ? d.filter((each) => each !== 0).length <= (epsilon as number)
      : withinAngle(Float64Array.from(own), Float64Array.from(now), epsilon as number);
    const pair = (j: number) =>
      (bounds === undefined ? [-Infinity, Infinity] : typeof bounds[0] === "number" ? bounds : bounds[j]) as [
        number,
        number,
      ];
    const inside = now.every((value, j) => value >= pair(j)[0] && value <= pair(j)[1]);
    const stays = Array.from(fixed ?? []).every((j) => now[j] === own[j]);
    const categories = oneHot.every((group) =>
      Array.from(group).filter((j) => now[j] === 1).length === 1 &&
      Array.from(group).every((j) => now[j] === 0 || now[j] === 1)
    );
    if (!(fits && inside && stays && categories)) return false;
  }
  return true;
}
