/** Half-bilinear functions and what an ascent on their semidefinite bound holds. @module */

import type { Matrix } from "../matrix.ts";

/**
 * constant + a·t + β·q + qᵀBt + Σ min over κₖ in [minₖ, maxₖ] of κₖ(hₖ + Nₖ·t), for t in [−1, 1]ⁿ, or ‖t‖ ≤ 1, and q in
 * [−1, 1]ᵐ.
 *
 * With κ in [v, 0] the last terms are v·max(0, h + N·t) for v < 0. With κ in [v, ∞), or (−∞, 0], they are v(h + N·t), or 0,
 * where h + N·t is ≥ 0, or ≤ 0, and what is elsewhere does not count.
 */
export interface HalfBilinear {
  readonly constant: number;
  /** (n) */
  readonly a: Float64Array;
  /** (m) */
  readonly beta: Float64Array;
  /** (m, n) */
  readonly B: Float64Array;
  /** The last terms. */
  readonly lines: {
    readonly h: Float64Array;
    /** By rows of n. */
    readonly N: Float64Array;
    readonly min: Float64Array;
    readonly max: Float64Array;
    /** The κ to begin with. */
    readonly slope: Float64Array;
    /** What the sizes of the terms of hₖ + Nₖ·t add up to. */
    readonly size: Float64Array;
    /** By how much a κ may move. */
    readonly scale: Float64Array;
  };
  /** Whether t lies in a ball rather than a box. */
  readonly ball: boolean;
  /** What the sizes of all other terms, before anything cancelled, add up to, and how many operations made one. */
  readonly size: number;
  readonly operations: number;
}

/** What an ascent came to. */
export interface Ascent {
  /** Value of the relaxation: once the ascent has converged, no relaxation of this kind is below it. */
  readonly value: number;
  /** A number that the function does not pass anywhere. */
  readonly bound: number;
  /** Sweeps that it took. */
  readonly sweeps: number;
  /** The relaxed mean of each tᵢ: where to look for a point that attains much. */
  readonly t: Float64Array;
  /** The vectors of all tᵢ, (n, rank), whose first entries are those means; valid until the next ascent in the workspace. */
  readonly vectors: Matrix;
  /** What proves the bound. */
  readonly dual?: Dual;
}

/** With these κ, the multipliers on a diagonal less the matrix of all terms are positive semidefinite. */
export interface Dual {
  /** κₖ of each line. */
  readonly slopes: Float64Array;
  /** Multipliers of the 1 of linear terms and of each q, (1 + m). */
  readonly q: Float64Array;
  /** Multipliers of each t, (n), or of the ball, (1). */
  readonly t: Float64Array;
}

/** When an ascent ends. */
export interface Effort {
  /** Sweeps at which the bound is taken; the last ends it. */
  readonly checks: readonly number[];
  /** Ends it when the bound is below this. */
  readonly goal: number;
  /** Share of the sum of the multipliers by which they are scaled up at first, until the bound is proven; default 5e-4. */
  readonly excess?: number;
}

/** Dimension of the vectors. */
export const RANK = 24;

/** The vectors, the multipliers of their lengths, and the linear terms with the concave ones in. */
export interface State {
  readonly B: Matrix;
  /** Vectors of t, (n, rank). The 1 of linear terms is the first axis. */
  readonly T: Matrix;
  readonly Q: Matrix;
  readonly a: Float64Array;
  readonly slope: Float64Array;
  readonly reach: Float64Array;
  readonly lengthsT: Float64Array;
  readonly lengthsQ: Float64Array;
  constant: number;
}
