/** Rows as text. @module */

import { table as aligned } from "../cli/outputs.ts";
import type { Row } from "./rows.ts";

/** The rows of a part as aligned lines below its name. */
export function table(rows: readonly Row[]): string {
  return aligned(cells(rows));
}

/** The same as text by line and column, titles first. */
export function cells(rows: readonly Row[]): string[][] {
  const lines = rows.map(({ name, unit, median, quartiles: [low, high], share, ratio, ...row }) => [
    name,
    ranOn(row),
    figure(median),
    `± ${Math.round(50 * (high - low) / median)} %`,
    unit,
    share === undefined ? "" : `${Math.round(100 * share)} %`,
    ratio === undefined ? "" : `× ${figure(ratio)}`,
  ]);
  const all = [[rows[0].part, "", "median", "spread", "", "of peak", "time"], ...lines];
  // an empty column is left out
  const visible = all[0].map((title, j) => title === "" || lines.some((line) => line[j] !== ""));
  return all.map((line) => line.filter((_, j) => visible[j]));
}

/** A short name: one thread is not mentioned. */
function ranOn({ library, kernels, threads = 1 }: Pick<Row, "library" | "kernels" | "threads">): string {
  const many = threads > 1 ? `${threads} threads` : undefined;
  return [library, kernels, many].filter(Boolean).join(", ");
}

/** `value` in three significant digits. */
export function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 1 ? value.toPrecision(3) : value.toFixed(3);
}
