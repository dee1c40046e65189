/**
 * Options stated once: what each is, its default, what it may be. Types, checks at run time, command-line flags, gate
 * files, OpenAPI, the playground's controls and the documentation's tables all come from it.
 *
 * @module
 */

import { oneOf } from "./wording.ts";

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

/** An option that only a program can give, such as a function or a batch: the function that takes it documents and checks it. */
export function any<T>(help = "", spec: Spec<T> = {}): Field<T> {
  return { kind: "any", help, internal: true, ...spec };
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
