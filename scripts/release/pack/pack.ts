/** `deno task pack`: the npm package as a file. @module */

import project from "../../../deno.json" with { type: "json" };
import { type Command, command } from "../../cli/command.ts";
import { flag, text } from "../../cli/options.ts";
import { runTask } from "../../cli/run.ts";
import { pack } from "./tarball.ts";

const NAME = `${project.name.slice(1).replace("/", "-")}-${project.version}.tgz`;

/** Makes the tarball. */
export const packing: Command = command({
  name: "pack",
  summary: "Make the npm package: npm install ./FILE",
  options: {
    out: text({ placeholder: "FILE", help: "Where to write it", default: NAME }),
    json: flag("Print one JSON object: the file, its size and those of its files"),
  },
  async run({ out, json }, { print }) {
    const { size, files } = await pack(out);
    if (json) print(JSON.stringify({ file: out, size, files }));
    else print(`${out}: ${size} bytes, ${Object.keys(files).length} files`);
    return 0;
  },
});

if (import.meta.main) Deno.exit(await runTask(packing, Deno.args));
