/** Prints the options of families and attacks as tables in Markdown: `deno task options`. @module */

import { attackSchemas } from "../../src/evaluate/attack_choice.ts";
import { markdownTable } from "../../src/fields.ts";
import { type Command, command } from "./command.ts";
import { SIZES, UPDATE_RULE } from "./recipe.ts";
import { runTask } from "./run.ts";

/** The tables, each below its heading. */
export function tables(): string {
  return [
    ["Attacks", markdownTable(attackSchemas, "attack")],
    ["Families", markdownTable(SIZES.schemas, "family")],
    ["Update rules", markdownTable(UPDATE_RULE.schemas, "optimizer")],
  ].map(([title, table]) => `## ${title}\n\n${table}`).join("\n\n");
}

/** Prints them. */
const options: Command = command({
  name: "options",
  summary: "Print the options of families and attacks as tables in Markdown",
  options: {},
  run(_, { print }) {
    print(tables());
    return Promise.resolve(0);
  },
});

if (import.meta.main) Deno.exit(await runTask(options, Deno.args));
