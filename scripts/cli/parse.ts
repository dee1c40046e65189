/** Arguments into a command's values. @module */

import { parseArgs } from "@std/cli/parse-args";
import { UserError } from "../errors.ts";
import type { Command } from "./command.ts";
import { flag, type Options } from "./options.ts";
import { suggestion } from "../../src/schema.ts";

/** What every command takes. */
export const COMMON = {
  quiet: flag("Show no progress"),
  help: flag("Show this"),
} satisfies Options;

/** A command's values by camelCase name, with its operand. */
export type Given = Readonly<Record<string, unknown>>;

/**
 * The values that `args` give to the options of `command`, read, checked, and with their defaults.
 *
 * @throws {UserError} with exit code 2 and the first thing that does not fit
 */
export function parse(command: Command, args: readonly string[]): Given {
  const options: Options = { ...command.options, ...COMMON };
  const keys = new Map(Object.keys(options).map((key) => [optionName(key), key]));
  const isFlag = (name: string) => options[keys.get(name)!].placeholder === undefined;
  const names = [...keys.keys()];
  const unknown: string[] = [];
  const parsed = parseArgs(
    joined(args, (name) => keys.has(name) ? isFlag(name) ? "flag" : "value" : "unknown"),
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
  const values: Record<string, unknown> = {};
  for (const [name, key] of keys) values[key] = isFlag(name) ? parsed[name] : parsed[name] as string[];
  if (values.help) return values;
  for (const [name, key] of keys) {
    if (!isFlag(name)) {
      values[key] = valueOf(options[key], parsed[name] as readonly string[], { name, command });
    }
  }
  return { ...values, operand: operandOf(command, parsed._.map(String)) };
}

/** `batchSize` as it is typed, `batch-size`. */
export function optionName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `args` with each value joined to its option by `=`, so that it may begin with a minus. */
function joined(args: readonly string[], kindOf: (name: string) => "flag" | "value" | "unknown"): string[] {
  const result: string[] = [];
  for (let i = 0; i < args.length; i++) {
    if (args[i] === "--") return [...result, ...args.slice(i)];
    const [, name, value] = /^--([^=]+)(?:=(.*))?$/s.exec(args[i]) ?? [];
    const kind = name === undefined ? "unknown" : kindOf(name);
    if (kind === "flag" && value !== undefined) throw new UserError(`--${name} takes no value`, 2);
    if (kind === "value" && value === undefined) {
      const next = args[++i];
      if (!next || /^-(-|[a-z])/i.test(next)) throw new UserError(`--${name} needs a value`, 2);
      result.push(`--${name}=${next}`);
    } else if (kind === "value" && value === "") {
      throw new UserError(`--${name} needs a value`, 2);
    } else {
      result.push(args[i] === "-h" ? "--help" : args[i]);
    }
  }
  return result;
}

function valueOf(
  option: Options[string],
  given: readonly string[],
  { name, command }: { name: string; command: Command },
): unknown {
  if (given.length > 1 && !option.lastCounts) {
    throw new UserError(`--${name} is given ${given.length} times`, 2);
  }
  if (given.length > 0) return option.read(given.at(-1)!, `--${name}`);
  if (option.required) {
    throw new UserError(
      `${command.name} needs --${name} ${option.placeholder}; see gibbon help ${command.name}`,
      2,
    );
  }
  return option.default;
}

function operandOf({ name, operand }: Command, given: readonly string[]): string {
  const most = operand ? 1 : 0;
  if (given.length > most) {
    throw new UserError(`${name} does not know what to do with ${given[most]}; see gibbon help ${name}`, 2);
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
