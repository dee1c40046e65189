/** How commands run and end: the one way from what is thrown to a sentence and an exit code. @module */

import { InputError } from "../../src/errors.ts";
import { EXIT, UserError } from "../errors.ts";
import type { Command } from "./command.ts";
import { contextOf, systemTerminal, type Terminal } from "./context.ts";
import { helpOf } from "./help.ts";
import { parse } from "./parse.ts";

/** How a command's messages are written. */
interface MessageOptions {
  /** Prefix of a message on standard error. */
  readonly prefix?: string;
  /** Rewrites how messages name the command. */
  readonly words?: (text: string) => string;
  /** Whether a failure may be told in several lines, such as what another program said; default false. */
  readonly lines?: boolean;
}

/** The exit code of `command` with the arguments `args`. */
export async function run(
  command: Command,
  args: readonly string[],
  terminal: Terminal,
  telling: MessageOptions = {},
): Promise<number> {
  const { words = (text) => text } = telling;
  try {
    const values = parse(command, args);
    if (values.help) {
      terminal.out(words(helpOf(command, terminal.width)));
      return 0;
    }
    return await command.run(values, contextOf(terminal, { quiet: values.quiet === true }));
  } catch (error) {
    return reportFailure(error, terminal, { ...telling, failure: command.failure });
  }
}

/** The exit code of `deno task NAME` with the arguments `args`, NAME being the command's. */
export function runTask(
  command: Command,
  args: readonly string[],
  terminal: Terminal = systemTerminal(),
): Promise<number> {
  const words = (text: string) =>
    text.replaceAll(`gibbon help ${command.name}`, `deno task ${command.name} --help`)
      .replaceAll("gibbon ", "deno task ");
  return run(command, args, terminal, { words, lines: true });
}

/** Characters that a sentence has at most. */
const SENTENCE = 390;

/**
 * The exit code of what threw `error`, which is told on standard error: in one sentence where the user can correct it,
 * and with its stack where it is a bug. `failure` is the exit code of failures other than wrong usage.
 */
export function reportFailure(
  error: unknown,
  terminal: Pick<Terminal, "err">,
  { prefix = "", words = (text) => text, lines = false, failure = EXIT.failed }: MessageOptions & {
    failure?: number;
  } = {},
): number {
  if (error instanceof DOMException && error.name === "AbortError") {
    terminal.err(`${prefix}Interrupted: nothing was kept, and the same command starts over`);
    return EXIT.interrupted;
  }
  if (error instanceof UserError || error instanceof InputError) {
    const said = words(error.message);
    terminal.err(`${prefix}${lines ? said : sentence(said)}`);
    return error instanceof UserError && error.exitCode !== EXIT.failed ? error.exitCode : failure;
  }
  terminal.err(`${prefix}${error instanceof Error ? error.stack ?? error.message : String(error)}`);
  terminal.err("This is a bug in Gibbon; please report it with the lines above and the command.");
  return failure;
}

/** `text` in one line that no terminal takes for a command, and that ends. */
function sentence(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029\s]+/gu, " ");
  return line.length > SENTENCE ? `${line.slice(0, SENTENCE)}…` : line;
}
