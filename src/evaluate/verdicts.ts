/** Rates of a check beside the thresholds of its gate. @module */

import type { Distance } from "../constraints/constraint.ts";
import { InputError } from "../errors.ts";
import { checkComparable, compared } from "./baseline.ts";
import type { Found } from "./condition_outcome.ts";
import type { Baseline } from "./read_baseline.ts";
import type { AttackedRates, Evaluation } from "./evaluation.ts";
import { type Gate, LIMITED, type Threshold } from "./gate.ts";
import type { Rates } from "./measure.ts";
import type { RobustnessReport, WorstCase } from "./robustness_report.ts";
import type { WarningName } from "./warnings.ts";

/** One rate beside its threshold. */
export interface Verdict {
  /** What the rate is of: `clean`, `attacked` or `certified`, `noise`, or what an attack is called. */
  readonly on: string;
  /** The size of the perturbation; null for `clean`. */
  readonly epsilon: number | null;
  /** Which rate. */
  readonly rate: "errorRate" | "confidenceOnErrors" | "errorOverNoise" | "noWorse";
  /** Its value; null for the confidence on errors where there is none. Of `noWorse`, the rise of the error rate. */
  readonly value: number | null;
  /** The most that it may be; of `noWorse`, the greatest rise that McNemar's test does not call worse. */
  readonly max: number;
  /** Whether it is no more. */
  readonly passed: boolean;
}

/** Error and confidence under noise of the size of an attack. */
export interface NoiseRates extends AttackedRates {
  /** What each input moves by, so that the noise is of size ε in its norm. */
  readonly step: number;
}

/** @throws {InputError} if a verdict on the worst case rests on a search that showed nothing, or on half of one */
export function checkJudged({ warnings, clean, at }: RobustnessReport, verdicts: readonly Verdict[]): void {
  const fail = (on: string, problem: string) => {
    throw new InputError("value", `judge by ${on}`, problem);
  };
  const shareOf = (name: WarningName) => warnings.find((warning) => warning.name === name)?.share ?? 0;
  for (const { on, epsilon, passed } of verdicts) {
    if (on !== "attacked" && on !== "certified") continue;
    if (shareOf("inputsOutsideBounds") > 0) {
      fail(on, "examples are outside the bounds, and nothing was tried on them; give bounds that hold them");
    }
    // an error that was found is one whatever else is not known, and so is one that is excluded
    if (on === "attacked" ? !passed : passed) continue;
    if (on === "attacked" && clean.errorRate < 1 && shareOf("zeroGradients") >= 1 - clean.errorRate) {
      fail(
        on,
        "the gradient is 0 in every input of all examples, which hides from attacks whatever the model does",
      );
    }
    if (!at.find((each) => each.epsilon === epsilon)!.complete) {
      fail(on, `time was up at ${epsilon} before all was tried; give more, or fewer examples by --limit N`);
    }
  }
}

/** Level of the tests where no threshold says it. */
const LEVEL = 0.05;

export function levelOf({ thresholds = [] }: Gate): number {
  return thresholds.find(({ noWorse }) => noWorse !== undefined)?.noWorse ?? LEVEL;
}

/** What a threshold asks beside the baseline. */
export function pairedVerdicts(
  { on, epsilon, noWorse: level }: Threshold,
  baseline: Baseline,
  now: Found,
): Verdict[] {
  if (level === undefined) return [];
  const places = now.outcomes.filter((each) =>
    each.on === on && (epsilon === undefined || each.epsilon === epsilon)
  );
  for (const place of places) checkComparable(place, level, baseline, now);
  return compared(baseline, { ...now, outcomes: places }, level).at.map((each): Verdict => {
    const value = (each.worse - each.better) / baseline.examples;
    const verdict = { on, epsilon: each.epsilon, rate: "noWorse", value, max: each.unseen } as const;
    return { ...verdict, passed: value <= each.unseen };
  });
}

/** The parts of a report that hold rates. */
interface Ratable extends Pick<Evaluation, "clean" | "attacked"> {
  readonly noise: readonly NoiseRates[];
  readonly robustness: WorstCase | null;
}

/** A row of the report that a threshold may be about. */
interface Row extends Partial<Omit<Rates, "errorRate">> {
  readonly errorRate: number;
  readonly on: string;
  readonly epsilon: number | null;
  readonly errorOverNoise?: number;
}

export function rowsOf(
  { clean, attacked, noise, robustness }: Ratable,
): Row[] {
  const overNoise = (norm: Distance, epsilon: number, errorRate: number) => {
    const control = noise.find((each) => each.distance === norm && each.epsilon === epsilon);
    return control && errorRate - control.errorRate;
  };
  const worst = robustness?.at.flatMap(({ epsilon, attacked: { errorRate }, certified }): Row[] => [
    { on: "attacked", epsilon, errorRate, errorOverNoise: overNoise(robustness.norm, epsilon, errorRate) },
    ...(certified ? [{ on: "certified", epsilon, errorRate: certified.errorRate }] : []),
  ]) ?? [];
  return [
    { ...clean, on: "clean", epsilon: null },
    ...worst,
    ...noise.map((each) => ({ ...each, on: "noise" })),
    ...attacked.map((each) => ({
      ...each,
      on: each.attack,
      errorOverNoise: overNoise(each.distance, each.epsilon, each.errorRate),
    })),
  ];
}

export function verdictsOn(threshold: Threshold, rows: readonly Row[]): Verdict[] {
  const { on, epsilon } = threshold;
  return rows
    .filter((row) => row.on === on && (epsilon === undefined || row.epsilon === epsilon))
    .flatMap((row) =>
      LIMITED.flatMap((rate) => {
        const max = threshold[rate], value = row[rate];
        if (max === undefined || value === undefined) return [];
        return [{ on, epsilon: row.epsilon, rate, value, max, passed: value === null || value <= max }];
      })
    );
}
