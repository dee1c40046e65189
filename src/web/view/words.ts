/** Numbers and findings in words. @module */

import type { Curves, Verdict } from "../lab/protocol.ts";

/** A fraction as percent: 99.6 %, 3.1 %, 0.02 %. */
export function percent(fraction: number): string {
  const value = 100 * fraction;
  const digits = value === 0 || value >= 99.95 ? 0 : value < 0.1 ? 2 : 1;
  return `${value.toFixed(digits)} %`;
}

/** ε with as many digits as the slider has. */
export function inEpsilon(epsilon: number): string {
  return `${+epsilon.toFixed(3)}`.replace("-", "−");
}

/** What a model says of an image: a 7, 98.2 %. */
export function verdict({ predicted, confidence }: Verdict): string {
  return `${predicted}, ${percent(confidence)}`;
}

/** Which class has the highest score, from the least ε to the greatest: "1 up to 0.1, then 7". */
export function leaders({ epsilons, scores }: Pick<Curves, "epsilons" | "scores">): string {
  const parts: string[] = [];
  let leader = best(scores, 0);
  for (let i = 1; i < epsilons.length; i++) {
    const next = best(scores, i);
    if (next !== leader) parts.push(`${leader} up to ${inEpsilon(epsilons[i - 1])}`);
    leader = next;
  }
  return [...parts, `${leader}`].join(", then ");
}

/** The class whose score at place `i` is highest. */
export function best(scores: readonly ArrayLike<number>[], i: number): number {
  return scores.reduce((leader, score, c) => score[i] > scores[leader][i] ? c : leader, 0);
}
