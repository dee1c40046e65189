/** For hosts that answer requests and are given the binary as a module. */

import { init } from "@gibbon/gibbon/module";
import module from "@gibbon/gibbon/gibbon.wasm";
import { outcome } from "./outcome.ts";

export default {
  fetch: async () => Response.json(await outcome(() => init({ module }))),
};
