/**
 * Builds the playground, and serves it or writes it: `deno task web`.
 *
 * @module
 */

import { command } from "../cli/command.ts";
import type { Terminal } from "../cli/context.ts";
import { flag, integerOption, text } from "../cli/options.ts";
import { runTask } from "../cli/run.ts";
import { makeFolder, writeFileWhole } from "../files.ts";
import { UserError } from "../errors.ts";
import { bundle, PREVIEW } from "./bundle.ts";
import { preview } from "./preview.ts";
import { served } from "./served.ts";

const web = command({
  name: "web",
  summary: "build the playground, a page to train and fool models on, and serve it",
  options: {
    port: integerOption({
      help: "port on this machine to serve it at; 0 for any",
      min: 0,
      max: 65535,
      default: 8000,
    }),
    build: flag("write the page instead, as a file for any static host or to be opened itself"),
    out: text({ help: "folder to write index.html to", placeholder: "DIR", default: "playground" }),
    address: text({
      help: "address at which the page will be published, for the picture that previews of links show",
      placeholder: "URL",
    }),
  },
  examples: ["web", "web --port 8080", "web --build --out site"],
  async run({ port, build, out, address }, context) {
    if (address !== undefined && !/^https?:/.test(URL.parse(address)?.protocol ?? "")) {
      throw new UserError(`--address must be an http or https address, not ${address}`);
    }
    const page = await bundle({ address });
    if (build) {
      await makeFolder(out);
      const files = { "index.html": new TextEncoder().encode(page), [PREVIEW]: await preview() };
      for (const [name, bytes] of Object.entries(files)) {
        await writeFileWhole(`${out}/${name}`, bytes);
        context.print(`${out}/${name}  ${bytes.length} bytes`);
      }
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
