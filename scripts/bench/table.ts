/** Rows as text. @module */

import { table as aligned } from "../cli/outputs.ts";
import type { Row } from "./rows.ts";

/** The rows of a part as aligned lines below its name. */
export function table(rows: readonly Row[]): string {
  const lines = rows.map(({ name, kernels, threads, unit, median, quartiles: [low, high], share }) => [
    name,
    kernels
      ? `${kernels}${threads === 1 ? "" : `, ${threads} threads`}`
      : threads
      ? `${threads} threads`
      : "",
    figure(median),
    `± ${Math.round(50 * (high - low) / median)} %`,
    unit,
    share === undefined ? "" : `${Math.round(100 * share)} %`,
  ]);
  const head = [
    rows[0].part,
    "kernels",
    "median",
    "spread",
    "",
    rows.some(({ share }) => share) ? "of peak" : "",
  ];
  return aligned([head, ...lines]);
}

/** Three digits. */
export function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 1 ? value.toPrecision(3) : value.toFixed(3);
}
