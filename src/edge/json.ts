/** JSON Schemas of answers, in few words. @module */

import type { JsonSchema } from "../fields.ts";

/** A text, a number, true or false. */
export const TEXT: JsonSchema = { type: "string" },
  NUMBER: JsonSchema = { type: "number" },
  BOOLEAN: JsonSchema = { type: "boolean" };

/** A list of such items. */
export function list(items: JsonSchema): JsonSchema {
  return { type: "array", items };
}

/** That, or null. */
export function orNull(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, { type: "null" }] };
}

/** An object of these members, of which the `optional` ones may be missing, and no others. */
export function object(
  properties: Readonly<Record<string, JsonSchema>>,
  optional: readonly string[] = [],
): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: "object", properties, required, additionalProperties: false };
}
