/**
 * Judges the measurements of a stored report anew, by the claims of today: `rejudge.ts FILE`. Nothing is measured; the
 * report then says so. Reports of the format before are brought into today's.
 *
 * @module
 */

import { spread } from "../../src/paper/summary.ts";
import { rejudge, type Report } from "../../src/report/report.ts";

/** A report of this format or of the one before, rejudged. */
export function rejudged(stored: Report | Record<string, unknown>): Report {
  const { format, ...rest } = stored as unknown as { format: string } & Report & { data: { learn?: number } };
  if (!["gibbon-report-2", "gibbon-report-3"].includes(format)) throw new Error(`Cannot judge a ${format}`);
  const { learn, train = learn, ...data } = rest.data as Report["data"] & { learn: number };
  const measurements = Object.fromEntries(
    Object.entries(rest.measurements).map(([id, { values }]) => [id, spread(values)]),
  );
  const commit = rest.made.commit?.slice(0, 10) ?? "an unknown commit";
  return rejudge(
    { ...rest, format: "gibbon-report-3", data: { ...data, train }, measurements },
    `measured by ${commit} and judged by later rules; no figure was measured anew`,
  );
}

if (import.meta.main) {
  const [path] = Deno.args;
  const text = JSON.stringify(rejudged(JSON.parse(await Deno.readTextFile(path))), null, 2);
  await Deno.writeTextFile(path, `${text}\n`);
}
