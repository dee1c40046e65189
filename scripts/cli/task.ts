/** Commands that are tasks of `deno.json`, with the command line's options, help and errors. @module */

import { UserError } from "../errors.ts";
import type { Command } from "./command.ts";
import { contextOf, systemTerminal, type Terminal } from "./context.ts";
import { helpOf } from "./help.ts";
import { parse } from "./parse.ts";

/** The exit code of `deno task NAME` with the arguments `args`, NAME being the command's. */
export async function runTask(
  command: Command,
  args: string[],
  terminal: Terminal = systemTerminal(),
): Promise<number> {
  // the command line's words for how a task is called
  const asTask = (text: string) =>
    text.replaceAll(`gibbon help ${command.name}`, `deno task ${command.name} --help`)
      .replaceAll("gibbon ", "deno task ");
  try {
    const values = parse(command, args);
    if (values.help) {
      terminal.out(asTask(helpOf(command)));
      return 0;
    }
    return await command.run(values, contextOf(terminal, { quiet: values.quiet === true }));
  } catch (error) {
    if (error instanceof UserError) terminal.err(asTask(error.message));
    else if (error instanceof DOMException && error.name === "AbortError") terminal.err("Interrupted");
    else terminal.err(error instanceof Error ? error.stack ?? error.message : String(error));
    return error instanceof UserError ? error.exitCode : error instanceof DOMException ? 130 : 1;
  }
}
