/** What a check found, in words for a terminal. @module */

import type { BaselineComparison } from "../../../src/evaluate/baseline.ts";
import type { CheckReport } from "../../../src/evaluate/check_report.ts";
import type { Verdict } from "../../../src/evaluate/verdicts.ts";
import { wrapped } from "../help.ts";
import {
  bracketTables,
  conditionsText,
  LEGEND,
  percent,
  ratesTables,
  table,
  warningLines,
} from "../outputs.ts";

/** The report in words, in lines of `width`. */
export function inWords(
  report: CheckReport,
  { family, reading, width }: { family: string; reading: string; width: number },
): string {
  const { model, data, clean, attacked, noise, verdicts, conditions, kernels, robustness, comparison } =
    report;
  return [
    [
      `${model} (${family}) on ${data.examples} examples of ${data.name}`,
      ...wrapped(`data: ${reading}`, width),
    ]
      .join("\n"),
    ratesTables(clean, [...attacked, ...noise], width),
    ...(robustness ? [bracketTables(robustness, width)] : []),
    table([
      ["", "errors", "rate", "95 % interval"],
      ...report.outcomes.map((each) => [
        placeOf(each),
        `${each.errors}`,
        percent(each.errors / data.examples),
        intervalText(each.interval),
      ]),
    ], width),
    ...(comparison ? [comparisonText(comparison, { examples: data.examples, kernels, width })] : []),
    table([
      ["", "rate", "at most"],
      ...verdicts.map((each) => [`${each.passed ? "pass" : "FAIL"}  ${nameOf(each)}`, ...valuesOf(each)]),
    ], width),
    [conditionsText(conditions, { split: data.split, kernels, width }), ...wrapped(LEGEND, width)].join("\n"),
    ...notesOf(report).map((note) => wrapped(note, width).join("\n")),
    ...(robustness && robustness.warnings.length > 0 ? [warningLines(robustness.warnings, width)] : []),
    summaryOf(verdicts),
  ].join("\n\n");
}

/** How many thresholds are met, in a sentence without a period. */
export function summaryOf(verdicts: readonly Verdict[]): string {
  const failed = verdicts.filter(({ passed }) => !passed).length;
  return failed === 0 ? "All thresholds are met" : `${failed} of ${verdicts.length} thresholds are not met`;
}

/** What must be said beside the numbers, warnings of the worst case aside. */
export function notesOf({ attacked, data, notes }: CheckReport): string[] {
  return [
    ...attacked.filter(({ zeroGradients }) => zeroGradients > 0).map(({ attack, epsilon, zeroGradients }) =>
      `Warning: at ${zeroGradients} of ${data.examples} examples ${attack} ${epsilon} met a gradient of 0 in every input, and is blind to them`
    ),
    ...notes.map((note) => `Note: ${note}`),
  ];
}

/** What a rate is of. */
export function placeOf({ on, epsilon }: { readonly on: string; readonly epsilon: number | null }): string {
  return epsilon === null ? on : `${on} ${epsilon}`;
}

/** What a verdict is about. */
export function nameOf(verdict: Verdict): string {
  return `${placeOf(verdict)} ${verdict.rate}`;
}

/** A verdict's rate and the most that it may be; for `noWorse`, the rise and the largest that chance explains. */
export function valuesOf({ rate, value, max }: Verdict): [value: string, max: string] {
  const text = (of: number | null) =>
    `${rate === "noWorse" && of !== null && of > 0 ? "+" : ""}${percent(of)}`;
  return [text(value), text(max)];
}

/** An interval in percent. */
export function intervalText([least, greatest]: readonly [number, number]): string {
  return `${percent(least).replace(" %", "")} … ${percent(greatest)}`;
}

/** The rows of a comparison, under a heading. */
export function comparisonRows({ at }: BaselineComparison, examples: number): string[][] {
  return [
    ["", "before", "now", "worse", "better", "p", "unseen"],
    ...at.map((each) => [
      placeOf(each),
      ...each.errors.map((errors) => percent(errors / examples)),
      `${each.worse}`,
      `${each.better}`,
      each.pValue < 1e-4 ? "< 0.0001" : each.pValue.toFixed(4),
      `≤ ${percent(each.unseen)}`,
    ]),
  ];
}

/** What a comparison rests on, and what its columns mean. */
export function comparisonLegend({ baseline, level }: BaselineComparison, kernels: string): string {
  const other = baseline.kernels === kernels
    ? ""
    : ` The baseline was made by other kernels, ${baseline.kernels}.`;
  return `before is ${baseline.model}, SHA-256 ${
    baseline.sha256.model.slice(0, 12)
  }…, on the same examples. worse: right ` +
    `before and wrong now; better: the other way. p: McNemar's exact test, two-sided. unseen: a rise of the error that so ` +
    `many examples cannot tell from chance, one-sided at level ${level}, for each line by itself.${other}`;
}

function comparisonText(
  comparison: BaselineComparison,
  { examples, kernels, width }: { examples: number; kernels: string; width: number },
): string {
  return [
    "Beside the baseline",
    table(comparisonRows(comparison, examples), width),
    ...wrapped(comparisonLegend(comparison, kernels), width),
  ].join("\n");
}
