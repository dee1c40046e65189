/** The package's command, against the same on the sources. @module */

import { sha256 } from "../../sha256.ts";
import type { Check } from "./check.ts";
import { run, type RunOptions } from "./command.ts";
import { folderOf } from "./shells.ts";
import { tools } from "./tools.ts";

const root = new URL("../../../", import.meta.url).pathname;

const GATE =
  '{ "effort": "quick", "epsilons": [0.05], "thresholds": [{ "on": "clean", "errorRate": 1 }, { "on": "attacked", "errorRate": 1 }] }';

const COMMANDS = [
  "train --model softmaxLinear --data digits --epochs 1 --kernels baseline --out model.safetensors",
  "attack --model model.safetensors --data digits --epsilon 0.25 --kernels baseline --out adversarial.safetensors",
  "check --model model.safetensors --data digits --config gate.json --kernels baseline --junit gate.xml",
  "reproduce --only softmax --no-cache --kernels baseline --html report.html",
].map((line) => line.split(" "));

/** What they write that is the same everywhere; a report says where and when it was made. */
const FILES = ["model.safetensors", "adversarial.safetensors", "gate.xml"];

/** The hashes of what the commands write into a fresh folder, run by `gibbon`. */
async function written(
  gibbon: (args: readonly string[], options: Omit<RunOptions, "args">) => Promise<string>,
) {
  const cwd = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${cwd}/gate.json`, GATE);
    for (const args of COMMANDS) await gibbon(args, { cwd });
    if (!(await Deno.readTextFile(`${cwd}/report.html`)).includes('class="chart"')) {
      throw new Error("its report has no chart");
    }
    return await Promise.all(FILES.map(async (file) => await sha256(await Deno.readFile(`${cwd}/${file}`))));
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

function commandLine(host: "node" | "bun", manager: "npm" | "bun"): Check {
  return {
    host: tools[host].name,
    form: "gibbon",
    needs: [tools[host], tools[manager]],
    async run(setting) {
      const { signal } = setting;
      const own = await written((args, options) =>
        run(Deno.execPath(), {
          args: [
            "run",
            "-q",
            "-P=download",
            "--config",
            `${root}deno.json`,
            `${root}scripts/cli/gibbon.ts`,
            ...args,
          ],
          ...options,
          signal,
        })
      );
      const command = `${await folderOf(setting, manager)}/node_modules/.bin/gibbon`;
      const theirs = await written((args, options) =>
        run(setting.paths.get(tools[host])!.path, { args: [command, ...args], ...options, signal })
      );
      if (own.join() !== theirs.join()) throw new Error("its files differ from those that Deno writes");
    },
  };
}

/** In Node and in Bun. */
export const commandLines: readonly Check[] = [commandLine("node", "npm"), commandLine("bun", "bun")];
