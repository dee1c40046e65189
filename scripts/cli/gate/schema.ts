/** The JSON Schema of gate files, by which editors complete and check them. @module */

import project from "../../../deno.json" with { type: "json" };
import { gateSchema } from "../../../src/evaluate/read_gate.ts";

/** Where a gate file says its schema is: the copy beside this file, in the package as it is published. */
export const SCHEMA_URL =
  `https://jsr.io/${project.name}/${project.version}/scripts/cli/gate/gate.schema.json`;

/** The schema as a file holds it. */
export function schemaText(): string {
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "A gate of gibbon check",
    ...gateSchema(),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
