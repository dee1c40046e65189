/** Arguments into a command's values. @module */

import { parseArgs } from "@std/cli/parse-args";
import { kebabCase } from "../../src/fields.ts";
import { suggestion } from "../../src/wording.ts";
import { UserError } from "../errors.ts";
import type { Command } from "./command.ts";
import { type Given, ownOptions, ownValues, valueOf } from "./option_values.ts";
import { flag, type Option, type Options } from "./options.ts";

/** What every command takes. */
export const COMMON = {
  quiet: flag("Show no progress"),
  help: flag("Show this"),
} satisfies Options;

/** How an option may be typed: with a value, or as a flag that says true or false. */
interface Typed {
  readonly key: string;
  readonly flag: boolean;
  /** What the flag says. */
  readonly says: boolean;
  /** The value that is meant where none follows. */
  readonly alone?: string;
}

/**
 * The values that `args` give to the options of `command`, read, checked, and with their defaults.
 *
 * @throws {UserError} with exit code 2 and the first thing that does not fit
 */
export function parse(command: Command, args: readonly string[]): Given {
  const options: Options = { ...command.options, ...COMMON };
  const own = ownOptions(command);
  const typed = new Map(
    [...Object.entries(options), ...own].flatMap(([key, option]) => waysToType(key, option)),
  );
  const names = [...typed.keys()];
  const isFlag = (name: string) => typed.get(name)!.flag;
  const unknown: string[] = [];
  const parsed = parseArgs(
    joined(args, typed),
    {
      boolean: names.filter(isFlag),
      // `_` so that a file called 7 stays text
      string: [...names.filter((name) => !isFlag(name)), "_"],
      collect: names.filter((name) => !isFlag(name)),
      unknown(arg: string, key?: string) {
        if (key !== undefined) unknown.push(arg.split("=")[0]);
        return key === undefined;
      },
    },
  ) as unknown as Readonly<Record<string, unknown>> & { _: readonly (string | number)[] };

  if (unknown.length > 0) {
    const near = suggestion(unknown[0].replace(/^-+/, ""), names).replace("mean ", "mean --");
    throw new UserError(
      `${command.name} has no option ${unknown[0]}${near || `; gibbon help ${command.name} lists them`}`,
      2,
    );
  }
  if (parsed.help) return { help: true };
  /** What was given to `key`: true or false for a flag, a text for another. */
  const given = (key: string): string | boolean | undefined => {
    const ways = [...typed].filter(([name, { key: its, flag }]) => its === key && (!flag || parsed[name]));
    if (ways.length === 0) return undefined;
    if (ways.length > 1) {
      throw new UserError(`--${ways[0][0]} and --${ways[1][0]} contradict each other`, 2);
    }
    const [[name, { flag, says }]] = ways;
    if (flag) return says;
    const texts = parsed[name] as readonly string[];
    if (texts.length > 1 && !options[key]?.lastCounts) {
      throw new UserError(`--${name} is given ${texts.length} times`, 2);
    }
    return texts.at(-1);
  };
  const values = Object.fromEntries(
    Object.entries(options).map(([key, option]) => [key, valueOf(key, option, given(key), command)]),
  );
  return {
    ...values,
    own: ownValues(command, values, given),
    operand: operandOf(command, parsed._.map(String)),
  };
}

function waysToType(key: string, { field, alone }: Option<unknown>): [string, Typed][] {
  const name = kebabCase(key);
  if (field.kind !== "boolean") return [[name, { key, flag: false, says: true, alone }]];
  return [
    [name, { key, flag: true, says: true }],
    // what is off unless it is given needs no word that switches it off
    ...(field.default === false ? [] : [[`no-${name}`, { key, flag: true, says: false }] as [string, Typed]]),
  ];
}

/** `args` with each value joined to its option by `=`, so that it may begin with a minus. */
function joined(args: readonly string[], typed: ReadonlyMap<string, Typed>): string[] {
  const result: string[] = [];
  for (let i = 0; i < args.length; i++) {
    if (args[i] === "--") return [...result, ...args.slice(i)];
    const [, name, value] = /^--([^=]+)(?:=(.*))?$/s.exec(args[i]) ?? [];
    const way = name === undefined ? undefined : typed.get(name);
    if (way?.flag && value !== undefined) throw new UserError(`--${name} takes no value`, 2);
    if (way?.flag === false && value === undefined) {
      const nextArgument = args[i + 1];
      const follows = nextArgument && !/^-(-|[a-z])/i.test(nextArgument);
      if (!follows && way.alone === undefined) throw new UserError(`--${name} needs a value`, 2);
      if (follows) i++;
      result.push(`--${name}=${follows ? nextArgument : way.alone}`);
    } else if (way?.flag === false && value === "") {
      throw new UserError(`--${name} needs a value`, 2);
    } else {
      result.push(args[i] === "-h" ? "--help" : args[i]);
    }
  }
  return result;
}

function operandOf({ name, operand }: Command, given: readonly string[]): string {
  const count = operand ? 1 : 0;
  if (given.length > count) {
    throw new UserError(`${name} takes no argument ${given[count]}; see gibbon help ${name}`, 2);
  }
  if (!operand) return "";
  const { placeholder, choices = [] } = operand;
  if (given.length === 0) {
    throw new UserError(
      `${name} needs ${choices.length > 0 ? choices.join(" or ") : placeholder} after it`,
      2,
    );
  }
  if (choices.length > 0 && !choices.includes(given[0])) {
    throw new UserError(
      `${name} knows ${choices.join(" and ")}, not ${given[0]}${suggestion(given[0], choices)}`,
      2,
    );
  }
  return given[0];
}
