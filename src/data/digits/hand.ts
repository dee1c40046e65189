/** A hand that writes digits, never one twice alike. @module */

import type { Rng } from "../../rng.ts";
import { extent, trace } from "./curve.ts";
import { drawPath, SIDE } from "./raster.ts";
import { type Stroke, type Style, STYLES } from "./strokes.ts";

/** Standard deviations of what differs between two writings; lengths in hundredths of a digit's height. */
const JITTER = 1.6;
const BEND = 4.5;
const SLANT = 0.2;
const TURN = 0.08;
const ASPECT = 0.17;
/**
 * Standard deviation of the place, in pixels: what makes the task hard for a linear model and not for others.
 * After 10000 examples softmax regression errs on 2.5 % at 0.6, 5 % at 1, 9.5 % at 1.5; two layers of 240
 * maxout units on 1.2 %, 1.6 % and 1.7 %.
 */
const SHIFT = 1.4;
/** Mean height and least distance of the pen from the edge, in pixels. */
const TALL = 17.8;
const MARGIN = 2.5;

/** The image of `digit`, (SIDE · SIDE), written into `out`, all zeros before; all that varies is taken from `from`. */
export function write(out: Float32Array, digit: number, from: Rng): void {
  const round = from.next();
  const strokes = pose(pick(STYLES[digit], from), from);
  const warped = warp(from);
  const paths = strokes.map((stroke) => trace(warped(stroke), round));
  place(paths, from);
  const weight = Math.max(0.7, 1.25 + 0.3 * normal(from));
  const soft = 1 + 0.6 * from.next();
  const pressed = () => weight * (1 + 0.12 * normal(from));
  for (const path of paths) drawPath(out, path, { begin: pressed(), end: pressed(), soft });
  for (let i = 0; i < out.length; i++) {
    if (out[i] > 0) out[i] = Math.floor(255 * Math.min(1, out[i]) + 0.5) / 255;
  }
}

function pick(styles: readonly Style[], from: Rng): Style {
  let left = from.next() * styles.reduce((sum, style) => sum + style.weight, 0);
  return styles.find((style) => (left -= style.weight) < 0) ?? styles[0];
}

/** A blend of two of the style's poses, every point displaced a little, more at a stroke's ends. */
function pose({ poses }: Style, from: Rng): Stroke[] {
  const [a, b] = [poses[from.below(poses.length)], poses[from.below(poses.length)]];
  const mix = 1.2 * from.next() - 0.1;
  return a.map((stroke, s) => {
    const posed = new Float64Array(stroke.length);
    for (let i = 0; i < stroke.length; i += 2) {
      // A corner must stay one point.
      if (i > 0 && stroke[i] === stroke[i - 2] && stroke[i + 1] === stroke[i - 1]) {
        posed.copyWithin(i, i - 2, i);
        continue;
      }
      const jitter = i === 0 || i === stroke.length - 2 ? 1.5 * JITTER : JITTER;
      for (let k = i; k < i + 2; k++) {
        posed[k] = stroke[k] + mix * (b[s][k] - stroke[k]) + jitter * normal(from);
      }
    }
    return posed;
  });
}

/** The map that bends, widens, slants and turns one example's strokes, in place. */
function warp(from: Rng): (stroke: Stroke) => Stroke {
  const [a, b] = [0, 1].map(() => Float64Array.from({ length: 5 }, () => BEND * normal(from)));
  const wide = Math.max(0.5, 1 + ASPECT * normal(from));
  const slant = 0.1 + SLANT * normal(from), turn = TURN * normal(from);
  return (stroke) => {
    for (let i = 0; i < stroke.length; i += 2) {
      const u = stroke[i] / 50 - 0.6, v = stroke[i + 1] / 50 - 1;
      const y = stroke[i + 1] + bend(b, u, v);
      stroke[i] = wide * (stroke[i] + bend(a, u, v) - slant * y) - turn * y;
      stroke[i + 1] = y + turn * stroke[i];
    }
    return stroke;
  };
}

/** A smooth displacement at (u, v), each about −1 … 1: what no affine map does. */
function bend(c: Float64Array, u: number, v: number): number {
  return c[0] * u * v + c[1] * (v * v - 0.5) + c[2] * (u * u - 0.3) + c[3] * v * (v * v - 0.6) +
    c[4] * u * (v * v - 0.4);
}

/** Scales the paths in place to about `TALL` pixels and moves their mean near the image's centre. */
function place(paths: readonly Float64Array[], from: Rng): void {
  const spans = [extent(paths, 0), extent(paths, 1)];
  const tall = Math.min(21, TALL + 1.2 * normal(from));
  const scale = Math.min(tall / (spans[1].max - spans[1].min), 20 / (spans[0].max - spans[0].min));
  spans.forEach(({ min, max, mean }, axis) => {
    const wanted = SIDE / 2 + SHIFT * normal(from) - scale * mean;
    const start = Math.min(SIDE - MARGIN - scale * max, Math.max(MARGIN - scale * min, wanted));
    for (const path of paths) {
      for (let i = axis; i < path.length; i += 2) path[i] = start + scale * path[i];
    }
  });
}

/** Nearly a normal deviate, never beyond 3: three uniform numbers, since `Math.log` differs between engines. */
function normal(from: Rng): number {
  return 2 * (from.next() + from.next() + from.next()) - 3;
}
