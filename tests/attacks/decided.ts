/** Searches by labels alone in plain loops: one example, one question after another. @module */

import { matrix } from "../../src/matrix.ts";
import { fillNormal, fillUniform } from "../../src/rng.ts";
import type { Way } from "./followed.ts";

type Vector = readonly number[];

/** Numbers of a stream, uniform or normal. */
export const drawn = {
  uniform(n: number, from: Way<object>["stream"], lo = 0, hi = 1): number[] {
    const m = matrix(1, n);
    fillUniform(m, from, { lo, hi });
    return [...m.data];
  },
  normal(n: number, from: Way<object>["stream"]): number[] {
    const m = matrix(1, n);
    fillNormal(m, from);
    return [...m.data];
  },
};

/** What a search by labels alone does with one example. */
export function searchOf(way: Way<{ starts?: { data: Float32Array }; grid?: number }>) {
  const { own, within, far, fools } = way, { norm, featureScale, lo, hi } = within, D = own.length;
  /** In float32, within bounds; features that stay, and what is no number, as they were. */
  const clip = (x: Vector) =>
    x.map((value, i) => {
      const to = Math.min(Math.max(Math.fround(value), lo[i]), hi[i]);
      return featureScale[i] === 0 || !Number.isFinite(to) ? own[i] : to;
    });
  const { grid } = way.options;
  /** The nearest point of the grid, if there is one; no more than the bounds is asked of it. */
  const rounded = (x: Vector) =>
    grid ? x.map((value, i) => featureScale[i] === 0 ? own[i] : Math.round(value * grid) / grid) : x;
  /** Asks of all points at once, rounded; whether each fools. */
  const ask = (all: readonly Vector[], done: number): { x: Vector; hit: boolean }[] => {
    const clipped = all.map(clip), told = clipped.map(rounded);
    way.askAll("scores", told, done);
    return clipped.map((x, k) => {
      way.keep(told[k]);
      return { x, hit: fools(told[k]) };
    });
  };
  return {
    ask,
    /** The first of the starts, the nearest first, or of fifty draws of noise, that fools. */
    start(): Vector | undefined {
      const all = way.options.starts?.data ?? new Float32Array(0);
      const given = Array.from({ length: all.length / D }, (_, k) => [...all.subarray(k * D, (k + 1) * D)]);
      // features that stay do not count
      const away = (x: Vector) => far(x.map((value, i) => featureScale[i] === 0 ? own[i] : value));
      given.sort((a, b) => away(a) - away(b));
      for (const x of given) {
        const [{ x: to, hit }] = ask([x], 0);
        if (hit) return to;
      }
      for (let draw = 0; draw < 50; draw++) {
        const from = way.stream.split("start");
        const uniform = drawn.uniform(D, from.split(draw)),
          normal = drawn.normal(D, from.split("normal", draw));
        const [{ x, hit }] = ask([own.map((value, i) => {
          if (hi[i] - lo[i] === Infinity) return value + 2 ** Math.floor(draw / 4) / 4 * normal[i];
          const u = draw % 2 === 1 ? Number(uniform[i] > 0.5) : uniform[i];
          return value + (draw + 1) / 50 * (lo[i] + u * (hi[i] - lo[i]) - value);
        })], 0);
        if (hit) return x;
      }
      return undefined;
    },
    /** Bisects toward the example: along a line in L2, within a box that shrinks in L∞. */
    approach(at: Vector, gap: number, done: number): Vector {
      const whole = far(at);
      let [least, most, best] = [0, 1, at];
      for (let halving = 0; halving < 24 && 2 ** -halving > gap; halving++) {
        const part = (least + most) / 2;
        const [{ x, hit }] = ask([at.map((value, i) => {
          const d = value - own[i], limit = part * whole * featureScale[i];
          return own[i] + (norm === "L2" ? part * d : Math.min(Math.max(d, -limit), limit));
        })], done);
        if (hit) [most, best] = [part, x];
        else least = part;
      }
      return best;
    },
  };
}
