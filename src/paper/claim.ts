/** What a claim is, and the rule that judges it. @module */

import type { BudgetName } from "./budgets.ts";
import type { Measurements } from "./experiment.ts";

/** One figure of the paper, or a question that it leaves open. */
export interface Claim {
  /** Name of the measurement that answers it: experiment, then quantity. */
  readonly id: string;
  /** Where the paper has it. */
  readonly section: string;
  /** What is measured. */
  readonly what: string;
  /** The paper's figure; null where it has none, and the ordering alone judges. */
  readonly paper: number | null;
  /** How ours is to stand to it; default about, within the tolerance. */
  readonly relation?: "about" | "at least" | "at most";
  /** Unit of both figures. */
  readonly unit: "%" | "relative" | "number";
  /** Under which conditions the figure holds. */
  readonly conditions: string;
  /** Reproduced if ours is no further than this from where the paper's says it is. */
  readonly tolerance: number;
  /** What must hold at least. */
  readonly ordering: Ordering;
  /** Budgets in which it is measured; default all. */
  readonly budgets?: readonly BudgetName[];
  /** What we believe explains a miss. */
  readonly reason?: string;
}

/** A claim as files list it: in percent unless it says otherwise. */
export type ClaimInPercent = Omit<Claim, "unit"> & { readonly unit?: Claim["unit"] };

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
  /** Why it was not run. */
  readonly why?: string;
}

/** What a claim came to. */
export type Verdict = "reproduced" | "ordering holds" | "not reproduced" | "not run";

/** `claim` against what was measured in a run of `budget`. */
export function judge(claim: Claim, measurements: Measurements, budget?: BudgetName): Judged {
  const { id, paper, ordering, budgets } = claim;
  const ours = measurements[id];
  if (ours === undefined) {
    const elsewhere = budgets && budget && !budgets.includes(budget);
    const why = elsewhere ? `only in the budget ${budgets.join(" or ")}` : "not measured";
    return { ...claim, ours: null, verdict: "not run", why };
  }
  const holds = ordering.holds(measurements);
  // where the paper has no figure there is nothing beyond the ordering
  const reproduced = paper === null ? holds : fits(claim, ours);
  const verdict = reproduced ? "reproduced" : holds ? "ordering holds" : "not reproduced";
  return { ...claim, ours, verdict };
}

/** The rule by which `claim` is judged, in words. */
export function ruleOf({ paper, tolerance, relation = "about", unit, ordering }: Claim): string {
  const least = `the ordering holds if ${ordering.says}`;
  if (paper === null) return `reproduced if ${ordering.says}`;
  const of = unit === "%" ? " points" : "";
  const within = tolerance === 0
    ? relation === "about" ? `exactly ${paper}` : `${relation} ${paper}`
    : relation === "about"
    ? `within ${tolerance}${of} of ${paper}`
    : `${relation} ${paper}, give or take ${tolerance}${of}`;
  return `reproduced if ${within}; else ${least}`;
}

function fits({ paper, tolerance, relation = "about" }: Claim, ours: number | null): boolean {
  if (ours === null || paper === null) return false;
  const above = relation === "at most" || ours >= paper - tolerance;
  const below = relation === "at least" || ours <= paper + tolerance;
  return above && below;
}

/** Measurement `a` is less than measurement `b`. */
export function less(a: string, b: string): Ordering {
  return { says: `${a} < ${b}`, holds: (ours) => (ours[a] ?? NaN) < (ours[b] ?? NaN) };
}

/** Measurement `id` is at least `least`. */
export function atLeast(id: string, least: number): Ordering {
  return { says: `${id} ≥ ${least}`, holds: (ours) => (ours[id] ?? NaN) >= least };
}

/** Measurement `id` is more than `bound`. */
export function above(id: string, bound: number): Ordering {
  return { says: `${id} > ${bound}`, holds: (ours) => (ours[id] ?? NaN) > bound };
}

/** Measurement `id` is at most `most`. */
export function atMost(id: string, most: number): Ordering {
  return { says: `${id} ≤ ${most}`, holds: (ours) => (ours[id] ?? NaN) <= most };
}

/** All of `orderings` hold. */
export function every(...orderings: readonly Ordering[]): Ordering {
  return {
    says: orderings.map(({ says }) => says).join(" and "),
    holds: (ours) => orderings.every(({ holds }) => holds(ours)),
  };
}
