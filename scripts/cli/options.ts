/** Kinds of options: how each is read from text, checked and described. @module */

import { UserError } from "../errors.ts";
import { suggestion } from "../../src/schema.ts";

/** An option whose value is a `T`. */
export interface Option<T> {
  /** One line of what it sets, without a period. */
  readonly help: string;
  /** What stands for its value in the help; none for a flag, which takes no value. */
  readonly placeholder?: string;
  /** Its value where it is left out. */
  readonly default?: T;
  /** Whether it may not be left out. */
  readonly required?: boolean;
  /** Whether it may be given again, where a task gives it first: then the last counts. */
  readonly lastCounts?: boolean;
  /** What its value may be, in words for the help; empty if anything. */
  readonly range: string;
  /** Its value from text; `name` is the option as typed, for the message. */
  read(text: string, name: string): T;
}

/** Options by camelCase name. */
export type Options = Readonly<Record<string, Option<unknown>>>;

/** What a command gets for its options. */
export type Values<O> = { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never };

interface Spec<T> {
  readonly help: string;
  readonly placeholder?: string;
  readonly default?: T;
  readonly required?: boolean;
  readonly lastCounts?: boolean;
}

/** `T`, or undefined for an option that may be left out and has no default. */
type Given<T, S> = S extends { default: T } | { required: true } ? T : T | undefined;

interface NumberSpec<T = number> extends Spec<T> {
  /** Least value; default none. */
  readonly min?: number;
  /** Greatest value; default none. */
  readonly max?: number;
  /** A value it must be greater than. */
  readonly above?: number;
  /** How many numbers a list holds; default any. */
  readonly count?: number;
}

/** An option that is on or off. */
export function flag(help: string): Option<boolean> {
  return { help, default: false, range: "", read: () => true };
}

/** An option that is any text. */
export function text<const S extends Spec<string>>(spec: S): Option<Given<string, S>> {
  return made<string, S>({ placeholder: "TEXT", ...spec }, "", (given) => given);
}

/** An option that is one of `choices`. */
export function choice<const C extends string, const S extends Spec<C>>(
  choices: readonly C[],
  spec: S,
): Option<Given<C, S>> {
  const range = choices.join(", ");
  return made<C, S>({ placeholder: "NAME", ...spec }, range, (given, name) => {
    if (choices.includes(given as C)) return given as C;
    throw new UserError(`${name} must be one of ${range}, not ${given}${suggestion(given, choices)}`, 2);
  });
}

/** An option that is a list, with commas between, of `choices`. */
export function choicesOf<const S extends Spec<readonly string[]>>(
  choices: readonly string[],
  spec: S,
): Option<Given<readonly string[], S>> {
  const one = choice(choices, { help: spec.help, required: true });
  return made<readonly string[], S>(
    { placeholder: "NAME,…", ...spec },
    one.range,
    (given, name) => given.split(",").map((part) => one.read(part.trim(), name)),
  );
}

/** An option that is a finite number. */
export function number<const S extends NumberSpec>(spec: S): Option<Given<number, S>> {
  return made<number, S>(
    { placeholder: "X", ...spec },
    rangeOf(spec),
    (given, name) => readNumber(given, name, spec),
  );
}

/** An option that is a whole number. */
export function whole<const S extends NumberSpec>(spec: S): Option<Given<number, S>> {
  return made<number, S>(
    { placeholder: "N", ...spec },
    rangeOf(spec),
    (given, name) => readWhole(given, name, spec),
  );
}

/** An option that is a list of finite numbers, with commas between. */
export function numbers<const S extends NumberSpec<readonly number[]>>(
  spec: S,
): Option<Given<readonly number[], S>> {
  return made<readonly number[], S>(
    { placeholder: "X,…", ...spec },
    rangeOf(spec),
    (given, name) => readList(given, name, { ...spec, read: readNumber }),
  );
}

/** An option that is a list of whole numbers, with commas between. */
export function wholes<const S extends NumberSpec<readonly number[]>>(
  spec: S,
): Option<Given<readonly number[], S>> {
  return made<readonly number[], S>(
    { placeholder: "N,…", ...spec },
    rangeOf(spec),
    (given, name) => readList(given, name, { ...spec, read: readWhole }),
  );
}

/** The option `option`, which may also be one of `words`. */
export function orWord<T, const W extends string>(words: readonly W[], option: Option<T>): Option<T | W> {
  const range = [...words, option.range].filter(Boolean).join(", or ");
  const placeholder = [...words, option.placeholder].join("|");
  return {
    ...option,
    range,
    placeholder,
    read: (given, name) => words.includes(given as W) ? given as W : option.read(given, name),
  };
}

function made<T, S extends Spec<T>>(
  spec: Spec<T>,
  range: string,
  read: (text: string, name: string) => T,
): Option<Given<T, S>> {
  const { help, placeholder, default: fallback, required, lastCounts } = spec;
  return { help, placeholder, default: fallback, required, lastCounts, range, read } as Option<Given<T, S>>;
}

function readNumber(
  given: string,
  name: string,
  { min = -Infinity, max = Infinity, above = -Infinity }: NumberSpec<unknown>,
): number {
  const value = given.trim() === "" ? NaN : Number(given);
  if (!Number.isFinite(value)) throw new UserError(`${name} must be a number, not ${given || "nothing"}`, 2);
  if (value < min || value > max || value <= above) {
    throw new UserError(`${name} must be ${rangeOf({ min, max, above })}, not ${given}`, 2);
  }
  return value;
}

function readWhole(given: string, name: string, spec: NumberSpec<unknown>): number {
  const value = readNumber(given, name, spec);
  if (!Number.isSafeInteger(value)) throw new UserError(`${name} must be a whole number, not ${given}`, 2);
  return value;
}

function readList(
  given: string,
  name: string,
  { read, ...spec }: NumberSpec<unknown> & { read: typeof readNumber },
): number[] {
  const parts = given.split(",");
  if (spec.count !== undefined && parts.length !== spec.count) {
    throw new UserError(`${name} must be ${spec.count} numbers with commas between, not ${given}`, 2);
  }
  return parts.map((part) => read(part, name, spec));
}

function rangeOf(
  { min = -Infinity, max = Infinity, above = -Infinity }: Partial<NumberSpec<unknown>>,
): string {
  if (min > -Infinity && max < Infinity) return `in ${min} … ${max}`;
  const parts = [
    above > -Infinity ? `> ${above}` : "",
    min > -Infinity ? `≥ ${min}` : "",
    max < Infinity ? `≤ ${max}` : "",
  ];
  return parts.filter(Boolean).join(" and ");
}
