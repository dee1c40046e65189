/** Options of commands: fields of a schema, and what the command line adds to them. @module */

import { UserError } from "../errors.ts";
import { flagOf, fromText, limitsOf, placeholderOf } from "../../src/fields.ts";
import type { Field } from "../../src/schema.ts";
import { suggestion } from "../../src/wording.ts";

/** An option whose value is a `T`. */
export interface Option<T> {
  /** Its field: summary, default, allowed values. */
  readonly field: Field;
  /** The placeholder of its value in the help; none for a flag. */
  readonly placeholder?: string;
  /** Whether it may be repeated; the last value counts. */
  readonly lastCounts?: boolean;
  /** The value that it has where none follows it; default none, and one must follow. */
  readonly alone?: string;
  /** Its value from text; `name` is the option as typed, for the message. */
  read(text: string, name: string): T;
}

/** Options by camelCase name. */
export type Options = Readonly<Record<string, Option<unknown>>>;

/** The values of a command's options. */
export type Values<O> = { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never };

interface Spec<T> {
  readonly help: string;
  readonly placeholder?: string;
  readonly default?: T;
  readonly required?: boolean;
  readonly lastCounts?: boolean;
  readonly alone?: T;
}

/** `T`, or undefined for an option that may be left out and has no default. */
type Given<T, S> = S extends { default: T } | { required: true } ? T : T | undefined;

type NumberSpec<T = number> = Spec<T> & Pick<Field, "min" | "max" | "above" | "count">;

/** The option that `field` is on the command line. */
export function optionOf(
  field: Field,
  more: Pick<Option<unknown>, "placeholder" | "lastCounts" | "alone"> = {},
): Option<unknown> {
  return {
    placeholder: placeholderOf(field),
    ...more,
    field,
    read: (text, name) =>
      fromText(field, text, (wanted) => {
        const near = field.choices ? suggestion(text, field.choices) : "";
        return new UserError(`${name} must be ${wanted}, not ${text || "nothing"}${near}`, 2);
      }),
  };
}

function made<T, S extends Spec<T>>(
  kind: Field["kind"],
  spec: S,
  more: Partial<Field> = {},
): Option<Given<T, S>> {
  const { placeholder, lastCounts, alone, ...field } = spec;
  return optionOf({ kind, ...field, ...more } as Field, {
    ...(placeholder !== undefined && { placeholder }),
    lastCounts,
    ...(alone !== undefined && { alone: `${alone}` }),
  }) as Option<Given<T, S>>;
}

/** An option that is on or off. */
export function flag(help: string): Option<boolean> {
  return optionOf({ kind: "boolean", help, default: false }) as Option<boolean>;
}

/** An option that is any text. */
export function text<const S extends Spec<string>>(spec: S): Option<Given<string, S>> {
  return made("text", spec);
}

/** An option that is one of `choices`. */
export function choice<const C extends string, const S extends Spec<C>>(
  choices: readonly C[],
  spec: S,
): Option<Given<C, S>> {
  return made("choice", spec, { choices });
}

/** An option that is a list, with commas between, of `choices`. */
export function choicesOf<const S extends Spec<readonly string[]>>(
  choices: readonly string[],
  spec: S,
): Option<Given<readonly string[], S>> {
  const one = choice(choices, { help: spec.help, required: true });
  return {
    ...made<readonly string[], S>("choice", { placeholder: "NAME,…", ...spec }, { choices }),
    read: (given, name) =>
      given.split(",").map((part) => one.read(part.trim(), name)) as unknown as Given<readonly string[], S>,
  };
}

/** An option that is a finite number. */
export function number<const S extends NumberSpec>(spec: S): Option<Given<number, S>> {
  return made("number", spec);
}

/** An option that is a whole number. */
export function integerOption<const S extends NumberSpec>(spec: S): Option<Given<number, S>> {
  return made("integer", spec);
}

/** An option that is a list of finite numbers, with commas between. */
export function numbers<const S extends NumberSpec<readonly number[]>>(
  spec: S,
): Option<Given<readonly number[], S>> {
  return made("numbers", spec);
}

/** An option that is a list of whole numbers, with commas between. */
export function integersOption<const S extends NumberSpec<readonly number[]>>(
  spec: S,
): Option<Given<readonly number[], S>> {
  return made("integers", spec);
}

/** The option `option`, which may also be one of `words`. */
export function orWord<T, const W extends string>(words: readonly W[], option: Option<T>): Option<T | W> {
  return optionOf({ ...option.field, choices: words }) as Option<T | W>;
}

/** An option as it is typed, with what stands for its value. */
export function signature(key: string, { field, placeholder, alone }: Option<unknown>): string {
  const value = alone === undefined ? placeholder : `[${placeholder}]`;
  return `${flagOf(key, field)}${value ? ` ${value}` : ""}`;
}

/** What an option sets, what it may be, and its default. */
export function description({ field, placeholder }: Option<unknown>): string {
  const { help, required, default: fallback, kind, choices } = field;
  const limits = limitsOf(field);
  const notes = [
    // a range that the placeholder spells out already
    kind === "choice" && placeholder === choices?.join("|") ? "" : limits,
    required ? "required" : "",
    kind !== "boolean" && fallback !== undefined ? `default ${`${fallback}` || "none"}` : "",
  ].filter(Boolean);
  const what = kind === "boolean" && fallback === true ? `not: ${help}` : help;
  return notes.length > 0 ? `${what} (${notes.join("; ")})` : what;
}
