/** `deno task test:hosts`: the hosts in other languages against the committed hashes. @module */

import { type Command, command } from "../cli/command.ts";
import { choicesOf, flag } from "../cli/options.ts";
import { COMMON } from "../cli/parse.ts";
import { runTask } from "../cli/run.ts";
import { differences } from "../release/conformance/mod.ts";
import { hostTasks, type Kernels, type Task } from "./expected.ts";
import { type Host, isInstalled, type Program, type Run, runner } from "./host.ts";
import { hosts as all } from "./registry.ts";

/** What a host gave with one build. */
interface Row {
  readonly host: string;
  readonly kernels: Kernels;
  readonly hashes: Readonly<Record<string, string>>;
  /** Outputs that are not the expected ones. */
  readonly different: readonly string[];
  /** Median time of one call, by what was called. */
  readonly microseconds: Readonly<Record<string, number>>;
}

/** The command that checks those of `hosts` whose tools are found. */
export function checkOf(hosts: readonly Host[]): Command {
  return command({
    name: "test:hosts",
    summary: "Check the hosts in other languages against scripts/release/conformance/hashes.json",
    options: {
      only: choicesOf(hosts.map(({ name }) => name), { help: "Hosts that must be found and checked" }),
      skip: choicesOf(hosts.map(({ name }) => name), { help: "Hosts to leave out", default: [] }),
      json: flag("Print what each host gave as JSON"),
      quiet: COMMON.quiet,
    },
    examples: ["test:hosts --only python,go", "test:hosts --skip rust"],
    run({ only, skip, json, quiet }, { print, note, interruptible }) {
      return interruptible(async (signal) => {
        const work = await Deno.makeTempDir();
        try {
          const tasks = await hostTasks(work);
          const run = runner({ signal, loud: !quiet && Deno.stderr.isTerminal(), temporary: work });
          const rows: Row[] = [];
          let missing = 0;
          const wanted = hosts.filter(({ name }) => (only?.includes(name) ?? true) && !skip.includes(name));
          for (const host of wanted) {
            if (!await isInstalled(host)) {
              missing++;
              note(`Cannot check the ${host.name} host: install ${host.install}`);
              continue;
            }
            const program = await host.prepare(run, await Deno.makeTempDir({ dir: work }));
            for (const task of tasks.filter(({ kernels }) => host.kernels.includes(kernels))) {
              const row = await rowOf(host, task, { run, program });
              rows.push(row);
              if (!json) print(sentence(row));
            }
          }
          if (json) print(JSON.stringify(rows, null, 2));
          if (rows.length === 0) note("No host was checked");
          const failed = rows.length === 0 || rows.some(({ different }) => different.length > 0);
          return Number(failed || (only !== undefined && missing > 0));
        } finally {
          await Deno.remove(work, { recursive: true });
        }
      });
    },
  });
}

async function rowOf(
  { name }: Host,
  { kernels, binary, folder, expected }: Task,
  { run, program: { command, ...options } }: { run: Run; program: Program },
): Promise<Row> {
  const { hashes, microseconds } = JSON.parse(await run([...command, binary, folder], options));
  return { host: name, kernels, hashes, different: differences(hashes, expected), microseconds };
}

function sentence({ host, kernels, hashes, different, microseconds }: Row): string {
  const name = `${host}, ${kernels}`;
  if (different.length > 0) return `${name}: ${different.join(", ")} differ`;
  const count = Object.keys(hashes).length;
  return `${name}: ${count} hashes equal; an attack on one digit takes ${Math.round(microseconds.fgsm)} µs`;
}

if (import.meta.main) Deno.exit(await runTask(checkOf(all), Deno.args));
