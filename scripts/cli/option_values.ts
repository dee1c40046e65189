/** Values of a command's options, and of those that only some values of others have. @module */

import { kebabCase, publicFields } from "../../src/fields.ts";
import type { Field } from "../../src/schema.ts";
import { oneOf } from "../../src/wording.ts";
import { UserError } from "../errors.ts";
import type { Command, OwnOptions, OwnValues } from "./command.ts";
import { type Option, optionOf, signature } from "./options.ts";

/** A command's values by camelCase name, with its operand, and options that go with some values alone. */
export type Given = Readonly<Record<string, unknown>>;

export function valueOf(
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
export function ownOptions(command: Command): Map<string, Option<unknown>> {
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

export function ownValues(
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
