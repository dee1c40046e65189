/** Arguments into a command's values. @module */

import { parseArgs } from "@std/cli/parse-args";
import { kebabCase, publicFields } from "../../src/fields.ts";
import type { Field } from "../../src/schema.ts";
import { oneOf, suggestion } from "../../src/wording.ts";
import { UserError } from "../errors.ts";
import type { Command, OwnOptions, OwnValues } from "./command.ts";
import { flag, type Option, optionOf, type Options, signature } from "./options.ts";

/** What every command takes. */
export const COMMON = {
  quiet: flag("Show no progress"),
  help: flag("Show this"),
} satisfies Options;

/** A command's values by camelCase name, with its operand, and options that go with some values alone. */
export type Given = Readonly<Record<string, unknown>>;

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
      const next = args[i + 1];
      const follows = next && !/^-(-|[a-z])/i.test(next);
      if (!follows && way.alone === undefined) throw new UserError(`--${name} needs a value`, 2);
      if (follows) i++;
      result.push(`--${name}=${follows ? next : way.alone}`);
    } else if (way?.flag === false && value === "") {
      throw new UserError(`--${name} needs a value`, 2);
    } else {
      result.push(args[i] === "-h" ? "--help" : args[i]);
    }
  }
  return result;
}

function valueOf(
  key: string,
  option: Option<unknown>,
  given: string | boolean | undefined,
  { name }: Command,
): unknown {
  if (typeof given === "boolean") return given;
  if (given !== undefined) return option.read(given, `--${kebabCase(key)}`);
  if (option.field.required) {
    throw new UserError(`${name} needs ${signature(key, option)}; see gibbon help ${name}`, 2);
  }
  return option.field.default;
}

/**
 * The fields of one schema that are options of its own, by the keys that they are typed by, with their own names: not
 * those that the command has for all.
 */
function fieldsOf(
  { options }: Command,
  { schemas, prefix }: OwnOptions,
  name: string,
): [key: string, field: Field, own: string][] {
  return publicFields(schemas[name] ?? {})
    .filter(([own]) => prefix !== undefined || !Object.hasOwn(options, own))
    .map(([own, field]) => [prefix ? `${prefix}${own[0].toUpperCase()}${own.slice(1)}` : own, field, own]);
}

/** One option for each name that a value of another option has of its own. */
function ownOptions(command: Command): Map<string, Option<unknown>> {
  const all = (command.own ?? []).flatMap((own) =>
    Object.keys(own.schemas).flatMap((name) => fieldsOf(command, own, name))
  );
  return new Map(all.map(([key, field]) => [key, optionOf(field)]));
}

/** The same options for the help: each once, with the names that it goes with. */
export function ownOptionsByNames(
  command: Command,
): { of: string; names: string[]; key: string; field: Field }[] {
  return (command.own ?? []).flatMap((own) => {
    const found = new Map<string, { of: string; names: string[]; key: string; field: Field }>();
    for (const name of Object.keys(own.schemas)) {
      for (const [key, field] of fieldsOf(command, own, name)) {
        const same = `${key} ${JSON.stringify(field)}`;
        const one = found.get(same);
        if (one) one.names.push(name);
        else found.set(same, { of: own.of, names: [name], key, field });
      }
    }
    return [...found.values()];
  });
}

function ownValues(
  command: Command,
  values: Given,
  given: (key: string) => string | boolean | undefined,
): OwnValues {
  const groups = (command.own ?? []).map((own) => ({ own, chosen: chosenOf(own, values) }));
  const result: Record<string, Record<string, Record<string, unknown>>> = {};
  for (const { own: { of }, chosen } of groups) {
    result[of] = Object.fromEntries(chosen.map((name) => [name, {}]));
  }
  for (const [key] of ownOptions(command)) {
    const text = given(key);
    if (text === undefined) continue;
    const takers = groups.flatMap(({ own, chosen }) =>
      chosen.flatMap((name) =>
        fieldsOf(command, own, name).filter(([its]) => its === key)
          .map(([, field, its]) => ({ of: own.of, name, field, its }))
      )
    );
    if (takers.length === 0) throw new UserError(doesNotGo(command, values, key), 2);
    for (const { of, name, field, its } of takers) {
      result[of][name][its] = valueOf(key, optionOf(field), text, command);
    }
  }
  for (const { own, chosen } of groups) {
    for (const name of chosen) {
      const missing = fieldsOf(command, own, name)
        .find(([, field, its]) => field.required && result[own.of][name][its] === undefined);
      if (missing) throw new UserError(`${name} needs ${signature(missing[0], optionOf(missing[1]))}`, 2);
    }
  }
  return result;
}

/** The names that are chosen, or that count as chosen where none is. */
function chosenOf({ of, unsaid, as = (name) => name }: OwnOptions, values: Given): string[] {
  return ([values[of] ?? unsaid?.(values) ?? []].flat() as string[]).map(as);
}

/** Why an option cannot be given: what was chosen has none of that name. */
function doesNotGo(command: Command, values: Given, key: string): string {
  const [{ of, names }, ...others] = ownOptionsByNames(command).filter((one) => one.key === key);
  const all = new Set([...names, ...others.flatMap((one) => one.names)]);
  const chosen = chosenOf(command.own!.find((own) => own.of === of)!, values).join(", ");
  const order = command.own!.flatMap(({ schemas }) => Object.keys(schemas));
  const meant = oneOf([...all].sort((a, b) => order.indexOf(a) - order.indexOf(b)));
  return `--${kebabCase(key)} does not go with ${chosen || `no --${kebabCase(of)}`}, but with ${meant}`;
}

function operandOf({ name, operand }: Command, given: readonly string[]): string {
  const count = operand ? 1 : 0;
  if (given.length > count) {
    throw new UserError(`${name} does not know what to do with ${given[count]}; see gibbon help ${name}`, 2);
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
