/** Comparison with an earlier check of another model on the same examples, example by example. @module */

import { InputError } from "../errors.ts";
import { checkedMembers } from "../fields.ts";
import { any, type Field, integer } from "../schema.ts";
import { shown } from "../wording.ts";
import type { ConfiguredAttack } from "./attack_choice.ts";
import type { EvaluationConditions } from "./evaluation.ts";
import type { WorstCase } from "./robustness.ts";
import { mcnemar, mostWorse, wilsonInterval } from "./significance.ts";

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

function bitsOf(hex: string, count: number): boolean[] {
  return Array.from({ length: count }, (_, i) => (parseInt(hex[i >> 2], 16) & 8 >> i % 4) !== 0);
}

/** What of an earlier report is compared with. */
export interface Baseline extends Found {
  /** The model by name. */
  readonly model: string;
  /** SHA-256 of its model and of the examples. */
  readonly sha256: { readonly model: string; readonly data: string };
  /** Number of examples. */
  readonly examples: number;
  /** Build of the kernels. */
  readonly kernels: string;
}

/** What a check found of each example, and how. */
interface Found {
  readonly conditions: EvaluationConditions;
  readonly robustness: WorstCase | null;
  readonly outcomes: readonly ConditionOutcome[];
}

const text = { kind: "text", help: "", required: true } as const satisfies Field;
const part = { ...any(""), required: true } as const satisfies Field;
const count = integer("", { min: 1, required: true });

/**
 * The baseline in `value`, the report of an earlier check in JSON with the hashes of its model and examples; those of now
 * have the hash `data`.
 *
 * @throws {InputError} if it is none, or of other examples
 */
export function readBaseline(value: unknown, data: string): Baseline {
  const fail = (problem: string): never => {
    throw new InputError("format", "use a baseline", problem);
  };
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, "outcomes")) {
    return fail("it is no report that check wrote by --out");
  }
  const members = (value: unknown, schema: Readonly<Record<string, Field>>, place: string) => {
    if (typeof value !== "object" || value === null) return fail(`${place} must be an object`);
    const known = Object.fromEntries(Object.entries(value).filter(([name]) => Object.hasOwn(schema, name)));
    return checkedMembers(schema, known, { place, fail });
  };
  const report = members(value, {
    model: text,
    kernels: text,
    sha256: part,
    data: part,
    outcomes: part,
    conditions: part,
    robustness: part,
  }, "");
  const sha256 = members(report.sha256, { model: text, data: text }, "sha256");
  if (sha256.data !== data) {
    return fail("its examples are others, or were scaled otherwise; make it anew on the data of today");
  }
  const { examples } = members(report.data, { examples: count }, "data") as { examples: number };
  if (!Array.isArray(report.outcomes)) return fail("outcomes must be a list");
  const digits = Math.ceil(examples / 4);
  const outcomes = report.outcomes.map((each, i) => {
    const place = `outcomes[${i}]`;
    const { on, epsilon, wrong } = members(each, { on: text, epsilon: part, wrong: text }, place) as {
      on: string;
      epsilon: number | null;
      wrong: string;
    };
    if (epsilon !== null && typeof epsilon !== "number") {
      return fail(`${place}.epsilon must be a number or null`);
    }
    if (wrong.length !== digits || !/^[0-9a-f]*$/.test(wrong)) {
      return fail(`${place}.wrong must be ${digits} hexadecimal digits, for ${examples} examples`);
    }
    return conditionOutcome(on, epsilon, bitsOf(wrong, examples));
  });
  const objects = (value: unknown, place: string) =>
    Array.isArray(value) && value.every((each) => typeof each === "object" && each !== null)
      ? value
      : fail(`${place} must be a list of objects`);
  objects(members(report.conditions, { attacks: part }, "conditions").attacks, "conditions.attacks");
  if (report.robustness !== null) {
    objects(members(report.robustness, { at: part, constraint: part }, "robustness").at, "robustness.at");
  }
  const { model, kernels, conditions, robustness } = report as unknown as Baseline;
  return {
    model,
    kernels,
    examples,
    outcomes,
    conditions,
    robustness,
    sha256: sha256 as Baseline["sha256"],
  };
}

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
