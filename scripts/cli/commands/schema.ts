/** `gibbon schema`. @module */

import { checkWritable, writeFileWhole } from "../../files.ts";
import { type Command, command } from "../command.ts";
import { FORCE } from "../examples_file.ts";
import { SCHEMA_URL, schemaText } from "../gate/schema.ts";
import { text } from "../options.ts";

/** Tells what a gate file may hold. */
export const schema: Command = command({
  name: "schema",
  summary: "Print the JSON Schema of gate files, which editors use to complete them",
  options: {
    out: text({ help: "File to write it to; by default it is printed", placeholder: "FILE" }),
    force: FORCE,
  },
  notes:
    `A gate names its schema in the member "$schema": a path, or the address of the published copy, ${SCHEMA_URL}`,
  examples: ["schema --out gate.schema.json"],
  async run({ out, force }, context) {
    if (out === undefined) context.print(schemaText().trimEnd());
    else {
      await checkWritable(out, { force });
      await writeFileWhole(out, schemaText());
      context.print(`wrote ${out}`);
    }
    return 0;
  },
});
