/**
 * The command line: train, attack and measure models, and reproduce the paper's figures.
 *
 * @example
 * ```sh
 * deno run -P=files scripts/cli/gibbon.ts train --model maxout --data digits --out maxout.safetensors
 * ```
 *
 * @module
 */

import project from "../../deno.json" with { type: "json" };
import { InputError } from "../../src/mod.ts";
import type { Command } from "./command.ts";
import { contextOf, systemTerminal, type Terminal } from "./context.ts";
import { helpOf, overview } from "./help.ts";
import { parse } from "./parse.ts";
import { suggestion } from "../../src/schema.ts";
import { attack } from "./commands/attack.ts";
import { check } from "./commands/check.ts";
import { data } from "./commands/data.ts";
import { evaluate } from "./commands/evaluate.ts";
import { info } from "./commands/info.ts";
import { reproduce } from "./commands/reproduce.ts";
import { rubbish } from "./commands/rubbish.ts";
import { train } from "./commands/train.ts";
import { UserError } from "../errors.ts";

export type { Terminal };

const COMMANDS: readonly Command[] = [reproduce, train, attack, evaluate, check, rubbish, info, data];

/**
 * The exit code of `gibbon` with the arguments `args`: 0, or 1 if what was asked for failed, 2 if it cannot be
 * understood, 130 if it was interrupted. Writes to standard output and standard error.
 */
export async function main(args: string[], terminal: Terminal = systemTerminal()): Promise<number> {
  try {
    return await dispatch(args, terminal);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") {
      terminal.err("gibbon: Interrupted");
      return 130;
    }
    terminal.err(`gibbon: ${messageOf(error)}`);
    return error instanceof UserError ? error.exitCode : 1;
  }
}

async function dispatch([first, ...rest]: string[], terminal: Terminal): Promise<number> {
  if (first === undefined) {
    terminal.err(overview(COMMANDS));
    return 2;
  }
  if (first === "--version") {
    terminal.out(project.version);
    return 0;
  }
  if (first === "--help" || first === "-h" || first === "help") {
    const asked = rest.find((word) => !word.startsWith("-"));
    terminal.out(asked === undefined ? overview(COMMANDS) : helpOf(find(asked)));
    return 0;
  }
  const command = find(first);
  const values = parse(command, rest);
  if (values.help) {
    terminal.out(helpOf(command));
    return 0;
  }
  return await command.run(values, contextOf(terminal, { quiet: values.quiet === true }));
}

function find(name: string): Command {
  const command = COMMANDS.find((command) => command.name === name);
  if (command) return command;
  const what = name.startsWith("-") ? "option" : "command";
  const near = suggestion(name, COMMANDS.map((command) => command.name));
  throw new UserError(`There is no ${what} ${name}${near || "; gibbon --help lists the commands"}`, 2);
}

/** One sentence for what was to be expected, the stack for what is a bug. */
function messageOf(error: unknown): string {
  const expected = error instanceof UserError || error instanceof InputError;
  if (expected) return (error as Error).message.replace(/\s*\n\s*/g, " ");
  return error instanceof Error ? error.stack ?? error.message : String(error);
}

if (import.meta.main) Deno.exit(await main(Deno.args));
