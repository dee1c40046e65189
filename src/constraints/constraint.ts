/** What a perturbation may be, as one object that every attack and certificate honours. @module */

import type { Bounds } from "../kernels/attack.ts";
import type { Matrix } from "../matrix.ts";
import type { Rng } from "../rng.ts";

/** A norm that bounds a perturbation. */
export type Norm = "Linf" | "L2" | "L1";

/**
 * What the size of a perturbation is measured by: a norm, the number of features that change (L0), or the angle between two
 * inputs at the origin, in radians.
 */
export type Distance = Norm | "L0" | "angle";

/** Whether it is a norm: a size by which noise can be scaled, and that certificates know. */
export function isNorm(distance: Distance): distance is Norm {
  return distance !== "L0" && distance !== "angle";
}

/** All of them. */
export const DISTANCES: readonly Distance[] = ["Linf", "L2", "L1", "L0", "angle"];

/** The size of a perturbation: one number, or in L∞ one for each of the D features. */
export type Epsilon = number | ArrayLike<number>;

/** What a perturbation may be. */
export interface ConstraintOptions {
  /** Greatest size, in input units; in L∞ one for all features, or one for each. */
  epsilon: Epsilon;
  /** What measures the size; default `"Linf"`. */
  norm?: Distance;
  /** Minimum and maximum of a feature: one pair for all, or one for each; default none. */
  bounds?: Bounds | readonly Bounds[];
  /** Places of the features that stay as they are; default none. */
  fixed?: ArrayLike<number>;
  /**
   * Values that a feature may take, as steps a unit: 1 for integers, 255 for the k/255 of 8-bit images, 0 for any; one for
   * all features, or one for each; default 0. Differences are then counted in steps: 8/255 is eight of them.
   */
  grid?: number | ArrayLike<number>;
  /** Groups of features of which one is 1 and the others 0, by their places; default none. */
  oneHot?: readonly ArrayLike<number>[];
}

/** Where an input breaks a constraint. */
export interface Violation {
  /** The example. */
  readonly row: number;
  /** The feature, or −1 if it is none alone. */
  readonly feature: number;
  /** What is wrong there, in words. */
  readonly problem: string;
}

/** What a perturbation of D features may be. */
export interface Constraint {
  /** Number of features, D. */
  readonly inputs: number;
  /** What measures the size. */
  readonly norm: Distance;
  /** The greatest size, as given. */
  readonly epsilon: number | Float64Array;
  /** The same for each feature in L∞, rounded down to float32, 0 where it stays; in other norms none. */
  readonly sizes: Float32Array;
  /** Minimum of each feature, (D), rounded up to float32. */
  readonly lo: Float32Array;
  /** Maximum of each feature, (D), rounded down to float32. */
  readonly hi: Float32Array;
  /** The same where it is one pair for all features. */
  readonly box?: Bounds;
  /** 1 for each feature that stays, or nothing if none does. */
  readonly fixed?: Uint8Array;
  /** Steps a unit of each feature, 0 for any value; nothing if all are. */
  readonly grid?: Float64Array;
  /** Groups of features of which one is 1. */
  readonly oneHot: readonly Int32Array[];
  /** Whether some features take single values alone, so that a small step may come to nothing. */
  readonly discrete: boolean;
  /** The same constraint with another size. */
  withEpsilon(epsilon: Epsilon): Constraint;
  /** What is allowed around the inputs `original`, (B, D); work that concerns them alone is done once. */
  around(original: Matrix, room?: (name: string) => Matrix): Region;
  /** Moves `x` (B, D) to an allowed input near it: the nearest one in the norm's ball and the bounds, then rounded. */
  project(x: Matrix, original: Matrix): void;
  /** The first place where `x` is not allowed as a perturbation of `original`, to the last bit; nothing if there is none. */
  check(x: Matrix, original: Matrix): Violation | undefined;
  /** The first place where `x` breaks bounds, grid or groups by itself; nothing if there is none. */
  checkOriginal(x: Matrix): Violation | undefined;
  /** The options that make it again, as JSON would hold them. */
  toJSON(): Record<string, unknown>;
}

/** What a region has of its own where the size is an angle. */
export interface AngleRegion {
  /** Whether a row of `x` is within the angle. */
  fits(x: Matrix, row: number): boolean;
  /** Moves `x`, one input, to what is allowed around the original in `row`. */
  relax(x: Float32Array, row: number): void;
  /** `out` = `x` turned toward `direction` by the angle `far`. */
  step(out: Matrix, x: Matrix, how: { direction: Matrix; far: number }): void;
}

/** What a constraint allows around some inputs. */
export interface Region {
  /** The inputs, (B, D). */
  readonly original: Matrix;
  /** What bounds their perturbations. */
  readonly constraint: Constraint;
  /**
   * `out` = `x` after the steepest step along `direction`, (B, D), within bounds: ε·sign in L∞, along the direction itself in
   * L2, on the feature of the greatest slope in L1, a turn in the plane of input and direction by an angle, and in L0 each
   * of the features that gain most to the end of its bounds. The step has the whole size, or `part` of it, or `length`. From `original` it stays in the region except for grids and groups. May
   * write over either.
   */
  step(out: Matrix, x: Matrix, how: { direction: Matrix; part?: number; length?: number }): void;
  /** `step` from `x` to `x` itself, and then `relax`. */
  stepWithin(x: Matrix, how: { direction: Matrix; part?: number; length?: number }): void;
  /** Moves `x` to the nearest point of the norm's ball within bounds, fixed features kept; grids and groups do not count. */
  relax(x: Matrix): void;
  /** Moves `x` to an allowed input: `relax`, and then to grids and groups. */
  project(x: Matrix): void;
  /** Writes a random point of the ball within bounds, each row from its own stream; grids and groups do not count. */
  sample(out: Matrix, streams: (row: number) => Rng): void;
  /** Whether one row's perturbation is of the allowed size. */
  fits(x: Matrix, row: number): boolean;
  /** The first place where `x` is not allowed; nothing if there is none. */
  check(x: Matrix): Violation | undefined;
}
