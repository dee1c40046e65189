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
import { suggestion } from "../../src/wording.ts";
import type { Command } from "./command.ts";
import { systemTerminal, type Terminal } from "./context.ts";
import { helpOf, overview } from "./help.ts";
import { reportFailure, run } from "./run.ts";
import { attack } from "./commands/attack.ts";
import { check } from "./commands/check.ts";
import { convert } from "./commands/convert.ts";
import { data } from "./commands/data.ts";
import { evaluate } from "./commands/evaluate.ts";
import { info } from "./commands/info.ts";
import { init } from "./commands/init.ts";
import { reproduce } from "./commands/reproduce.ts";
import { robustness } from "./commands/robustness.ts";
import { rubbish } from "./commands/rubbish.ts";
import { schema } from "./commands/schema.ts";
import { train } from "./commands/train.ts";
import { worker } from "./commands/worker.ts";
import { EXIT, UserError } from "../errors.ts";

export type { Terminal };

const COMMANDS: readonly Command[] = [
  reproduce,
  train,
  attack,
  evaluate,
  check,
  init,
  robustness,
  rubbish,
  info,
  convert,
  schema,
  data,
  worker,
];

/**
 * The exit code of `gibbon` with the arguments `args`: 0, or 1 if what was asked for failed, 2 if it cannot be
 * understood, 130 if it was interrupted. Writes to standard output and standard error.
 */
export async function main(args: string[], terminal: Terminal = systemTerminal()): Promise<number> {
  const [first, ...rest] = args;
  const { width } = terminal;
  try {
    if (first === undefined) {
      terminal.err(overview(COMMANDS, width));
      return EXIT.usage;
    }
    if (first === "--version") {
      terminal.out(project.version);
      return 0;
    }
    if (first === "--help" || first === "-h" || first === "help") {
      const name = rest.find((word) => !word.startsWith("-"));
      terminal.out(name === undefined ? overview(COMMANDS, width) : helpOf(find(name), width));
      return 0;
    }
    return await run(find(first), rest, terminal, { prefix: "gibbon: " });
  } catch (error) {
    return reportFailure(error, terminal, { prefix: "gibbon: " });
  }
}

function find(name: string): Command {
  const command = COMMANDS.find((command) => command.name === name);
  if (command) return command;
  const what = name.startsWith("-") ? "option" : "command";
  const near = suggestion(name, COMMANDS.map((command) => command.name));
  throw new UserError(
    `There is no ${what} ${name}${near || "; gibbon --help lists the commands"}`,
    EXIT.usage,
  );
}

if (import.meta.main) Deno.exit(await main(Deno.args));
