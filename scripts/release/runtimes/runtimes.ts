/** `deno task test:runtimes`: the same bytes on every host that is here. @module */

import { stop } from "esbuild";
import { type Command, command } from "../../cli/command.ts";
import { choicesOf, flag } from "../../cli/options.ts";
import { runTask } from "../../cli/run.ts";
import table from "../conformance/hashes.json" with { type: "json" };
import { browsers } from "./browsers.ts";
import type { Check } from "./check.ts";
import { commandLines } from "./command_lines.ts";
import { contents } from "./contents.ts";
import { packed } from "./project.ts";
import { findAll, passed, type Row, rowOf, tableOf } from "./rows.ts";
import { shells } from "./shells.ts";
import { types } from "./types.ts";
import { workers } from "./workerd.ts";

const CHECKS: readonly Check[] = [contents, ...shells, ...browsers, ...workers, ...commandLines, ...types];
const HOSTS = [...new Set(CHECKS.map(({ host }) => host))];

/** Compares the hosts with the table. */
export const runtimes: Command = command({
  name: "test:runtimes",
  summary: "Install the package, run the conformance cases on every host found, and compare the hashes",
  options: {
    only: choicesOf(HOSTS, { help: "Hosts; by default all" }),
    all: flag("Fail also if a host is not found"),
    json: flag("Print one JSON object: the rows, and the size of the package"),
  },
  examples: ["test:runtimes", "test:runtimes --only Node,Chromium --json"],
  async run({ only, all, json }, context) {
    const checks = CHECKS.filter(({ host }) => only?.includes(host) ?? true);
    const folder = await Deno.makeTempDir();
    try {
      const rows: Row[] = [];
      const size = await context.interruptible(async (signal) => {
        using progress = context.progress("test:runtimes");
        const [project, found] = await Promise.all([packed(folder), findAll(checks)]);
        for (const check of checks) {
          progress.update(rows.length / checks.length, `${check.host}, ${check.form}`);
          rows.push(await rowOf(check, { table, found, project, signal }));
        }
        return project.size;
      });
      if (json) context.print(JSON.stringify({ rows, package: { size } }));
      else context.print(tableOf(rows));
      return Number(!passed(rows, { all }));
    } finally {
      await stop();
      await Deno.remove(folder, { recursive: true });
    }
  },
});

if (import.meta.main) Deno.exit(await runTask(runtimes, Deno.args));
