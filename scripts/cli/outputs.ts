/** What commands give back: files, tables, percentages. @module */

import type { AttackedRates } from "../../src/evaluate/evaluation.ts";
import { type Matrix, type Rates, type Tensor, writeSafetensors } from "../../src/mod.ts";
import { writeFileWhole } from "../files.ts";

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

/** `fraction` in percent; a dash for none. */
export function percent(fraction: number | null): string {
  return fraction === null ? "–" : `${(100 * fraction).toFixed(2)} %`;
}

/** Lines of aligned columns, the first to the left and the others to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, j) => Math.max(...rows.map((row) => row[j].length)));
  return rows.map((row) =>
    row.map((cell, j) => j === 0 ? cell.padEnd(widths[j]) : cell.padStart(widths[j])).join("  ").trimEnd()
  ).join("\n");
}

/** Error and confidence in percent, a line for each attack and budget. */
export function ratesTable(clean: Rates, attacked: readonly AttackedRates[]): string {
  const cells = ({ errorRate, confidence, confidenceOnErrors }: Rates) =>
    [errorRate, confidence, confidenceOnErrors].map(percent);
  return table([
    ["attack", "epsilon", "error", "confidence", "on errors"],
    ["none", "", ...cells(clean)],
    ...attacked.map((each) => [each.attack, `${each.epsilon}`, ...cells(each)]),
  ]);
}
