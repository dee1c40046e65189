/** Checks of what callers give: options by their schema, objects, lists, functions. @module */

import { InputError } from "./errors.ts";
import { type AnySchema, problem, type Resolved, type Schema } from "./schema.ts";
import { quoted, shown, suggestion } from "./wording.ts";

/**
 * `options`, checked, with defaults where they are undefined.
 *
 * @throws {InputError} code `option` for a name that `schema` does not have, with the one that may have been meant; code
 *   `value` for a value out of range; `action` begins the message
 */
export function resolve<O extends object, S extends Schema<O>>(
  action: string,
  schema: S & Schema<O>,
  options: O,
): Resolved<O, S> {
  checkObject(action, options);
  const fields = schema as AnySchema, names = namesOf(fields);
  const out: Record<string, unknown> = {};
  for (const name in options) {
    if (Object.hasOwn(fields, name) || !Object.hasOwn(options, name)) continue;
    throw new InputError(
      "option",
      action,
      `there is no option ${quoted(name)}${
        suggestion(name, names) || `; the options are ${names.join(", ")}`
      }`,
    );
  }
  for (const name of names) {
    const field = fields[name], value = (options as Record<string, unknown>)[name];
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
