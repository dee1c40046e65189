/** The browsers that the playground is tested in. @module */

import { type Browser, launch, type LaunchOptions } from "puppeteer-core";
import { CHROMIUM, FIREFOX } from "../../../scripts/release/runtimes/launch.ts";
import { type Tool, tools } from "../../../scripts/release/runtimes/tools.ts";

/** Milliseconds for a browser to start, and for one of its answers; a busy machine may take long. */
const PATIENCE = 120_000;

/** A browser, and how it is started so that it saves files in a folder without asking. */
export interface Kind {
  readonly tool: Tool;
  /** Whether its scheme can be changed while it runs; if not, it runs in the dark one. */
  readonly changesScheme: boolean;
  options(downloads: string): LaunchOptions;
}

/** What the tests run in. */
export const BROWSERS: readonly Kind[] = [
  {
    tool: tools.chromium,
    changesScheme: true,
    options: (downloadPath) => ({ ...CHROMIUM, downloadBehavior: { policy: "allow", downloadPath } }),
  },
  {
    tool: tools.firefox,
    changesScheme: false,
    options: (downloads) => ({
      ...FIREFOX,
      extraPrefsFirefox: {
        "layout.css.prefers-color-scheme.content-override": 0,
        "browser.download.folderList": 2,
        "browser.download.dir": downloads,
        "browser.download.always_ask_before_handling_new_types": false,
        "browser.helperApps.neverAsk.saveToDisk": "application/octet-stream,application/json,image/png",
      },
    }),
  },
];

/** The browser at `path`, which saves files in `downloads`. */
export function started({ options }: Kind, path: string, downloads: string): Promise<Browser> {
  const times = { timeout: PATIENCE, protocolTimeout: PATIENCE };
  return launch({ ...options(downloads), executablePath: path, ...times });
}
