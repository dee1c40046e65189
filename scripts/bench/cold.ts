/** From nothing to the first adversarial image, in a process of its own. @module */

import { start } from "./configs.ts";
import { first } from "./cold/first.ts";
import { repeatedAsync, type Subject } from "./measure.ts";
import type { Part } from "./part.ts";
import { checkClose } from "./verify.ts";

/** The time of a whole process minus that of an empty one: from the sources, and from one bundled file. */
export const cold: Part = async ({ configs }) => {
  const main = new URL("cold/main.ts", import.meta.url).pathname;
  const programs = { sources: main, "one file": await bundled(main) };
  const empty: Subject = {
    name: "empty program",
    unit: "ms",
    amount: 1,
    sample: repeatedAsync(() => run(new URL("cold/empty.ts", import.meta.url).pathname)),
  };
  const subjects = [empty];
  for (const family of ["softmax", "maxout"] as const) {
    for (const config of configs) {
      start(config);
      const args = [config.kernels, `${config.threads}`, family];
      for (const [form, program] of Object.entries(programs)) {
        checkClose(`the first image of ${family}`, JSON.parse(await run(program, ...args)), first(family));
        subjects.push({
          name: `${family}, beyond that, ${form}`,
          config,
          unit: "ms",
          amount: 1,
          sample: repeatedAsync(() => run(program, ...args)),
          beyond: empty,
        });
      }
    }
  }
  return subjects;
};

/** `program` with all that it imports, as one file. */
async function bundled(program: string): Promise<string> {
  const file = `${await Deno.makeTempDir({ prefix: "gibbon-bench-" })}/main.js`;
  await output("bundle", "-q", "--minify", "-o", file, program);
  return file;
}

/** What a program prints. */
function run(program: string, ...args: string[]): Promise<string> {
  return output("run", "-q", program, ...args);
}

async function output(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot run deno ${args.join(" ")}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}
