/** Comparison with an earlier check of another model on the same examples, example by example. @module */

import { InputError } from "../errors.ts";
import { shown } from "../wording.ts";
import type { ConfiguredAttack } from "./attack_choice.ts";
import { bitsOf, type ConditionOutcome, type Found } from "./condition_outcome.ts";
import type { Baseline } from "./read_baseline.ts";
import { mcnemar, mostWorse } from "./significance.ts";

/** One condition, before and now. */
export interface ConditionComparison {
  /** What was tried, as outcomes call it. */
  readonly on: string;
  /** The size of the perturbation; null for `clean`. */
  readonly epsilon: number | null;
  /** Examples that were wrong before, and are now. */
  readonly errors: readonly [before: number, now: number];
  /** The 95 % Wilson intervals of both rates. */
  readonly intervals: readonly [before: readonly [number, number], now: readonly [number, number]];
  /** Examples that were right before and are wrong now. */
  readonly worse: number;
  /** Examples that were wrong before and are right now. */
  readonly better: number;
  /** McNemar's exact test, two-sided. */
  readonly pValue: number;
  /**
   * The greatest rise of the error rate that the test, one-sided at `level`, does not call worse, with so many examples
   * better: a smaller one cannot be told from chance.
   */
  readonly unseen: number;
}

/** A comparison with a baseline, ready for JSON. */
export interface BaselineComparison {
  /** What it is compared with. */
  readonly baseline: {
    readonly model: string;
    readonly kernels: string;
    readonly sha256: { readonly model: string; readonly data: string };
  };
  /** Level of the tests. */
  readonly level: number;
  /** One for each condition that both were found under. */
  readonly at: readonly ConditionComparison[];
}

/** What stands in `now` and was found under the same conditions in the `baseline`, beside each other. */
export function compared(baseline: Baseline, now: Found, level: number): BaselineComparison {
  const { model, kernels, sha256, examples, outcomes } = baseline;
  const at = now.outcomes.flatMap((after): ConditionComparison[] => {
    const before = outcomes.find((each) => isAlike(each, after));
    if (!before || difference(after, baseline, now)) return [];
    const [was, is] = [before, after].map(({ wrong }) => bitsOf(wrong, examples));
    const worse = is.filter((wrong, i) => wrong && !was[i]).length;
    const better = was.filter((wrong, i) => wrong && !is[i]).length;
    return [{
      on: after.on,
      epsilon: after.epsilon,
      errors: [before.errors, after.errors],
      intervals: [before.interval, after.interval],
      worse,
      better,
      pValue: mcnemar(worse, better).pValue,
      unseen: (mostWorse(better, level) - better) / examples,
    }];
  });
  return { baseline: { model, kernels, sha256 }, level, at };
}

/** What is compared: on what, and at which size. */
type Place = Pick<ConditionOutcome, "on" | "epsilon">;

function isAlike(a: Place, b: Place): boolean {
  return a.on === b.on && a.epsilon === b.epsilon;
}

/**
 * @throws {InputError} if what the baseline says of `place` was found under other conditions than `now`, or not at all, or
 *   so few examples show no difference at `level`
 */
export function checkComparable(place: Place, level: number, baseline: Baseline, now: Found): void {
  const least = mostWorse(0, level) + 1;
  const problem = difference(place, baseline, now) ??
    (baseline.examples < least
      ? `${baseline.examples} examples show no difference at level ${level}, even if all of them were wrong now; ${least} are the fewest that could`
      : undefined);
  if (problem !== undefined) throw new InputError("value", "compare with the baseline", problem);
}

/** Why `place` cannot be compared; nothing if it can. */
function difference(place: Place, baseline: Baseline, now: Found): string | undefined {
  const { on, epsilon } = place;
  const what = epsilon === null ? on : `${on} at epsilon ${epsilon}`;
  if (!baseline.outcomes.some((each) => isAlike(each, place))) {
    return `it says nothing of ${what}; make it anew by the same gate`;
  }
  const worst = on === "attacked" || on === "certified";
  if (worst && !baseline.robustness?.at.find((each) => each.epsilon === epsilon)?.complete) {
    return `time was up before all of ${what} was tried there; make it anew with more`;
  }
  const [was, is] = [baseline, now].map((found) => conditionsOf(place, found));
  const text = (of: Readonly<Record<string, unknown>>, name: string) =>
    of[name] === undefined || of[name] === null ? "none" : JSON.stringify(of[name]);
  const name = [...Object.keys(was), ...Object.keys(is)].find((name) => text(was, name) !== text(is, name));
  if (name === undefined) return undefined;
  const [there, here] = [was, is].map((of) => shown(text(of, name)).slice(1, -1).replaceAll('"', ""));
  return `${what} was found with ${name} ${there} there, and ${here} here`;
}

/** How what is known of a place was found, by name. */
function conditionsOf({ on, epsilon }: Place, { conditions, robustness }: Found): Record<string, unknown> {
  if (on === "clean") return {};
  if (on !== "attacked" && on !== "certified") {
    const { attacks, ...rest } = conditions;
    const { name: _, options, ...own }: Partial<ConfiguredAttack> = attacks.find(({ name }) => name === on) ??
      {};
    return { ...rest, ...own, ...options };
  }
  const { constraint, seed, effort, at } = robustness!;
  const { epsilon: _, ...within } = constraint ?? {};
  const method = at.find((each) => each.epsilon === epsilon)?.certified?.method;
  return { ...within, seed, effort, ...(on === "certified" && { method }) };
}
