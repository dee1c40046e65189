/** The neighborhood of an input that a constraint allows, as certificates see it. @module */

import type { Constraint } from "../constraints/constraint.ts";
import { type Neighborhood, neighborhood, type Norm } from "./neighborhood.ts";

/** By how much float32 rounds a value on a grid, relative to it or to 1. */
const ROUNDED = 2 ** -23;

/**
 * Real points no fewer than `limits` allows about `x`: of a feature on a grid, those between its first and last value
 * that it may take; of a one-hot group, all between 0 and 1. Features that stay, stay.
 */
export function within(limits: Constraint, x: Float32Array): Neighborhood {
  const { epsilon, lo, hi, fixed, grid, oneHot } = limits;
  const norm = limits.norm as Norm;
  const size = (i: number) => fixed?.[i] ? 0 : typeof epsilon === "number" ? epsilon : epsilon[i];
  const box = { lo: Float64Array.from(lo), hi: Float64Array.from(hi) };
  const grown = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) {
    if (grid && grid[i] > 0 && !fixed?.[i]) grown[i] = ROUNDED * (1 + Math.abs(x[i]) + size(i));
  }
  for (const group of oneHot) {
    for (const i of group) [box.lo[i], box.hi[i]] = [0, 1];
  }
  if (fixed) { for (let i = 0; i < x.length; i++) if (fixed[i]) box.lo[i] = box.hi[i] = x[i]; }
  if (norm !== "Linf") {
    const growth = grown.reduce((sum, value) => sum + value, 0);
    return neighborhood(x, { norm, epsilon: (epsilon as number) + growth, box });
  }
  const sizes = Float64Array.from(x, (_, i) => size(i) + grown[i]);
  const around = neighborhood(x, { norm, epsilon: sizes, box });
  if (!grid) return around;
  // only what lies between two values of the grid falls away
  const toGrid = (ends: Float64Array, round: (value: number) => number, side: number) =>
    ends.map((value, i) => {
      if (!(grown[i] > 0)) return value;
      const nearest = round(value * grid[i] + side * 1e-3) / grid[i] + side * grown[i];
      return side < 0 ? Math.max(value, Math.min(nearest, x[i])) : Math.min(value, Math.max(nearest, x[i]));
    });
  return { ...around, lo: toGrid(around.lo, Math.ceil, -1), hi: toGrid(around.hi, Math.floor, 1) };
}
