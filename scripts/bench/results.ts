/** `deno task bench results`: figures of several runs as one page. @module */

import { command } from "../cli/command.ts";
import { text } from "../cli/options.ts";
import { reason, UserError } from "../errors.ts";
import { writeFileWhole } from "../files.ts";
import { type Machine, machineLine } from "./machine.ts";
import type { Row } from "./rows.ts";
import { cells } from "./table.ts";

/** What `bench --json` and `bench peers --json` write. */
interface Run {
  readonly machine: Machine;
  readonly quick: boolean;
  readonly peers?: readonly { readonly name: string; readonly about: string; readonly threads: number }[];
  readonly rows: readonly Row[];
}

/** Writes the page. */
export const results = command({
  name: "bench results",
  summary: "write the files of --json as a page",
  options: {
    from: text({
      help: "files of bench --json and bench peers --json, separated by commas",
      placeholder: "FILES",
    }),
    out: text({ help: "where to write it", placeholder: "FILE", default: "scripts/bench/RESULTS.md" }),
  },
  examples: ["bench results --from bench.json,peers.json"],
  async run({ from, out }) {
    if (from === undefined) throw new UserError("Cannot write results: --from names no file");
    const runs: Run[] = [];
    for (const file of from.split(",")) {
      try {
        runs.push(JSON.parse(await Deno.readTextFile(file)));
      } catch (error) {
        throw new UserError(`Cannot read ${file}: ${reason(error)}`);
      }
    }
    await writeFileWhole(out, page(runs));
    await new Deno.Command(Deno.execPath(), { args: ["fmt", "-q", "--ext", "md", out] }).output();
    return 0;
  },
});

/** The runs as Markdown: a table for each part. */
export function page(runs: readonly Run[]): string {
  const machines = new Set(runs.map(({ machine }) => machineLine(machine)));
  const others = new Set(
    runs.flatMap(({ peers = [] }) => peers.map(({ name, about }) => `- ${name}: ${about}`)),
  );
  const alone = runs.filter(({ peers }) => !peers), beside = runs.filter(({ peers }) => peers);
  return [
    "# Results",
    "Written by `deno task bench results` from what `deno task bench` and `deno task bench peers` measured:",
    [...machines].map((machine) => `- ${machine}`).join("\n"),
    ...(runs.some(({ quick }) => quick)
      ? ["Some runs are quick ones at smaller sizes; their times do not count."]
      : []),
    "Medians over interleaved rounds, with half the distance of the quartiles. *Of peak*: share of what a loop in\nregisters reaches on as many threads. *Time*: in parts of that on one thread.",
    ...sections(alone),
    ...(others.size > 0
      ? [
        "## Beside other libraries",
        [...others].join("\n"),
        "*Time*: in parts of Gibbon's on as many threads, or on one: above 1, Gibbon is faster.",
        ...sections(beside, "### "),
      ]
      : []),
  ].join("\n\n") + "\n";
}

function sections(runs: readonly Run[], heading = "## "): string[] {
  const parts = Map.groupBy(runs.flatMap(({ rows }) => rows), ({ part }) => part);
  return [...parts].flatMap(([part, rows]) => [`${heading}${part}`, markdown(cells(rows))]);
}

function markdown([titles, ...lines]: readonly (readonly string[])[]): string {
  const line = (row: readonly string[]) =>
    `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(titles), line(titles.map(() => "---")), ...lines.map(line)].join("\n");
}
