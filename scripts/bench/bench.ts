/**
 * Measures the kernels and what is made of them: `deno task bench`; beside other libraries: `deno task bench peers`.
 *
 * @module
 */

import type { Command } from "../cli/command.ts";
import { contextOf, systemTerminal, type Terminal } from "../cli/context.ts";
import { helpOf } from "../cli/help.ts";
import { parse } from "../cli/parse.ts";
import { UserError } from "../errors.ts";
import { own } from "./own.ts";
import { peers } from "./peers.ts";

/** The exit code of the benchmark with the arguments `args`. */
export async function main(args: string[], terminal: Terminal = systemTerminal()): Promise<number> {
  const [command, rest]: [Command, string[]] = args[0] === "peers" ? [peers, args.slice(1)] : [own, args];
  try {
    const values = parse(command, rest);
    if (values.help) {
      terminal.out(asTask(helpOf(command)));
      return 0;
    }
    return await command.run(values, contextOf(terminal, { quiet: values.quiet === true }));
  } catch (error) {
    if (error instanceof UserError) terminal.err(asTask(error.message));
    else terminal.err(error instanceof Error ? error.stack ?? error.message : String(error));
    return error instanceof UserError ? error.exitCode : 1;
  }
}

/** The command line's words for how a task is called. */
function asTask(text: string): string {
  return text.replaceAll(/gibbon help (bench(?: peers)?)/g, "deno task $1 --help").replaceAll(
    "gibbon ",
    "deno task ",
  );
}

if (import.meta.main) Deno.exit(await main(Deno.args));
