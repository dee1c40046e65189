/** workerd, which runs Cloudflare Workers and compiles nothing at run time. @module */

import type { Check } from "./check.ts";
import type { Outcome } from "./programs/outcome.ts";
import { bundled, type BundleOptions } from "./project.ts";
import { folderOf } from "./shells.ts";
import { tools } from "./tools.ts";

/** From this date on it has finalization, which models rest on. */
const COMPATIBILITY = "2025-05-05";

/** The configuration of a worker that is `main.js` and these binaries. */
function config(binaries: readonly string[]): string {
  const modules = ["main.js", ...binaries].map((file) =>
    `(name = "${file}", ${file.endsWith(".wasm") ? "wasm" : "esModule"} = embed "${file}")`
  );
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [${modules.join(", ")}],
  compatibilityDate = "${COMPATIBILITY}",
);
`;
}

function worker(form: string, program: string, options: BundleOptions): Check {
  return {
    host: "workerd",
    form,
    needs: [tools.workerd, tools.npm],
    threads: 1,
    async run(setting): Promise<Outcome> {
      const out = `${setting.project.folder}/workerd-${program}`;
      const files = await bundled(program, { project: await folderOf(setting, "npm"), out, ...options });
      const binaries = Object.keys(files).filter((file) => file.endsWith(".wasm"));
      await Deno.writeTextFile(`${out}/config.capnp`, config(binaries));
      const process = new Deno.Command(setting.paths.get(tools.workerd)!.path, {
        args: ["serve", "--control-fd=1", `${out}/config.capnp`],
        stdout: "piped",
        stderr: "null",
        signal: setting.signal,
      }).spawn();
      try {
        const port = await portOf(process.stdout);
        const response = await fetch(`http://127.0.0.1:${port}/`, { signal: setting.signal });
        if (!response.ok) throw new Error(`it answered ${response.status}: ${await response.text()}`);
        return await response.json();
      } finally {
        end(process);
        await process.status;
      }
    },
  };
}

function end(process: Deno.ChildProcess): void {
  try {
    process.kill();
  } catch {
    // it ended by itself
  }
}

/** The port that workerd says it listens at. */
async function portOf(output: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<number> {
  let text = "";
  for await (const piece of output.pipeThrough(new TextDecoderStream())) {
    text += piece;
    const port = text.match(/"port":\s*(\d+)/)?.[1];
    if (port) return Number(port);
  }
  throw new Error("it did not start");
}

/** The default entry, which the condition `workerd` turns to the binary, and the one that is given a module. */
export const workers: readonly Check[] = [
  worker("npm package", "fetch.ts", { conditions: ["workerd"] }),
  worker("module entry", "module.js", { entry: "@gibbon/gibbon/module" }),
];
