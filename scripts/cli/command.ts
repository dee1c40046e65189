/** What a command is: a table of options, from which parsing, checks and help derive, and what it does. @module */

import type { AnySchema } from "../../src/schema.ts";
import type { Option, Options, Values } from "./options.ts";
import type { Progress } from "./progress.ts";

/** A command's access to the terminal. */
export interface Context {
  /** Writes a line to standard output: results, nothing else. */
  print(text: string): void;
  /** Writes a line to standard error. */
  note(text: string): void;
  /** Characters that a line of standard output should hold at most. */
  readonly width: number;
  /** The answer to a question, `fallback` if it is empty; null for none. Absent where no terminal can answer. */
  readonly ask?: (question: string, fallback?: string) => string | null;
  /**
   * A line of progress on standard error, begun now with the fraction `from` done; silent where no terminal is; with
   * `plain`, a line a minute there.
   */
  progress(title: string, from?: number, options?: { plain?: boolean }): Progress;
  /**
   * What `run` resolves to. While it runs, Ctrl-C aborts its signal instead of ending the process; a second one
   * ends it. Only for work that yields to events: the signal cannot arrive during a long synchronous call.
   */
  interruptible<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** A command as the entry point sees it. */
export interface Command {
  /** Its name. */
  readonly name: string;
  /** A summary of a few words, without a period. */
  readonly summary: string;
  /** Its positional argument, if it takes one. */
  readonly operand?: Operand;
  /** Its options by camelCase name: `batchSize` is `--batch-size`. */
  readonly options: Options;
  /** Options that go with some values of another option alone. */
  readonly own?: readonly OwnOptions[];
  /** Further help: paragraphs, and lines that begin with a space, which are not wrapped. */
  readonly notes?: string;
  /** Example command lines, without `gibbon`. */
  readonly examples: readonly string[];
  /** The exit code of a failure other than wrong usage; default 1. */
  readonly failure?: number;
  /** Runs the command; resolves to the exit code. */
  run(values: Readonly<Record<string, unknown>>, context: Context): Promise<number>;
}

/** Options that each value of another option has of its own: those of an attack, of a family. */
export interface OwnOptions {
  /** The option that chooses: one name, or a list of them. */
  readonly of: string;
  /** Which schema a value of that option chooses; default the one of its name. */
  readonly as?: (value: string) => string;
  /** A word that they begin with on the command line, where others have the same names; default none. */
  readonly prefix?: string;
  /** What counts as chosen where that option is left out; default nothing. */
  readonly unsaid?: (values: Readonly<Record<string, unknown>>) => string | undefined;
  /** The options by the name that is chosen. Those that the command has itself are left out. */
  readonly schemas: Readonly<Record<string, AnySchema>>;
}

/** What was given of them: by the option that chooses, by the chosen name, by their own names. */
export type OwnValues = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;

/** An argument that is no option. */
export interface Operand {
  /** Its placeholder in the usage line. */
  readonly placeholder: string;
  /** What it is, in a few words. */
  readonly help: string;
  /** What it may be; default anything. */
  readonly choices?: readonly string[];
}

/** The command that `definition` describes, its values typed by its options; the operand is among them, and `own`. */
export function command<O extends Readonly<Record<string, Option<unknown>>>>(
  definition: Omit<Command, "run" | "options" | "examples"> & {
    options: O;
    examples?: readonly string[];
    run(values: Values<O> & { operand: string; own: OwnValues }, context: Context): Promise<number>;
  },
): Command {
  return {
    examples: [],
    ...definition,
    run: (values, context) =>
      definition.run(values as Values<O> & { operand: string; own: OwnValues }, context),
  };
}
