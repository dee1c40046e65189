/**
 * Builds the playground, and serves it or writes it: `deno task web`.
 *
 * @module
 */

import { command } from "../cli/command.ts";
import type { Terminal } from "../cli/context.ts";
import { flag, text, whole } from "../cli/options.ts";
import { runTask } from "../cli/run.ts";
import { makeFolder, writeFileWhole } from "../files.ts";
import { bundle } from "./bundle.ts";
import { served } from "./served.ts";

const web = command({
  name: "web",
  summary: "build the playground, a page to train and fool models on, and serve it",
  options: {
    port: whole({
      help: "port on this machine to serve it at; 0 for any",
      min: 0,
      max: 65535,
      default: 8000,
    }),
    build: flag("write the page instead, as a file for any static host or to be opened itself"),
    out: text({ help: "folder to write index.html to", placeholder: "DIR", default: "playground" }),
  },
  examples: ["web", "web --port 8080", "web --build --out site"],
  async run({ port, build, out }, context) {
    const page = await bundle();
    const bytes = new TextEncoder().encode(page);
    if (build) {
      await makeFolder(out);
      await writeFileWhole(`${out}/index.html`, bytes);
      context.print(`${out}/index.html  ${bytes.length} bytes`);
      return 0;
    }
    await context.interruptible(async (signal) => {
      await served(page, { port, signal, onListen: (address) => context.print(address) }).finished;
    });
    return 0;
  },
});

/** The exit code of `deno task web` with the arguments `args`. */
export function main(args: string[], terminal?: Terminal): Promise<number> {
  return runTask(web, args, terminal);
}

if (import.meta.main) Deno.exit(await main(Deno.args));
