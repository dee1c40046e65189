/** Strokes as smooth curves, and where they lie. @module */

import type { Stroke } from "./strokes.ts";

/** Straight pieces between two control points. */
const PIECES = 5;

/**
 * The polyline of a smooth curve along the stroke's points: at `round` 0 a Catmull–Rom curve, which passes
 * through each, at 1 a cubic B-spline, which cuts every corner.
 */
export function trace(stroke: Stroke, round: number): Float64Array {
  const last = stroke.length - 2;
  const path = new Float64Array(last * PIECES + 2);
  for (let i = 0, at = 0; i < last; i += 2, at += 2 * PIECES) {
    for (let axis = 0; axis < 2; axis++) {
      const a = stroke[Math.max(0, i - 2) + axis], b = stroke[i + axis];
      const c = stroke[i + 2 + axis], d = stroke[Math.min(last, i + 4) + axis];
      const turn = a - 2 * b + c, next = b - 2 * c + d;
      const bulge = (1 / 2 - round / 3) * (next - turn);
      const c0 = b + round / 6 * turn, c1 = (c - a) / 2, c2 = (turn + (1 - round) * (turn - next)) / 2;
      for (let piece = 0; piece <= PIECES; piece++) {
        const t = piece / PIECES;
        path[at + 2 * piece + axis] = c0 + t * (c1 + t * (c2 + t * bulge));
      }
    }
  }
  return path;
}

/** The least, greatest and mean coordinate of the points of `paths` along `axis`, 0 for x and 1 for y. */
export function extent(
  paths: readonly Float64Array[],
  axis: number,
): { min: number; max: number; mean: number } {
  let min = Infinity, max = -Infinity, sum = 0, count = 0;
  for (const path of paths) {
    count += path.length / 2;
    for (let i = axis; i < path.length; i += 2) {
      min = Math.min(min, path[i]);
      max = Math.max(max, path[i]);
      sum += path[i];
    }
  }
  return { min: min, max: max, mean: sum / count };
}
