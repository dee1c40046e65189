/** What a command is: a table of options, from which parsing, checks and help derive, and what it does. @module */

import type { Option, Options, Values } from "./options.ts";
import type { Progress } from "./progress.ts";

/** What a command has of the world, files aside. */
export interface Context {
  /** Writes a line to standard output: results, nothing else. */
  print(text: string): void;
  /** Writes a line to standard error. */
  note(text: string): void;
  /**
   * A line of progress on standard error, begun now with the fraction `from` done; silent where nobody looks, or with
   * `plain` a line a minute there.
   */
  progress(title: string, from?: number, options?: { plain?: boolean }): Progress;
  /**
   * What `run` resolves to. While it runs, Ctrl-C aborts its signal instead of ending the process; a second one
   * ends it. Only for what gives way to events: nothing hears the signal during a long synchronous call.
   */
  interruptible<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** A command as the entry point sees it. */
export interface Command {
  /** The word that calls it. */
  readonly name: string;
  /** What it does, in a few words without a period. */
  readonly summary: string;
  /** What stands after its name, if it takes one argument that is no option. */
  readonly operand?: Operand;
  /** Its options by camelCase name: `batchSize` is `--batch-size`. */
  readonly options: Options;
  /** What else there is to know, in lines as they are. */
  readonly notes?: string;
  /** Whole command lines without `gibbon`, for the help. */
  readonly examples: readonly string[];
  /** Does it; the exit code. */
  run(values: Readonly<Record<string, unknown>>, context: Context): Promise<number>;
}

/** An argument that is no option. */
export interface Operand {
  /** What stands for it in the usage line. */
  readonly placeholder: string;
  /** What it is, in a few words. */
  readonly help: string;
  /** What it may be; default anything. */
  readonly choices?: readonly string[];
}

/** The command that `definition` describes, its values typed by its options; the operand is among them. */
export function command<O extends Readonly<Record<string, Option<unknown>>>>(
  definition: Omit<Command, "run" | "options" | "examples"> & {
    options: O;
    examples?: readonly string[];
    run(values: Values<O> & { operand: string }, context: Context): Promise<number>;
  },
): Command {
  return {
    examples: [],
    ...definition,
    run: (values, context) => definition.run(values as Values<O> & { operand: string }, context),
  };
}
