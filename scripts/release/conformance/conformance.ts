/** `deno task conformance`: the bytes of seeded work on this host against the committed table. @module */

import { type Command, command } from "../../cli/command.ts";
import { flag, text } from "../../cli/options.ts";
import { runTask } from "../../cli/run.ts";
import { makeFolder, writeFileWhole } from "../../files.ts";
import table from "./hashes.json" with { type: "json" };
import { conformance, differences } from "./mod.ts";

/** Compares the hashes of this host with the table. */
export const compare: Command = command({
  name: "conformance",
  summary: "Compare the SHA-256 of seeded work with scripts/release/conformance/hashes.json",
  options: {
    write: flag("Write that table anew"),
    out: text({ placeholder: "FOLDER", help: "Keep each output there, as case.output.bin" }),
  },
  async run({ write, out }, { print, note }) {
    const outputs: [name: string, bytes: Uint8Array][] = [];
    const hashes = await conformance({ onOutput: (...output) => out !== undefined && outputs.push(output) });
    if (out !== undefined) {
      await makeFolder(out);
      for (const [name, bytes] of outputs) await writeFileWhole(`${out}/${name}.bin`, bytes);
    }
    const [count, different] = [Object.keys(hashes).length, differences(hashes, table)];
    if (write) {
      const path = new URL("hashes.json", import.meta.url).pathname;
      await writeFileWhole(path, JSON.stringify(hashes, null, 2) + "\n");
      print(`${count} hashes written, ${different.length} of them new`);
      return 0;
    }
    for (const row of different) {
      note(`${row}: expected ${row in table ? "another hash" : "none"}, got ${hashes[row] ?? "none"}`);
    }
    if (different.length > 0) note("If that is meant, run: deno task conformance --write");
    else print(`${count} hashes equal`);
    return Number(different.length > 0);
  },
});

if (import.meta.main) Deno.exit(await runTask(compare, Deno.args));
