/** What many claims share: conditions, tolerances, reasons. @module */

import type { Claim, Reason, Tolerance } from "../claim.ts";

/** A claim as files list it: in percent unless it says otherwise. */
export type ClaimInPercent = Omit<Claim, "unit"> & { readonly unit?: Claim["unit"] };

/** Within so many percentage points. */
export function points(by: number): Tolerance {
  return { by, on: "points" };
}

/** Within so much of the logit of the rate, which no window around a figure near 0 or 100 % can pass by definition. */
export function logits(by: number): Tolerance {
  return { by, on: "logits" };
}

/** Within so much of the bare number. */
export function value(by: number): Tolerance {
  return { by, on: "value" };
}

/**
 * Of rates between 20 and 80 %, five points; beyond, what these are at 20 % on logits: about what other re-runs found
 * between the seeds of one network.
 */
export const RATE: Tolerance = points(5), EDGE: Tolerance = logits(0.3);

/** Of clean errors near 1 %: a tenth of a point. */
export const CLEAN_ERROR: Tolerance = logits(0.12);

/** Of a printed 0 %: what rounds to it at one decimal. */
export const ZERO: Tolerance = points(0.05);

/** Of the fast gradient sign method. */
export const NO_CLIP = "ε .25 in L∞, true labels, no clipping, deterministic network";

/** Of rubbish. */
export const RUBBISH = "10,000 draws from N(0, I); an error is any p > .5";

/** Of the small networks that are compared among themselves. */
export const CONTROLS =
  "maxout, equal recipe and 10 epochs for all, in a full run 60, initial weights in ±.05; in a quick run half the units, ±.15, 5 epochs and no dropout";

/** What the paper leaves open. */
export const OPEN = "the paper gives no figure";

/** Why networks fall to the exact attack more often than the paper's. */
export const EPOCHS: Reason = {
  says:
    "the exact gradient misleads nearly always; the paper's was most likely the plain float32 one, which vanishes where a " +
    "probability rounds to 1",
  // where float32 misses by as much, it is no reason
  fits: (ours, paper, float32 = paper) => ours > paper + 5 && 2 * Math.abs(float32 - paper) <= ours - paper,
};

/** Why small differences in clean error show in long runs alone. */
export const CLEAN: Reason = {
  says: "differences of a tenth of a point take hundreds of epochs, and MNIST, to show",
  fits: (ours, paper) => ours > paper && ours < paper + 0.3,
};

/** Why one network's figure is not another's. */
export const ONE: Reason = {
  says: "the figure is one network's, and varies by many points from seed to seed",
  fits: (ours, paper) => Math.abs(ours - paper) <= 15,
};
