/** Output of commands: files, tables, percentages. @module */

import type { AttackedRates, EvaluationConditions } from "../../src/evaluate/evaluation.ts";
import type { RobustnessReport } from "../../src/evaluate/robustness_report.ts";
import type { Warning } from "../../src/evaluate/warnings.ts";
import { type Matrix, type Rates, type Tensor, writeSafetensors } from "../../src/mod.ts";
import { quoted } from "../../src/wording.ts";
import { writeFileWhole } from "../files.ts";
import { wrapped } from "./help.ts";

export { rates } from "../../src/evaluate/evaluation.ts";

/** Writes `tensors` and `metadata` to the safetensors file at `path`. */
export async function writeTensors(
  path: string,
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  await writeFileWhole(path, writeSafetensors(tensors, metadata));
}

/** `m` as a tensor, (rows, cols). */
export function matrixTensor({ rows, cols, data }: Matrix): Tensor {
  return { shape: [rows, cols], data };
}

/** `values` as a tensor, (B). */
export function vectorTensor(values: ArrayLike<number>): Tensor {
  return { shape: [values.length], data: Int32Array.from(values) };
}

/** The name of a class as tables show it: a plain word, or in quotes, short and without control characters. */
export function nameShown(name: string): string {
  return /^[\w.+-]{1,40}$/.test(name) ? name : quoted(name);
}

/** `fraction` in percent; a dash for none, or what is not known. */
export function percent(fraction: number | null): string {
  return fraction === null || Number.isNaN(fraction) ? "–" : `${(100 * fraction).toFixed(2)} %`;
}

/**
 * Lines of aligned columns, the first to the left and the others to the right. What is wider than `width` is broken into
 * several such blocks, each with the first column.
 */
export function table(rows: readonly (readonly string[])[], width = Infinity): string {
  const widths = rows[0].map((_, j) => Math.max(...rows.map((row) => row[j].length)));
  const blocks: number[][] = [[]];
  let used = widths[0];
  for (let j = 1; j < widths.length; j++) {
    if (used + 2 + widths[j] > width && blocks.at(-1)!.length > 0) {
      blocks.push([]);
      used = widths[0];
    }
    blocks.at(-1)!.push(j);
    used += 2 + widths[j];
  }
  const line = (row: readonly string[], columns: readonly number[]) =>
    [row[0].padEnd(widths[0]), ...columns.map((j) => row[j].padStart(widths[j]))].join("  ").trimEnd();
  return blocks.map((columns) => rows.map((row) => line(row, columns)).join("\n")).join("\n\n");
}

/** What ε bounds, in words. */
export const DISTANCES = {
  Linf: "L∞ norm, input units",
  L2: "L2 norm, input units",
  L1: "L1 norm, input units",
  L0: "number of features that change",
  angle: "angle at the origin, radians",
} as const;

/** Error and confidence in percent: a table for each norm or unit, a line for each attack and ε in it. */
export function ratesTables(clean: Rates, attacked: readonly AttackedRates[], width?: number): string {
  const cells = ({ errorRate, confidence, confidenceOnErrors }: Rates) =>
    [errorRate, confidence, confidenceOnErrors].map(percent);
  const head = ["error", "confidence", "on errors"];
  const distances = [...new Set(attacked.map(({ distance }) => distance))];
  return [
    table([["", ...head], ["clean", ...cells(clean)]], width),
    ...distances.map((distance) =>
      [
        `Under attack: epsilon is the ${DISTANCES[distance]}`,
        table([
          ["attack", "epsilon", ...head, "fooled"],
          ...attacked.filter((each) => each.distance === distance)
            .map((each) => [each.attack, `${each.epsilon}`, ...cells(each), percent(each.fooledRate)]),
        ], width),
      ].join("\n")
    ),
  ].join("\n\n");
}

/** The worst case: what is known at each size, and what each attack of the cascade came to. */
export function bracketTables(
  { norm, effort, at }: Pick<RobustnessReport, "norm" | "effort" | "at">,
  width?: number,
): string {
  const seconds = (value: number | null) => value === null ? "–" : `${value.toFixed(1)} s`;
  const cascade = at.flatMap(({ epsilon, attacked }) =>
    attacked.byAttack.map((
      each,
    ) => [`${epsilon}`, each.attack, percent(each.errorRate), seconds(each.seconds)])
  );
  return [
    `In the worst case: epsilon is the ${DISTANCES[norm]}; effort ${effort}`,
    table([
      ["epsilon", "attacked", "certified", "unresolved", "bounds", "time"],
      ...at.map(({ epsilon, attacked, certified, unresolved, complete }) => [
        `${epsilon}`,
        percent(attacked.errorRate),
        percent(certified?.errorRate ?? null),
        `${unresolved}${complete ? "" : " (stopped)"}`,
        certified?.method ?? "–",
        seconds(certified?.seconds ?? null),
      ]),
    ], width),
    "",
    "Error after each attack, of what the ones before had left:",
    table([["epsilon", "attack", "error", "time"], ...cascade], width),
  ].join("\n");
}

/** What the columns of the first of these mean. */
export const BRACKET_LEGEND =
  "attacked: at least this is wrong in the worst case. certified: at most this. unresolved: examples of which neither is " +
  "known.";

/** Warnings about an evaluation, in lines of `width`. */
export function warningLines(warnings: readonly Warning[], width: number): string {
  return warnings.flatMap(({ name, text }) => wrapped(`Warning: ${text} (${name})`, width)).join("\n");
}

/** What the columns of such tables mean. */
export const LEGEND =
  "error: wrong, of all. fooled: wrong under attack, of those right when clean. confidence: mean probability of the " +
  "predicted class, of all and of the wrong ones.";

/** How attacks were run, in lines of `width`. */
export function conditionsText(
  { bounds, seed, attacks }: EvaluationConditions,
  { split, kernels, width }: { split?: string; kernels: string; width: number },
): string {
  const own = attacks.map(({ name, attack, options }) => {
    const given = Object.entries(options).map(([key, value]) => `${key} ${value}`);
    return `${name}${name === attack ? "" : ` (${attack})`}${
      given.length > 0 ? `: ${given.join(", ")}` : ""
    }`;
  });
  const common = [
    ...(split ? [`${split} examples`] : []),
    bounds ? `inputs within ${bounds.join(" … ")}` : "inputs without bounds",
    `seed ${seed}`,
    `${kernels} kernels`,
  ];
  return [`${common.join(", ")}.`, ...own].flatMap((line) => wrapped(line, width)).join("\n");
}
