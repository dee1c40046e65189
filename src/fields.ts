/**
 * Options of a schema as text, as JSON Schema and as documentation: flags of a command line, members of a file or a
 * body, rows of a table.
 *
 * @module
 */

import { type AnySchema, type Field, intervalOf, problem, rangeOf } from "./schema.ts";
import { oneOf, quoted, suggestion } from "./wording.ts";

/** JSON Schema, draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The options of `schema` that text or a file can give. */
export function publicFields(schema: AnySchema): [name: string, field: Field][] {
  return Object.entries(schema).filter(([, { internal, kind }]) => !internal && kind !== "any");
}

/** An option's name as it is typed on a command line, without the dashes: `batchSize` is `batch-size`. */
export function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The flag of an option that differs from its default: `--batch-size`, or `--no-shuffle` for what is on unless said. */
export function flagOf(name: string, { kind, default: fallback }: Field): string {
  return `--${kind === "boolean" && fallback === true ? "no-" : ""}${kebabCase(name)}`;
}

/** What stands for a value in the help; nothing for a boolean, which takes none. */
export function placeholderOf({ kind, choices = [] }: Field): string | undefined {
  const one = {
    number: "X",
    integer: "N",
    numbers: "X,…",
    integers: "N,…",
    choice: "NAME",
    text: "TEXT",
    any: "VALUE",
    boolean: undefined,
  }[kind];
  return kind === "choice" ? one : one && [...choices, one].join("|");
}

/** What a value may be, in a few words beside its placeholder; empty if anything. */
export function limitsOf(field: Field): string {
  const { kind, choices = [] } = field;
  if (kind === "choice") return choices.join(", ");
  return choices.length > 0
    ? oneOf([...choices, intervalOf(field) || rangeOf({ kind, help: "" })])
    : intervalOf(field);
}

/**
 * The value that `text` gives to `field`.
 *
 * @throws what `fail` makes of what the value must be, if `text` is none
 */
export function fromText(field: Field, text: string, fail: (wanted: string) => Error): unknown {
  const value = plainValue(field, text);
  const wanted = problem(field, value);
  if (wanted !== undefined) throw fail(wanted);
  return value;
}

function plainValue({ kind, choices = [] }: Field, text: string): unknown {
  switch (kind) {
    case "number":
    case "integer":
      return choices.includes(text) ? text : numberFrom(text);
    case "numbers":
    case "integers":
      return text.split(",").map(numberFrom);
    case "boolean":
      return text === "true" ? true : text === "false" ? false : text;
    default:
      return text;
  }
}

function numberFrom(text: string): number {
  return text.trim() === "" ? NaN : Number(text);
}

/** The JSON Schema of an object that holds options of `schema`, and nothing else. */
export function jsonSchemaOf(schema: AnySchema): JsonSchema {
  const fields = publicFields(schema);
  const required = fields.filter(([, field]) => field.required).map(([name]) => name);
  return {
    type: "object",
    properties: Object.fromEntries(fields.map(([name, field]) => [name, jsonSchemaOfField(field)])),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}

/** The JSON Schema of one option's values. */
export function jsonSchemaOfField(field: Field): JsonSchema {
  const { help: description, default: fallback, choices } = field;
  const common = {
    ...(description && { description }),
    ...(fallback !== undefined && { default: fallback }),
  };
  const { kind, min, max, above, below, count } = field;
  const numeric = {
    type: kind.startsWith("integer") ? "integer" : "number",
    ...(min !== undefined && { minimum: min }),
    ...(max !== undefined && { maximum: max }),
    ...(above !== undefined && { exclusiveMinimum: above }),
    ...(below !== undefined && { exclusiveMaximum: below }),
  };
  switch (kind) {
    case "number":
    case "integer":
      return choices ? { anyOf: [{ enum: choices }, numeric], ...common } : { ...numeric, ...common };
    case "numbers":
    case "integers":
      return {
        type: "array",
        items: numeric,
        ...(count !== undefined && { minItems: count, maxItems: count }),
        ...common,
      };
    case "choice":
      return { type: "string", enum: choices, ...common };
    case "text":
      return { type: "string", ...common };
    case "boolean":
      return { type: "boolean", ...common };
    case "any":
      return common;
  }
}

/** A table in Markdown of the options that `schemas` hold, a row for each, with the names of those that take it. */
export function markdownTable(schemas: Readonly<Record<string, AnySchema>>, of: string): string {
  const rows = Object.entries(schemas).flatMap(([name, schema]) =>
    publicFields(schema).map(([key, field]) => [
      `\`${name}\``,
      `\`${key}\``,
      `\`${flagOf(key, field)}${placeholderOf(field) ? ` ${placeholderOf(field)}` : ""}\``.replaceAll(
        "|",
        "\\|",
      ),
      rangeOf(field),
      field.required ? "required" : field.default === undefined ? "" : `\`${JSON.stringify(field.default)}\``,
      field.help,
    ])
  );
  return [[of, "option", "flag", "value", "default", "sets"], Array<string>(6).fill("---"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/**
 * The members of `value`, an object of JSON, as `schema` has them: those that are there, and no others.
 *
 * @throws what `fail` makes of the first thing that does not fit, named by its place
 */
export function checkedMembers(
  schema: AnySchema,
  value: unknown,
  { place = "", fail, of = "its members" }: {
    /** What stands before a member's name; default nothing. */
    place?: string;
    fail: (problem: string) => Error;
    /** What these members are, for the message. */
    of?: string;
  },
): Record<string, unknown> {
  const at = (name: string) => place === "" ? quotedName(name) : `${place}.${quotedName(name)}`;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw fail(`${place || "it"} must be an object`);
  }
  const names = Object.keys(schema);
  for (const name of Object.keys(value)) {
    if (Object.hasOwn(schema, name)) continue;
    const near = suggestion(name, names);
    const all = names.length > 0 ? `, ${names.join(", ")}` : ", of which there are none";
    throw fail(`${at(name)} is none of ${of}${near || all}`);
  }
  const members = value as Readonly<Record<string, unknown>>;
  for (const [name, field] of Object.entries(schema)) {
    if (!Object.hasOwn(members, name) || members[name] === undefined) {
      if (field.required) throw fail(`${at(name)} is missing`);
      continue;
    }
    const wanted = problem(field, members[name]);
    if (wanted !== undefined) throw fail(`${at(name)} must be ${wanted}`);
  }
  return { ...members };
}

/** A member's name as a message shows it: in quotes where it is no plain word. */
export function quotedName(name: string): string {
  return /^\w{1,60}$/.test(name) ? name : quoted(name);
}
