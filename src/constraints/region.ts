/** The inputs that a constraint allows around some originals: steps, projection and the check. @module */

import {
  addStep,
  clampWithin,
  countBeyond,
  l1Direction,
  l2Direction,
  signStep,
  stepWithin,
} from "../kernels/attack.ts";
import { type Matrix, matrix, rowOf, rowsOf } from "../matrix.ts";
import type { AngleRegion, Constraint, Region } from "./constraint.ts";
import { discretize } from "./discrete.ts";
import { addWithin, float32Below, towardZero } from "./float32.ts";
import { keepLargest, type Offset, projectL0, projectL1, projectL2 } from "./norms.ts";
import { sample } from "./sample.ts";

/** Allowance for rounding in double where differences are counted in steps of a grid. */
const TINY = 1e-12;

/** Parts of the size for which a projection is tried until its float32 values stay within it. */
const PARTS = [1, 1 - 1e-12, 1 - 1e-9, 1 - 1e-6, 0.999, 0.9, 0];

/** How far each feature went in the last step in L∞: attacks make many alike. */
const steps = new WeakMap<Constraint, { part: number; length?: number; each: Float32Array }>();

/**
 * The region of `constraint` around `original`; `room` gives matrices of its shape by name to work in, and `turning` is there
 * where the size is an angle.
 */
export function region(
  constraint: Constraint,
  original: Matrix,
  room: (name: string) => Matrix = () => matrix(original.rows, original.cols),
  turning?: AngleRegion,
): Region {
  const { norm, epsilon, sizes, lo, hi, box, fixed, grid, discrete, inputs } = constraint;
  const size = typeof epsilon === "number" ? epsilon : NaN;
  const { rows } = original;

  /** The kernels clip to one pair of bounds alone. */
  function clip(x: Matrix): void {
    if (box) return;
    const { data } = x;
    for (let i = 0; i < data.length; i++) {
      const j = i % inputs;
      if (data[i] < lo[j]) data[i] = lo[j];
      else if (data[i] > hi[j]) data[i] = hi[j];
    }
  }

  let range: { least: Matrix; greatest: Matrix } | undefined;
  /** Minimum and maximum of each feature in L∞. */
  function ends(): { least: Matrix; greatest: Matrix } {
    const end = (name: string, sign: number) => {
      const out = room(name);
      out.data.fill(sign);
      signStep(out, original, { direction: out, epsilon: sizes, bounds: box });
      clip(out);
      return out;
    };
    return range ??= { least: end("least", -1), greatest: end("greatest", 1) };
  }

  /** How far each feature goes in a step in L∞. */
  function each(part: number, length: number | undefined): Float32Array {
    if (length === undefined && part === 1) return sizes;
    const known = steps.get(constraint);
    if (known?.part === part && known.length === length) return known.each;
    const of = (i: number) => length ?? part * (typeof epsilon === "number" ? epsilon : epsilon[i]);
    const each = sizes.map((own, i) => own === 0 ? 0 : float32Below(of(i)));
    steps.set(constraint, { part, length, each });
    return each;
  }

  /** The L2 or L1 norm of a difference, or how many features differ; with `counted`, grids count in steps. */
  function lengthOf(x: Float32Array, origin: Float32Array, counted: boolean): number {
    let sum = 0;
    for (let i = 0; i < inputs; i++) {
      const d = counted && grid ? difference(x[i], origin[i], grid[i]) : x[i] - origin[i];
      sum += norm === "L2" ? d * d : norm === "L1" ? Math.abs(d) : Number(d !== 0);
    }
    return norm === "L2" ? Math.sqrt(sum) : sum;
  }

  let scratch: Offset | undefined;
  /** The nearest point of an L2, L1 or L0 ball within bounds. */
  function projectRow(x: Float32Array, center: Float32Array): void {
    const project = norm === "L2" ? projectL2 : norm === "L1" ? projectL1 : projectL0;
    const start = x.slice(), room = () => new Float64Array(inputs);
    const offset = scratch ??= { d: room(), lo: room(), hi: room() };
    for (const part of PARTS) {
      for (let i = 0; i < inputs; i++) {
        const stays = fixed?.[i];
        offset.d[i] = stays ? 0 : start[i] - center[i];
        offset.lo[i] = stays ? 0 : lo[i] - center[i];
        offset.hi[i] = stays ? 0 : hi[i] - center[i];
      }
      project(offset, part * size);
      for (let i = 0; i < inputs; i++) {
        const d = offset.d[i];
        const value = norm === "L0" && d !== 0 ? center[i] + d : addWithin(center[i], towardZero(d));
        x[i] = value < lo[i] ? lo[i] : value > hi[i] ? hi[i] : value;
      }
      if (lengthOf(x, center, false) <= size) return;
    }
  }

  /** `x` with `count` features moved along `direction`, by `length` or else to the end of their bounds. */
  function stepL0(out: Matrix, x: Matrix, direction: Matrix, count: number, length = Infinity): void {
    for (let i = 0; i < rows; i++) {
      const from = rowOf(x, i), slope = rowOf(direction, i), to = rowOf(out, i);
      const d = Float64Array.from(slope, (g, j) => {
        if (!(g !== 0) || fixed?.[j]) return 0;
        const end = g > 0 ? Math.min(hi[j] - from[j], length) : Math.max(lo[j] - from[j], -length);
        // without an end, as far as from 0 to 1
        return Number.isFinite(end) ? end : Math.sign(g);
      });
      keepLargest(d, d.map((each, j) => Math.abs(each * slope[j])), count);
      for (let j = 0; j < inputs; j++) {
        to[j] = d[j] === 0 ? from[j] : Math.min(Math.max(from[j] + d[j], lo[j]), hi[j]);
      }
    }
  }

  function inBounds(x: Float32Array): boolean {
    for (let i = 0; i < inputs; i++) if (!(x[i] >= lo[i] && x[i] <= hi[i])) return false;
    return true;
  }

  /** Features that stay and values that are none, as they were. */
  function restore({ data }: Matrix): void {
    const { data: own } = original;
    for (let i = 0; i < data.length; i++) {
      if (data[i] - data[i] !== 0 || fixed?.[i % inputs]) data[i] = own[i];
    }
  }

  function relax(x: Matrix): void {
    if (norm === "Linf") {
      return clampWithin(x, original, ends());
    }
    restore(x);
    for (let i = 0; i < rows; i++) {
      const [near, own] = [rowOf(x, i), rowOf(original, i)];
      if (turning) turning.relax(near, i);
      else if (!inBounds(near) || lengthOf(near, own, false) > size) projectRow(near, own);
    }
  }

  function fits(x: Matrix, i: number): boolean {
    if (norm === "Linf") return firstTooFar(constraint, rowOf(x, i), rowOf(original, i)) < 0;
    if (turning) return turning.fits(x, i);
    return lengthOf(rowOf(x, i), rowOf(original, i), true) <= (grid ? size * (1 + TINY) : size);
  }

  const step: Region["step"] = (out, x, { direction, part = 1, length }) => {
    if (norm === "Linf") {
      signStep(out, x, { direction, epsilon: each(part, length), bounds: box });
      return clip(out);
    }
    const far = length ?? part * size;
    if (turning) return turning.step(out, x, { direction, far });
    if (norm === "L0") return stepL0(out, x, direction, Math.floor(part * size), length);
    const { data } = direction;
    if (fixed) { for (let i = 0; i < data.length; i++) if (fixed[i % inputs]) data[i] = 0; }
    const along = norm === "L2" ? l2Direction : l1Direction;
    along(direction, direction, { epsilon: far });
    addStep(out, x, { step: direction, bounds: box });
    clip(out);
  };

  return {
    original,
    constraint,
    relax,
    fits,
    step,
    stepWithin(x, how) {
      if (norm === "Linf") {
        const { direction, part = 1, length } = how;
        return stepWithin(x, { direction, epsilon: each(part, length), ...ends() });
      }
      step(x, x, how);
      relax(x);
    },
    project(x) {
      relax(x);
      if (!discrete) return;
      for (let i = 0; i < rows; i++) {
        discretize(constraint, rowOf(x, i), rowOf(original, i));
        if (turning && !fits(x, i)) rowOf(x, i).set(rowOf(original, i));
      }
    },
    sample(out, streams) {
      if (rows === 0) return;
      const v = rowsOf(room("drawn"), 0, 1);
      for (let i = 0; i < rows; i++) {
        const at = (m: Matrix) => rowsOf(m, i, i + 1);
        sample(constraint, at(out), { original: at(original), from: streams(i), v });
      }
      relax(out);
    },
    check(x) {
      const { data } = x, { data: own } = original;
      if (norm === "Linf" && box && typeof epsilon === "number" && !grid && !fixed && !discrete) {
        if (countBeyond(x, original, { size: sizes[0], bounds: box }) === 0) return undefined;
      }
      const bad = norm === "Linf"
        ? firstTooFar(constraint, data, own)
        : fixed
        ? data.findIndex((value, i) => fixed[i % inputs] === 1 && value !== own[i])
        : -1;
      if (bad >= 0) {
        const problem = `moved from ${own[bad]} to ${data[bad]}, farther than allowed`;
        return { row: Math.floor(bad / inputs), feature: bad % inputs, problem };
      }
      const misplaced = constraint.checkOriginal(x);
      if (misplaced || norm === "Linf") return misplaced;
      for (let i = 0; i < rows; i++) {
        if (fits(x, i)) continue;
        return { row: i, feature: -1, problem: `lies farther than ${size} in ${norm} from its original` };
      }
    },
  };
}

/** x − own, in whole steps where there is a grid. */
function difference(x: number, original: number, grid: number): number {
  return grid > 0 ? (Math.round(x * grid) - Math.round(original * grid)) / grid : x - original;
}

/** The first feature that moved farther than L∞ allows, or −1. */
function firstTooFar(
  { epsilon, sizes, grid, fixed, inputs }: Constraint,
  data: Float32Array,
  original: Float32Array,
): number {
  const { length } = data;
  if (typeof epsilon === "number" && !grid && !fixed) {
    const size = sizes[0];
    for (let i = 0; i < length; i++) {
      const d = data[i] - original[i];
      if (!(d <= size && d >= -size)) return i;
    }
    return -1;
  }
  for (let i = 0; i < length; i++) {
    const j = i % inputs, steps = grid ? grid[j] : 0;
    const most = fixed?.[j] ? 0 : typeof epsilon === "number" ? epsilon : epsilon[j];
    const d = Math.abs(difference(data[i], original[i], steps));
    if (!(d <= (steps > 0 ? most * (1 + TINY) : most))) return i;
  }
  return -1;
}
