/** Which examples are wrong under one condition, as a short text. @module */

import type { EvaluationConditions } from "./evaluation.ts";
import type { WorstCase } from "./robustness_report.ts";
import { wilsonInterval } from "./significance.ts";

/** Which examples are wrong under one condition. */
export interface ConditionOutcome {
  /** What was tried: `clean`, `attacked` or `certified`, or what an attack is called. */
  readonly on: string;
  /** The size of the perturbation; null for `clean`. */
  readonly epsilon: number | null;
  /** Examples that are wrong; of `certified`, those that no certificate settles. */
  readonly errors: number;
  /** The 95 % Wilson interval of their rate. */
  readonly interval: readonly [number, number];
  /** A bit for each example, 1 where it is wrong: four in a hexadecimal digit, the first the highest; 0 fills the last. */
  readonly wrong: string;
}

/** The outcome of examples that are `wrong` or not. */
export function conditionOutcome(
  on: string,
  epsilon: number | null,
  wrong: readonly boolean[],
): ConditionOutcome {
  const errors = wrong.filter(Boolean).length;
  return { on, epsilon, errors, interval: wilsonInterval(errors, wrong.length), wrong: hexOf(wrong) };
}

function hexOf(bits: readonly boolean[]): string {
  return Array.from(
    { length: Math.ceil(bits.length / 4) },
    (_, i) => [8, 4, 2, 1].reduce((digit, value, j) => digit + (bits[4 * i + j] ? value : 0), 0).toString(16),
  ).join("");
}

export function bitsOf(hex: string, count: number): boolean[] {
  return Array.from({ length: count }, (_, i) => (parseInt(hex[i >> 2], 16) & 8 >> i % 4) !== 0);
}

/** What a check found of each example, and how. */
export interface Found {
  readonly conditions: EvaluationConditions;
  readonly robustness: WorstCase | null;
  readonly outcomes: readonly ConditionOutcome[];
}
