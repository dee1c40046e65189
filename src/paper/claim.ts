/** What a claim is, and the rule that judges it. @module */

import type { BudgetName } from "./budgets.ts";
import type { Measurements } from "./experiment.ts";
import type { Ordering, RunSize } from "./ordering.ts";

/**
 * Whether the paper prints the figure (published), the figure follows from printed ones or from an identity (derived), or
 * the question is ours or the paper answers it in words alone (own).
 */
export type Kind = "published" | "derived" | "own";

/** All kinds, in the order in which they are counted. */
export const KINDS: readonly Kind[] = ["published", "derived", "own"];

/** A figure of the paper, or a question without one. */
export interface Claim {
  /** Name of the measurement that answers it: experiment, then quantity. */
  readonly id: string;
  readonly kind: Kind;
  /** Where the paper has it. */
  readonly section: string;
  /** What is measured. */
  readonly what: string;
  /** The paper's figure; null for a claim of our own, which its ordering alone judges. */
  readonly paper: number | null;
  /** How ours is to stand to it; default about, within the tolerance. */
  readonly relation?: "about" | "at least" | "at most";
  /** Unit of both figures. */
  readonly unit: "%" | "relative" | "number";
  /** Under which conditions the figure holds. */
  readonly conditions: string;
  /** How far ours may be from the paper's figure; none without one. */
  readonly tolerance?: Tolerance;
  /** What must hold at least; none where there is nothing in the paper to compare with. */
  readonly ordering?: Ordering;
  /** What must hold for the figure to count at all: a network that has learnt, for one. */
  readonly provided?: Ordering;
  /** Whether it depends on an attack whose gradient is also measured in float32 (see {@linkcode inFloat32}). */
  readonly gradient?: "exact";
  /** The recipe behind it that was chosen by looking at figures of the paper. */
  readonly fitted?: string;
  /** Budgets in which it is measured; default all. */
  readonly budgets?: readonly BudgetName[];
  /** What we believe explains a miss. */
  readonly reason?: Reason;
}

/** How far a figure may be from the paper's. */
export interface Tolerance {
  readonly by: number;
  /** What is compared: percentage points, logits of the rates, or the bare numbers. */
  readonly on: "points" | "logits" | "value";
  /** Whether it was set after a look at a run. */
  readonly fitted?: boolean;
}

/** An explanation, and of which misses it is one. */
export interface Reason {
  readonly says: string;
  /** Whether it is one of this miss; `float32` is the figure by that gradient, where there is one. */
  readonly fits: (ours: number, paper: number, float32?: number) => boolean;
}

/** What a claim comes to, by one gradient. */
export interface Judgement {
  /** Our figure, the mean over the seeds; null if it was not run or is undefined. */
  readonly mean: number | null;
  readonly verdict: Verdict;
  /** Why it was not run, or not judged in full. */
  readonly why?: string;
  /** What we believe explains the miss. */
  readonly reason?: string;
}

/** A claim and what it comes to. */
export interface Judged extends Omit<Claim, "reason">, Judgement {
  /** The same by the gradient of plain float32 arithmetic, where that was measured. */
  readonly float32?: Judgement;
}

/** What a claim comes to: the first three if the paper has a figure, the next two if not. */
export type Verdict =
  | "within tolerance"
  | "ordering holds"
  | "missed"
  | "holds"
  | "does not hold"
  | "not run";

/** What was measured, and where. */
export interface Run extends RunSize {
  readonly measurements: Measurements;
}

/** `claim` against what was measured. */
export function judge({ reason, ...claim }: Claim, run: Run): Judged {
  const full = { ...claim, reason };
  const float32 = claim.gradient === "exact" && run.measurements[inFloat32(claim.id)] !== undefined;
  return {
    ...claim,
    ...judgement(full, run),
    ...(float32 && { float32: judgement(full, { ...run, measurements: float32Of(run.measurements) }) }),
  };
}

function judgement(claim: Claim, { measurements, ...on }: Run): Judgement {
  const { id, paper, ordering, provided, budgets, reason } = claim;
  const mean = measurements[id];
  if (mean === undefined) {
    const elsewhere = budgets && on.budget && !budgets.includes(on.budget);
    const why = elsewhere ? `only in the budget ${budgets.join(" or ")}` : "not measured";
    return { mean: null, verdict: "not run", why };
  }
  const missing = ordering?.of.filter((other) => measurements[other] === undefined) ?? [];
  const why = missing.length > 0 ? `the ordering needs ${missing.join(", ")}` : undefined;
  const holds = ordering?.holds(measurements, on) ?? false;
  if (paper === null) {
    if (why) return { mean, verdict: "not run", why };
    return { mean, verdict: holds ? "holds" : "does not hold" };
  }
  const counts = mean !== null && (provided?.holds(measurements, on) ?? true);
  if (counts && fits(claim, mean)) return { mean, verdict: "within tolerance" };
  const float32 = measurements[inFloat32(id)] ?? undefined;
  const fitting = mean !== null && reason?.fits(mean, paper, float32) ? { reason: reason.says } : {};
  if (counts && holds) return { mean, verdict: "ordering holds", ...fitting };
  return { mean, verdict: "missed", ...(why && { why }), ...fitting };
}

function fits({ paper, tolerance, relation = "about" }: Claim, ours: number): boolean {
  if (paper === null || !tolerance) return false;
  const [low, high] = windowOf(paper, tolerance);
  return (relation === "at most" || ours >= low) && (relation === "at least" || ours <= high);
}

/** The least and the greatest figure within `tolerance` of `paper`. */
export function windowOf(paper: number, { by, on }: Tolerance): [low: number, high: number] {
  if (on !== "logits") return [paper - by, paper + by];
  const odds = paper / (100 - paper);
  const rate = (odds: number) => 100 * odds / (1 + odds);
  // e to the `by`, from its series: no engine's own exponential
  let [factor, term] = [1, 1];
  for (let k = 1; k < 20; k++) factor += term *= by / k;
  return [rate(odds / factor), rate(odds * factor)];
}

/** The rule by which `claim` is judged, in words. */
export function ruleOf(claim: Claim): string {
  const { paper, tolerance, relation = "about", unit, ordering, provided } = claim;
  if (paper === null || !tolerance) return `holds if ${ordering?.says}`;
  // near 100 % three digits would say that all is within
  const [low, high] = windowOf(paper, tolerance).map((bound) =>
    `${Number(bound.toPrecision(unit === "%" && bound > 99 ? 4 : 3))}`
  );
  const of = unit === "%" ? " %" : "";
  const within = relation === "at least"
    ? `at least ${low}${of}`
    : relation === "at most" || paper === 0
    ? `at most ${high}${of}`
    : `from ${low} to ${high}${of}`;
  const how = tolerance.on === "logits" ? ` (± ${tolerance.by} on logits)` : "";
  const looked = tolerance.fitted ? ", a tolerance set after a look at a run" : "";
  const only = provided ? `, provided that ${provided.says}` : "";
  const least = ordering ? `; else the ordering holds if ${ordering.says}` : "";
  return `within tolerance ${within}${how}${looked}${only}${least}`;
}

/** The name of a measurement of the attack by the gradient of plain float32: `maxout.fgsm in float32.error`. */
export function inFloat32(id: string): string {
  return id.replace(/(\.error|\.confidence)?$/, " in float32$1");
}

/** `measurements` with those of the float32 gradient in the place of the exact one's, where there are such. */
function float32Of(measurements: Measurements): Measurements {
  const names = Object.keys(measurements).filter((id) => Object.hasOwn(measurements, inFloat32(id)));
  return { ...measurements, ...Object.fromEntries(names.map((id) => [id, measurements[inFloat32(id)]])) };
}
