/** `deno task bench`. @module */

import { command } from "../cli/command.ts";
import { choice, choicesOf, flag, integersOption, text } from "../cli/options.ts";
import { checkWritable, writeFileWhole } from "../files.ts";
import { configsOf, prepareThreads } from "./configs.ts";
import { attacking, latency } from "./attacking.ts";
import { cold } from "./cold.ts";
import { growth } from "./growth.ts";
import { kernels } from "./kernels.ts";
import { machine, machineLine } from "./machine.ts";
import { FULL, interrupted, measure, QUICK } from "./measure.ts";
import { pairs } from "./pairs.ts";
import type { Part } from "./part.ts";
import { peak, products } from "./products.ts";
import { type Row, rowsOf } from "./rows.ts";
import { training } from "./training.ts";
import { table } from "./table.ts";

/** The parts by name. */
const PARTS: Readonly<Record<string, Part>> = {
  peak,
  products,
  kernels,
  training,
  pairs,
  attacking,
  latency,
  growth,
  cold,
};

/** Parts that other parts contain. */
const CONTAINED = ["peak"];

/** The benchmark of Gibbon alone. */
export const own = command({
  name: "bench",
  summary: "measure kernels, training, attacks and start",
  options: {
    only: choicesOf(Object.keys(PARTS), { help: "parts to run; by default all" }),
    kernels: choice(["both", "baseline", "relaxed"], { help: "builds of the kernels", default: "both" }),
    threads: integersOption({ help: "numbers of threads to run on", min: 1, default: [1] }),
    quick: flag("one quick round at smaller sizes, to try the command; its times do not count"),
    json: text({ help: "file for the figures", placeholder: "FILE" }),
  },
  examples: ["bench", "bench --only products,kernels --kernels relaxed --json bench.json", "bench peers"],
  async run({ only, kernels: builds, threads, quick, json }, context) {
    if (json !== undefined) await checkWritable(json);
    const configs = await prepareThreads(
      configsOf(builds === "both" ? ["baseline", "relaxed"] : [builds], threads),
    );
    const names = only ?? Object.keys(PARTS).filter((name) => !CONTAINED.includes(name));
    return await context.interruptible(async (signal) => {
      const [pace, on] = [quick ? QUICK : FULL, await machine()];
      const rows: Row[] = [];
      context.print(machineLine(on));
      using progress = context.progress("bench");
      for (const [i, name] of names.entries()) {
        progress.update(i / names.length, name);
        const subjects = await PARTS[name]({ configs, quick });
        const timings = await measure(
          subjects,
          pace,
          (done, doing) => {
            if (signal.aborted) throw interrupted("bench", names.slice(i));
            progress.update((i + done) / names.length, `${name}: ${doing}`);
          },
        );
        const found = rowsOf(name, subjects, timings);
        rows.push(...found);
        progress.end();
        context.print(`\n${table(found)}`);
      }
      if (json !== undefined) {
        await writeFileWhole(json, `${JSON.stringify({ machine: on, quick, rows }, null, 2)}\n`);
      }
      return 0;
    });
  },
});
