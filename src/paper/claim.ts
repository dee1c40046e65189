/** What a claim is, and the rule that judges it. @module */

import type { Measurements } from "./experiment.ts";

/** One figure of the paper. */
export interface Claim {
  /** Name of the measurement that answers it: experiment, then quantity. */
  readonly id: string;
  /** Where the paper has it. */
  readonly section: string;
  /** What is measured. */
  readonly what: string;
  /** The paper's figure. */
  readonly paper: number;
  /** Unit of both figures. */
  readonly unit: "%" | "relative";
  /** Under which conditions the figure holds. */
  readonly conditions: string;
  /** Reproduced if ours is within this of the paper's. */
  readonly tolerance: number;
  /** What must hold at least. */
  readonly ordering: Ordering;
}

/** A relation between measurements, in words and as a rule; it does not hold where one is missing. */
export interface Ordering {
  readonly says: string;
  readonly holds: (ours: Measurements) => boolean;
}

/** A claim, our figure, and what it amounts to. */
export interface Judged extends Claim {
  /** Our figure; null if it was not run or is undefined. */
  readonly ours: number | null;
  readonly verdict: Verdict;
}

/** What a claim came to. */
export type Verdict = "reproduced" | "ordering holds" | "not reproduced" | "not run";

/** `claim` against what was measured. */
export function judge(claim: Claim, measurements: Measurements): Judged {
  const ours = measurements[claim.id];
  if (ours === undefined) return { ...claim, ours: null, verdict: "not run" };
  if (ours !== null && Math.abs(ours - claim.paper) <= claim.tolerance) {
    return { ...claim, ours, verdict: "reproduced" };
  }
  return {
    ...claim,
    ours,
    verdict: claim.ordering.holds(measurements) ? "ordering holds" : "not reproduced",
  };
}

/** Measurement `a` is less than measurement `b`. */
export function less(a: string, b: string): Ordering {
  return { says: `${a} < ${b}`, holds: (ours) => (ours[a] ?? NaN) < (ours[b] ?? NaN) };
}

/** Measurement `id` is at least `least`. */
export function atLeast(id: string, least: number): Ordering {
  return { says: `${id} ≥ ${least}`, holds: (ours) => (ours[id] ?? NaN) >= least };
}

/** Measurement `id` is at most `most`. */
export function atMost(id: string, most: number): Ordering {
  return { says: `${id} ≤ ${most}`, holds: (ours) => (ours[id] ?? NaN) <= most };
}
