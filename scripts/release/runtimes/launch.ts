/** How browsers are started for tests: without a window, and with nothing of their own to ask of the network. @module */

import type { LaunchOptions } from "puppeteer-core";

/** Chromium's options. */
export const CHROMIUM: LaunchOptions = {
  browser: "chrome",
  args: [
    ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
    ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
  ],
};

/** Firefox's. */
export const FIREFOX: LaunchOptions = { browser: "firefox" };
