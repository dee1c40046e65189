/** A hand that writes digits, never twice alike. @module */

import type { Rng } from "../../rng.ts";
import { drawSegment, SIDE } from "./raster.ts";
import { type Stroke, type Style, STYLES } from "./strokes.ts";

/** Standard deviations of what differs between two writings; lengths in hundredths of a digit's height. */
const JITTER = 1.6;
const BEND = 4.5;
const SLANT = 0.2;
const TURN = 0.08;
const ASPECT = 0.17;
/**
 * Standard deviation of the place, in pixels: what makes the task hard for a linear model and not for others. Softmax
 * regression errs on 4 % at 0.6, 6.5 % at 1, 11 % at 1.3; two layers of maxout on 1.5 % at each of the latter.
 */
const SHIFT = 1.15;
/** Mean height and least distance of the pen from the edge, in pixels. */
const TALL = 17.8;
const MARGIN = 1.5;
/** Straight pieces drawn between two control points. */
const PIECES = 5;

/** Image `digit` drawn into `out`, (SIDE · SIDE), with all that varies taken from `from`. */
export function write(out: Float32Array, digit: number, from: Rng): void {
  const round = from.next();
  const strokes = shape(pick(STYLES[digit], from), from).map((stroke) => trace(stroke, round));
  place(strokes, from);
  const ink = new Float64Array(SIDE * SIDE);
  const weight = Math.max(0.7, 1.25 + 0.3 * normal(from));
  const soft = 1 + 0.6 * from.next();
  for (const path of strokes) {
    const points = path.length / 2;
    let r0 = weight * (1 + 0.12 * normal(from));
    const taper = (weight * (1 + 0.12 * normal(from)) - r0) / points;
    for (let i = 1; i < points; i++, r0 += taper) {
      const j = 2 * i;
      drawSegment(ink, [path[j - 2], path[j - 1], r0, path[j], path[j + 1], r0 + taper], soft);
    }
  }
  for (let i = 0; i < ink.length; i++) out[i] = Math.floor(255 * Math.min(1, ink[i]) + 0.5) / 255;
}

function pick(styles: readonly Style[], from: Rng): Style {
  let left = from.next() * styles.reduce((sum, style) => sum + style.weight, 0);
  return styles.find((style) => (left -= style.weight) < 0) ?? styles[0];
}

/** A blend of two of the style's poses, each point displaced a little, the whole bent, slanted and turned. */
function shape({ poses }: Style, from: Rng): Stroke[] {
  const a = poses[from.below(poses.length)], b = poses[from.below(poses.length)];
  const mix = 1.2 * from.next() - 0.1;
  const bend = Float64Array.from({ length: 10 }, () => BEND * normal(from));
  const slant = 0.1 + SLANT * normal(from), turn = TURN * normal(from);
  const wide = Math.max(0.5, 1 + ASPECT * normal(from));
  return a.map((stroke, s) => {
    const bent = new Float64Array(stroke.length);
    for (let i = 0; i < stroke.length; i += 2) {
      const again = i > 0 && stroke[i] === stroke[i - 2] && stroke[i + 1] === stroke[i - 1];
      if (again) {
        bent[i] = bent[i - 2];
        bent[i + 1] = bent[i - 1];
        continue;
      }
      const end = i === 0 || i === stroke.length - 2 ? 1.5 * JITTER : JITTER;
      const x = stroke[i] + mix * (b[s][i] - stroke[i]) + end * normal(from);
      const y = stroke[i + 1] + mix * (b[s][i + 1] - stroke[i + 1]) + end * normal(from);
      const u = x / 50 - 0.6, v = y / 50 - 1;
      const bx = x + curve(bend, 0, u, v), by = y + curve(bend, 5, u, v);
      const sx = wide * (bx - slant * (by - 50));
      bent[i] = sx - turn * by;
      bent[i + 1] = by + turn * sx;
    }
    return bent;
  });
}

/** A smooth displacement at (u, v), both about −1 … 1: what an affine map cannot do. */
function curve(c: Float64Array, at: number, u: number, v: number): number {
  return c[at] * u * v + c[at + 1] * (v * v - 0.5) + c[at + 2] * (u * u - 0.3) +
    c[at + 3] * v * (v * v - 0.6) + c[at + 4] * u * (v * v - 0.4);
}

/**
 * The polyline of a smooth curve by the stroke's points: a Catmull–Rom curve at `round` 0, which passes through each, a
 * cubic B-spline at 1, which cuts every corner.
 */
function trace(stroke: Stroke, round: number): Float64Array {
  const last = stroke.length - 2;
  const path = new Float64Array(last * PIECES + 2);
  for (let i = 0, at = 0; i < last; i += 2, at += 2 * PIECES) {
    for (let axis = 0; axis < 2; axis++) {
      const a = stroke[Math.max(0, i - 2) + axis], b = stroke[i + axis];
      const c = stroke[i + 2 + axis], d = stroke[Math.min(last, i + 4) + axis];
      const turn = a - 2 * b + c, next = b - 2 * c + d;
      const bulge = (1 / 2 - round / 3) * (next - turn);
      const c0 = b + round / 6 * turn,
        c1 = (c - a) / 2,
        c2 = (turn - (1 - round) * next + (1 - round) * turn) / 2;
      for (let piece = 0; piece <= PIECES; piece++) {
        const t = piece / PIECES;
        path[at + 2 * piece + axis] = c0 + t * (c1 + t * (c2 + t * bulge));
      }
    }
  }
  return path;
}

/** The paths scaled in place to about `TALL` pixels, their mean moved near the image's centre, within its margin. */
function place(paths: readonly Float64Array[], from: Rng): void {
  const spans = [extent(paths, 0), extent(paths, 1)];
  const tall = Math.min(21, TALL + 1.2 * normal(from));
  const scale = Math.min(tall / (spans[1].most - spans[1].least), 20 / (spans[0].most - spans[0].least));
  spans.forEach(({ least, most, mean }, axis) => {
    const wanted = SIDE / 2 + SHIFT * normal(from) - scale * mean;
    const start = Math.min(SIDE - MARGIN - scale * most, Math.max(MARGIN - scale * least, wanted));
    for (const path of paths) {
      for (let i = axis; i < path.length; i += 2) path[i] = start + scale * path[i];
    }
  });
}

function extent(paths: readonly Float64Array[], axis: number): { least: number; most: number; mean: number } {
  let least = Infinity, most = -Infinity, sum = 0, count = 0;
  for (const path of paths) {
    count += path.length / 2;
    for (let i = axis; i < path.length; i += 2) {
      least = Math.min(least, path[i]);
      most = Math.max(most, path[i]);
      sum += path[i];
    }
  }
  return { least, most, mean: sum / count };
}

/** About a normal deviate, without a logarithm: three uniform numbers' sum, never beyond 3. */
function normal(from: Rng): number {
  return 2 * (from.next() + from.next() + from.next()) - 3;
}
