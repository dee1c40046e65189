/** Hosts with a command line: Deno, Node and Bun. @module */

import type { Check, Setting } from "./check.ts";
import { run } from "./command.ts";
import type { Outcome } from "./programs/outcome.ts";
import { bundled, installed } from "./project.ts";
import { type Tool, tools } from "./tools.ts";

const root = new URL("../../../", import.meta.url).pathname;

/** Deno on the sources, without any permission. */
const source: Check = {
  host: "Deno",
  form: "sources",
  needs: [],
  threads: 2,
  async run({ signal }) {
    const program = `${root}scripts/release/runtimes/programs/print.ts`;
    const args = ["run", "-q", "--no-prompt", "--config", `${root}deno.json`, program];
    return JSON.parse(await run(Deno.execPath(), { args, signal }));
  },
};

/** `host` on the package, which `manager` has installed in a fresh project. */
function onPackage(
  host: string,
  { needs, manager, args }: { needs: readonly Tool[]; manager: "npm" | "bun"; args: readonly string[] },
): Check {
  return {
    host,
    form: "npm package",
    needs,
    threads: 2,
    async run(setting): Promise<Outcome> {
      const cwd = await folderOf(setting, manager);
      await bundled("print.ts", { project: cwd, out: cwd, external: true });
      const path = setting.paths.get(needs[0])?.path;
      const own = host === "Deno" ? Deno.execPath() : path!;
      return JSON.parse(await run(own, { args: [...args, "main.js"], cwd, signal: setting.signal }));
    },
  };
}

/** The folder with the package that `manager` has installed. */
export function folderOf({ project, paths, signal }: Setting, manager: "npm" | "bun"): Promise<string> {
  return installed(project, manager, { path: paths.get(tools[manager])!.path, signal });
}

/** Node on a bundle, the package within. */
const bundle: Check = {
  host: "Node",
  form: "esbuild bundle",
  needs: [tools.node, tools.npm],
  threads: 2,
  async run(setting) {
    const out = `${setting.project.folder}/bundle`;
    await bundled("print.ts", { project: await folderOf(setting, "npm"), out });
    await Deno.writeTextFile(`${out}/package.json`, '{ "type": "module" }');
    const args = [`${out}/main.js`];
    return JSON.parse(await run(setting.paths.get(tools.node)!.path, { args, signal: setting.signal }));
  },
};

/** All of them. */
export const shells: readonly Check[] = [
  source,
  onPackage("Deno", {
    needs: [tools.npm],
    manager: "npm",
    args: ["run", "-q", "--no-prompt", "--no-lock", "--node-modules-dir=manual"],
  }),
  onPackage("Node", { needs: [tools.node, tools.npm], manager: "npm", args: [] }),
  bundle,
  onPackage("Bun", { needs: [tools.bun], manager: "bun", args: ["run"] }),
];
