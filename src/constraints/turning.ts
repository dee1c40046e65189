/** Inputs within an angle of their originals at the origin. @module */

import { type Matrix, rowsOf } from "../matrix.ts";
import { rotateToward, withinAngle } from "./angle.ts";
import type { AngleRegion, Constraint } from "./constraint.ts";

const row = (m: Matrix, i: number) => rowsOf(m, i, i + 1).data;
const inDouble = (m: Matrix, i: number) => Float64Array.from(row(m, i));

/** What the region of `constraint`, an angle, around `original` has of its own. */
export function turning(constraint: Constraint, original: Matrix): AngleRegion {
  const { lo, hi, fixed } = constraint, size = constraint.epsilon as number;
  const fits = (x: Matrix, i: number) => withinAngle(inDouble(original, i), inDouble(x, i), size);
  return {
    fits,
    relax(x, i) {
      const own = inDouble(original, i);
      if (withinAngle(own, Float64Array.from(x), size) && x.every((v, j) => v >= lo[j] && v <= hi[j])) return;
      x.set(rotateToward(own, { toward: Float64Array.from(x), angle: size, lo, hi }));
      if (!fixed) return;
      for (let j = 0; j < x.length; j++) if (fixed[j]) x[j] = own[j];
      if (!withinAngle(own, Float64Array.from(x), size)) x.set(own);
    },
    step(out, x, { direction, far }) {
      for (let i = 0; i < out.rows; i++) {
        const to = row(out, i), center = row(original, i);
        to.set(rotateToward(inDouble(x, i), { toward: inDouble(direction, i), angle: far, lo, hi }));
        if (!fixed) continue;
        for (let j = 0; j < to.length; j++) if (to[j] - to[j] !== 0 || fixed[j]) to[j] = center[j];
        if (!fits(out, i)) to.set(center);
      }
    },
  };
}
