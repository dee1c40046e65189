/**
 * Judges the measurements of a stored report anew, by the claims of today, with the experiments of other reports in the
 * place of its own: `rejudge.ts FILE [REPORT…]`. Nothing is measured; the report says of each experiment which commit
 * measured it, and on networks of how many epochs. Reports of the formats before are brought into today's.
 *
 * @module
 */

import { writeFileWhole } from "../files.ts";
import { experiments } from "../../src/paper/mod.ts";
import { spread } from "../../src/paper/summary.ts";
import { merge, originOf, rejudge, type Report } from "../../src/report/report.ts";

/** A report of this format or of the one before, with the experiments of `parts`, rejudged. */
export function rejudged(
  stored: Report | Record<string, unknown>,
  parts: readonly (Report | Record<string, unknown>)[] = [],
): Report {
  const whole = parts.map(today).reduce((all, part) => merge(all, part, ""), today(stored));
  const commits = new Set(
    Object.values(whole.measured).map(({ commit = "an unknown commit" }) => commit.slice(0, 10)),
  );
  const why = `measured by ${
    [...commits].join(" and ")
  } and judged by later rules; no figure was measured anew`;
  return rejudge(whole, why);
}

/** A stored report in today's format, judged as it was. */
function today(stored: Report | Record<string, unknown>): Report {
  const { format, ...rest } = stored as unknown as { format: string } & Report & { data: { learn?: number } };
  if (!["gibbon-report-2", "gibbon-report-3"].includes(format)) throw new Error(`Cannot judge a ${format}`);
  const { learn, train = learn, ...data } = rest.data as Report["data"] & { learn: number };
  const measurements = Object.fromEntries(
    Object.entries(rest.measurements).map(([id, { values }]) => [id, spread(values)]),
  );
  return {
    ...rest,
    format: "gibbon-report-3",
    data: { ...data, train },
    measurements,
    measured: rest.measured ?? measuredIn(rest, Object.keys(measurements)),
  };
}

/** What a report of before says of its experiments: one commit, and its models. */
function measuredIn(
  { budget, made: { commit }, ...report }: Omit<Report, "format">,
  names: readonly string[],
) {
  const ran = experiments.filter(({ id }) => names.some((name) => name.startsWith(`${id}.`)));
  return Object.fromEntries(
    ran.map(({ id, models }) => [id, originOf(models(budget), { ...report, commit })]),
  );
}

if (import.meta.main) {
  const [path, ...others] = Deno.args;
  const read = async (path: string) => JSON.parse(await Deno.readTextFile(path));
  const parts = await Promise.all(others.map(read));
  await writeFileWhole(path, `${JSON.stringify(rejudged(await read(path), parts), null, 2)}\n`);
}
