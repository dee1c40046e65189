/** From nothing to the first adversarial image, in a process of its own. @module */

import { start } from "./configs.ts";
import { first } from "./cold/first.ts";
import { repeatedAsync, type Subject } from "./measure.ts";
import type { Part } from "./part.ts";
import { checkClose } from "./verify.ts";

/** A whole process, less one that does nothing. */
export const cold: Part = async ({ configs }) => {
  const empty: Subject = {
    name: "empty program",
    unit: "ms",
    amount: 1,
    sample: repeatedAsync(() => run("empty.ts")),
  };
  const subjects = [empty];
  for (const family of ["softmax", "maxout"] as const) {
    for (const config of configs) {
      start(config);
      const args = [config.kernels, `${config.threads}`, family];
      checkClose(`the first image of ${family}`, JSON.parse(await run("main.ts", ...args)), first(family));
      subjects.push({
        name: `${family}, beyond that`,
        config,
        unit: "ms",
        amount: 1,
        sample: repeatedAsync(() => run("main.ts", ...args)),
        beyond: empty,
      });
    }
  }
  return subjects;
};

/** What a program in `cold/` prints. */
async function run(program: string, ...args: string[]): Promise<string> {
  const path = new URL(`cold/${program}`, import.meta.url).pathname;
  const process = new Deno.Command(Deno.execPath(), { args: ["run", "-q", path, ...args] });
  const { success, stdout, stderr } = await process.output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot run ${program}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}
