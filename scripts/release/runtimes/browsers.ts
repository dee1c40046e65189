/** Browsers, on a page of this machine. @module */

import { launch, type LaunchOptions } from "puppeteer-core";
import type { Check } from "./check.ts";
import { CHROMIUM, FIREFOX } from "./launch.ts";
import type { Outcome } from "./programs/outcome.ts";
import { bundled } from "./project.ts";
import { folderOf } from "./shells.ts";
import { type Tool, tools } from "./tools.ts";

const PAGE = `<!doctype html><meta charset="utf-8"><title>Gibbon</title><link rel="icon" href="data:,">
<script type="module" src="main.js"></script>`;

/** Without these a page may not share memory with its workers. */
const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** Serves `script` with its page, below /isolated/ as a page of an isolated origin. */
function served(script: string): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ url }) => {
    const [, kind, file] = new URL(url).pathname.split("/");
    const page = file === "";
    if (!page && file !== "main.js") return new Response("Not found", { status: 404 });
    const type = page ? "text/html" : "text/javascript";
    return new Response(page ? PAGE : script, {
      headers: { "content-type": type, ...(kind === "isolated" && ISOLATED) },
    });
  });
}

/** The program in the page itself or in a worker of it. */
type Place = "page" | "worker";

function browser(
  tool: Tool,
  options: LaunchOptions,
  { place, isolated }: { place: Place; isolated: boolean },
): Check {
  return {
    host: tool.name,
    form: `${place}${isolated ? ", isolated" : ""}`,
    needs: [tool, tools.npm],
    threads: isolated ? 2 : 1,
    async run(setting): Promise<Outcome> {
      const out = `${setting.project.folder}/page`;
      await bundled("page.ts", { project: await folderOf(setting, "npm"), out });
      await using server = served(await Deno.readTextFile(`${out}/main.js`));
      const running = await launch({ executablePath: setting.paths.get(tool)!.path, ...options });
      const close = () => void running.close();
      setting.signal?.addEventListener("abort", close);
      try {
        const page = await running.newPage();
        const errors: string[] = [];
        page.on("pageerror", (error) => errors.push(String(error)));
        page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
        await page.goto(`http://127.0.0.1:${server.addr.port}/${isolated ? "isolated" : "plain"}/`);
        if (await page.evaluate("crossOriginIsolated") !== isolated) {
          throw new Error(`the page is ${isolated ? "not " : ""}isolated`);
        }
        const outcome = await page.evaluate(`outcomes.${place}()`) as Outcome;
        if (errors.length > 0) throw new Error(`the console has: ${errors.join("; ")}`);
        return outcome;
      } finally {
        setting.signal?.removeEventListener("abort", close);
        await running.close();
      }
    },
  };
}

/** Both browsers: a page that may share memory, its worker, and a page that may not. */
export const browsers: readonly Check[] = [[tools.chromium, CHROMIUM], [tools.firefox, FIREFOX]].flatMap((
  [tool, options],
) =>
  ([
    { place: "page", isolated: true },
    { place: "worker", isolated: true },
    { place: "page", isolated: false },
  ] as const).map((where) => browser(tool as Tool, options as LaunchOptions, where))
);
