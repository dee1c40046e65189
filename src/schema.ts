/**
 * Options stated once: what each is, its default, what it may be. Types, checks at run time, command-line flags, gate
 * files, OpenAPI, the playground's controls and the documentation's tables all come from it.
 *
 * @module
 */

import { InputError } from "./errors.ts";

/** One option of a family, an attack or a recipe, as data. */
export interface Field<T = unknown> {
  /** What a value looks like. */
  readonly kind: FieldKind;
  /** One line of what it sets, without a period. */
  readonly help: string;
  /** Its value where it is left out; none for one that must be given, or that does nothing when left out. */
  readonly default?: T;
  /** Whether it may not be left out. */
  readonly required?: boolean;
  /** Minimum of a number, or of each number of a list. */
  readonly min?: number;
  /** Maximum, likewise. */
  readonly max?: number;
  /** A value that it must be greater than, likewise. */
  readonly above?: number;
  /** A value that it must be less than, likewise. */
  readonly below?: number;
  /** The words that it may be, for `choice`, or that it may be instead of a number. */
  readonly choices?: readonly string[];
  /** How many numbers a list holds; default any. */
  readonly count?: number;
  /** Whether it is data or a function that no command line or file can give. */
  readonly internal?: boolean;
}

/** What a value looks like: text and files can hold every kind but `any`. */
export type FieldKind = "number" | "integer" | "boolean" | "choice" | "text" | "numbers" | "integers" | "any";

/** All options of something, by name: `O` is the type of a record of them. */
export type Schema<O> = { readonly [K in keyof O]-?: Field<Exclude<O[K], undefined>> };

/** Any schema. */
export type AnySchema = Readonly<Record<string, Field>>;

/** `O` with the options that have a default filled in. */
export type Resolved<O, S> = {
  readonly [K in keyof O]-?: K extends keyof S
    ? S[K] extends { default: unknown } | { required: true } ? Exclude<O[K], undefined> : O[K]
    : O[K];
};

type Spec<T> = Omit<Field<T>, "kind" | "help" | "choices">;

/** An option that is a finite number. */
export function number<const S extends Spec<number>>(
  help: string,
  spec: S,
): { kind: "number"; help: string } & S {
  return { kind: "number", help, ...spec };
}

/** An option that is a whole number. */
export function integer<const S extends Spec<number>>(
  help: string,
  spec: S,
): { kind: "integer"; help: string } & S {
  return { kind: "integer", help, ...spec };
}

/** An option that is on or off. */
export function boolean<const S extends Spec<boolean>>(
  help: string,
  spec: S,
): { kind: "boolean"; help: string } & S {
  return { kind: "boolean", help, ...spec };
}

/** An option that is one of these words. */
export function choice<const C extends string, const S extends Spec<C>>(
  help: string,
  choices: readonly C[],
  spec: S = {} as S,
): { kind: "choice"; help: string; choices: readonly C[] } & S {
  return { kind: "choice", help, choices, ...spec };
}

/** An option that is a list of finite numbers. */
export function numbers<const S extends Spec<readonly number[]>>(
  help: string,
  spec: S,
): { kind: "numbers"; help: string } & S {
  return { kind: "numbers", help, ...spec };
}

/** An option that is a list of whole numbers. */
export function integers<const S extends Spec<readonly number[]>>(
  help: string,
  spec: S,
): { kind: "integers"; help: string } & S {
  return { kind: "integers", help, ...spec };
}

/** An option that is a whole number or one of these words. */
export function integerOr<const C extends string, const S extends Spec<number | C>>(
  help: string,
  choices: readonly C[],
  spec: S,
): { kind: "integer"; help: string; choices: readonly C[] } & S {
  return { kind: "integer", help, choices, ...spec };
}

/** An option that only a program can give, such as a function or a batch; the function that takes it checks it. */
export function any<T>(help: string, spec: Spec<T> = {}): Field<T> {
  return { kind: "any", help, internal: true, ...spec };
}

/**
 * The options `given`, checked, with defaults where they are undefined.
 *
 * @throws {InputError} code `option` for a name that `schema` does not have, with the one that may have been meant; code
 *   `value` for a value out of range; `action` begins the message
 */
export function resolve<O extends object, S extends Schema<O>>(
  action: string,
  schema: S & Schema<O>,
  given: O,
): Resolved<O, S> {
  checkObject(action, given);
  const fields = schema as AnySchema, names = namesOf(fields);
  const out: Record<string, unknown> = {};
  for (const name in given) {
    if (Object.hasOwn(fields, name) || !Object.hasOwn(given, name)) continue;
    throw new InputError(
      "option",
      action,
      `there is no option ${quoted(name)}${
        suggestion(name, names) || `; the options are ${names.join(", ")}`
      }`,
    );
  }
  for (const name of names) {
    const field = fields[name], value = (given as Record<string, unknown>)[name];
    if (value === undefined) {
      if (field.required) throw new InputError("option", action, `${name} is missing`);
      out[name] = field.default;
      continue;
    }
    const wanted = problem(field, value);
    if (wanted !== undefined) {
      throw new InputError("value", `${action} with ${name} ${shown(value)}`, `must be ${wanted}`);
    }
    // functions that take a list may use its methods
    out[name] = isList(value) && field.kind !== "any" ? Array.from(value) : value;
  }
  return out as Resolved<O, S>;
}

/** @throws {InputError} unless `value`, called `what`, is an object that is no list; `action` begins the message */
export function checkObject(action: string, value: unknown, what = "the options"): void {
  if (typeof value === "object" && value !== null && !isList(value)) return;
  throw new InputError("shape", action, `${what} must be an object, not ${shown(value)}`);
}

/** @throws {InputError} unless `value`, called `what`, is an array, typed or not; `action` begins the message */
export function checkList(action: string, value: unknown, what: string): void {
  if (isList(value)) return;
  throw new InputError("shape", action, `${what} must be a list, not ${shown(value)}`);
}

/** @throws {InputError} unless `value`, called `what`, is a function; `action` begins the message */
export function checkFunction(action: string, value: unknown, what: string): void {
  if (typeof value === "function") return;
  throw new InputError("shape", action, `${what} must be a function, not ${shown(value)}`);
}

/** Whether `value` is an array, typed or not. */
export function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

/** Names of the options of a schema: looked up for each call of an attack. */
const known = new WeakMap<AnySchema, readonly string[]>();

function namesOf(fields: AnySchema): readonly string[] {
  let names = known.get(fields);
  if (!names) known.set(fields, names = Object.keys(fields));
  return names;
}

/** What `value` should be instead, in words that follow "must be"; nothing if it is as `field` says. */
export function problem(field: Field, value: unknown): string | undefined {
  return isValue(field, value) ? undefined : rangeOf(field);
}

function isValue(field: Field, value: unknown): boolean {
  const { kind, choices = [] } = field;
  switch (kind) {
    case "any":
      return true;
    case "boolean":
      return typeof value === "boolean";
    case "text":
      return typeof value === "string";
    case "choice":
      return choices.includes(value as string);
    case "number":
    case "integer":
      return choices.includes(value as string) || fits(field, value);
    case "numbers":
    case "integers": {
      if (!Array.isArray(value) && !ArrayBuffer.isView(value)) return false;
      const items = Array.from(value as ArrayLike<unknown>);
      return (field.count === undefined || items.length === field.count) &&
        items.every((item) => fits(field, item));
    }
  }
}

function fits(
  { kind, min = -Infinity, max = Infinity, above = -Infinity, below = Infinity }: Field,
  value: unknown,
) {
  if (typeof value !== "number" || !Number.isFinite(value)) return false;
  if (kind.startsWith("integer") && !Number.isSafeInteger(value)) return false;
  return value >= min && value <= max && value > above && value < below;
}

/** What a field may be, in words that follow "must be". */
export function rangeOf(field: Field): string {
  const { kind, choices = [], count } = field;
  if (kind === "any") return "as described";
  if (kind === "boolean") return "true or false";
  if (kind === "text") return "a text";
  if (kind === "choice") return oneOf(choices);
  const list = kind === "numbers" || kind === "integers";
  const whole = kind === "integer" || kind === "integers";
  const interval = intervalOf(field);
  const range = interval === "" ? "" : ` ${interval}`;
  const one = whole ? "whole number" : "finite number";
  const text = list
    ? `a list of ${count === undefined ? "" : `${count} `}${one}s${range}`
    : `a ${one}${range}`;
  return choices.length > 0 ? `${choices.join(", ")} or ${text}` : text;
}

/** Where a field's numbers lie, such as `≥ 1` or `in (0, 1]`; empty if anywhere. */
export function intervalOf({ min, max, above, below }: Field): string {
  const lo = above ?? min, hi = below ?? max;
  if (lo !== undefined && hi !== undefined) {
    return `in ${above !== undefined ? "(" : "["}${lo}, ${hi}${below !== undefined ? ")" : "]"}`;
  }
  if (lo !== undefined) return `${above !== undefined ? ">" : "≥"} ${lo}`;
  return hi !== undefined ? `${below !== undefined ? "<" : "≤"} ${hi}` : "";
}

/** Words as a list in a sentence: a, b or c. */
export function oneOf(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** Characters of a value that a message shows. */
const SHOWN = 60;

/** A value as a message shows it: short, and without control characters. */
export function shown(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value === "function") return "a function";
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null) return String(value);
  if (ArrayBuffer.isView(value) || Array.isArray(value)) {
    const items = Array.from(Array.prototype.slice.call(value, 0, 8), shown).join(", ");
    return cut(`[${items}${(value as ArrayLike<unknown>).length > 8 ? ", …" : ""}]`);
  }
  const { constructor } = value;
  return typeof constructor !== "function" || constructor === Object
    ? "an object"
    : `a ${cut(String(constructor.name || "thing"))}`;
}

/** A text in quotes, cut, its control characters as spaces. */
export function quoted(text: string): string {
  return `"${cut(text)}"`;
}

function cut(text: string): string {
  const plain = text.slice(0, 4 * SHOWN).replace(/[\p{C}\u2028\u2029]+/gu, " ");
  return plain.length > SHOWN ? `${plain.slice(0, SHOWN).replace(/[\ud800-\udbff]$/, "")}…` : plain;
}

/** `; did you mean X?` where one of `known` is nearly `given`, else nothing. */
export function suggestion(given: string, known: Iterable<string>): string {
  if (given.length > SHOWN) return "";
  const limit = Math.max(1, Math.floor(given.length / 3));
  const near = [...known]
    .map((name) => ({ name, far: distance(given.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, far }) => far <= limit || (given.length > 2 && name.startsWith(given)))
    .sort((a, b) => a.far - b.far);
  return near.length > 0 ? `; did you mean ${near[0].name}?` : "";
}

/** Letters to insert, delete, replace or let change places with the next to get from `a` to `b`. */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    rows.push([i]);
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      rows[i].push(Math.min(
        rows[i - 1][j] + 1,
        rows[i][j - 1] + 1,
        rows[i - 1][j - 1] + Number(a[i - 1] !== b[j - 1]),
        swapped ? rows[i - 2][j - 2] + 1 : Infinity,
      ));
    }
  }
  return rows[a.length][b.length];
}
