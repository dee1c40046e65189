/** Whether inputs are such as a constraint allows to begin with. @module */

import type { Matrix } from "../matrix.ts";
import { shown } from "../wording.ts";
import type { Constraint, Violation } from "./constraint.ts";

export function checkOriginal(self: Constraint, x: Matrix): Violation | undefined {
  const { inputs, box, lo, hi, grid, oneHot } = self;
  const { data } = x;
  // a loop, for as many calls as there are inputs would take longer than the attack
  let bad = 0;
  if (box) {
    const [least, greatest] = box;
    if (least === -Infinity && greatest === Infinity) bad = data.length;
    while (bad < data.length && data[bad] >= least && data[bad] <= greatest) bad++;
  } else {
    while (bad < data.length && data[bad] >= lo[bad % inputs] && data[bad] <= hi[bad % inputs]) bad++;
  }
  const at = (i: number, problem: string) => ({ row: Math.floor(i / inputs), feature: i % inputs, problem });
  if (bad < data.length) {
    return at(bad, `is ${data[bad]}, out of the bounds ${lo[bad % inputs]}, ${hi[bad % inputs]}`);
  }
  if (grid) {
    bad = data.findIndex((value, i) => grid[i % inputs] > 0 && !onGrid(value, grid[i % inputs]));
    if (bad >= 0) return at(bad, `is ${data[bad]}, no whole number of steps of 1/${grid[bad % inputs]}`);
  }
  for (let row = 0; oneHot.length > 0 && row < x.rows; row++) {
    for (const group of oneHot) {
      const values = Array.from(group, (i) => data[row * inputs + i]);
      if (values.filter((v) => v === 1).length === 1 && values.every((v) => v === 0 || v === 1)) continue;
      return {
        row,
        feature: group[0],
        problem: `is of a group with ${shown(values)}, of which one must be 1`,
      };
    }
  }
}

/** Whether `value` is a whole number of steps of 1/`grid`, in float32. */
export function onGrid(value: number, grid: number): boolean {
  return Math.fround(Math.round(value * grid) / grid) === value;
}
