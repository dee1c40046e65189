/** What came of the checks. @module */

import { differences } from "../conformance/mod.ts";
import type { Check, Setting } from "./check.ts";
import { findTool, type Found, type Tool } from "./tools.ts";

/** A row of the table. */
export interface Row {
  readonly host: string;
  readonly form: string;
  /** Version of the host; none if it is not here. */
  readonly version?: string;
  readonly result: "equal" | "differs" | "holds" | "failed" | "not found";
  /** Rows of the conformance table that differ, or what went wrong, or what to install. */
  readonly detail?: string;
  /** The build that the host chooses by itself. */
  readonly kernels?: string;
  /** Threads that computed, of two. */
  readonly threads?: number;
  readonly seconds?: number;
}

/** Where each of the tools is that `checks` need. */
export async function findAll(
  checks: readonly Pick<Check, "needs">[],
): Promise<Map<Tool, Found | undefined>> {
  const all = new Set(checks.flatMap(({ needs }) => needs));
  return new Map(await Promise.all([...all].map(async (tool) => [tool, await findTool(tool)] as const)));
}

/** What comes of `check` against the hashes `table`. */
export async function rowOf(
  check: Check,
  { table, found, ...setting }: Omit<Setting, "paths"> & {
    table: Readonly<Record<string, string>>;
    found: ReadonlyMap<Tool, Found | undefined>;
  },
): Promise<Row> {
  const { host, form, needs } = check;
  const missing = needs.find((tool) => !found.get(tool));
  if (missing) return { host, form, result: "not found", detail: `${missing.name}: ${missing.install}` };
  const paths = new Map(needs.map((tool) => [tool, found.get(tool)!]));
  const version = needs.length > 0 && host !== "Deno" && host !== "TypeScript"
    ? paths.get(needs[0])!.version
    : host === "Deno"
    ? Deno.version.deno
    : undefined;
  const start = performance.now();
  const row = { host, form, version };
  try {
    const outcome = await check.run({ ...setting, paths });
    const seconds = (performance.now() - start) / 1000;
    if (!outcome) return { ...row, result: "holds", seconds };
    const { kernels, threads } = outcome;
    const different = differences(outcome.hashes, table);
    const done = { ...row, kernels, threads, seconds };
    if (different.length > 0) return { ...done, result: "differs", detail: different.join(", ") };
    if (check.threads !== undefined && threads !== check.threads) {
      return { ...done, result: "failed", detail: `expected ${check.threads} threads, got ${threads}` };
    }
    return { ...done, result: "equal" };
  } catch (error) {
    setting.signal?.throwIfAborted();
    return { ...row, result: "failed", detail: error instanceof Error ? error.message : String(error) };
  }
}

/** Whether nothing differs or failed; with `all`, also that nothing was missing. */
export function passed(rows: readonly Row[], { all = false }: { all?: boolean } = {}): boolean {
  return rows.every(({ result }) =>
    result === "equal" || result === "holds" || (!all && result === "not found")
  );
}

/** The rows as text, and what to do about those without a result. */
export function tableOf(rows: readonly Row[]): string {
  const header = ["host", "form", "version", "hashes", "chooses", "threads"];
  const cells = rows.map(({ host, form, version, result, kernels, threads }) =>
    [host, form, version, result, kernels, threads].map((cell) => `${cell ?? ""}`)
  );
  const widths = header.map((title, i) => Math.max(title.length, ...cells.map((row) => row[i].length)));
  const line = (row: readonly string[]) => row.map((cell, i) => cell.padEnd(widths[i])).join("  ").trimEnd();
  const remarks = rows.flatMap(({ host, form, result, detail }) =>
    detail === undefined
      ? []
      : [`${host}, ${form}: ${result === "not found" ? "not found; to install " : ""}${detail}`]
  );
  return [line(header), ...cells.map(line), ...(remarks.length > 0 ? ["", ...new Set(remarks)] : [])].join(
    "\n",
  );
}
