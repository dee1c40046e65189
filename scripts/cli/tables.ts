/** Prints the options of families and attacks as tables in Markdown: `deno task options`. @module */

import { attackSchemas } from "../../src/evaluate/attack_choice.ts";
import { markdownTable } from "../../src/fields.ts";
import { SIZES, UPDATE_RULE } from "./recipe.ts";

/** The tables, each below its heading. */
export function tables(): string {
  return [
    ["Attacks", markdownTable(attackSchemas, "attack")],
    ["Families", markdownTable(SIZES.schemas, "family")],
    ["Update rules", markdownTable(UPDATE_RULE.schemas, "optimizer")],
  ].map(([title, table]) => `## ${title}\n\n${table}`).join("\n\n");
}

if (import.meta.main) console.log(tables());
