/** For hosts that answer requests and are given the binary as a module. */

import { init } from "@gibbon/gibbon/module";
import module from "@gibbon/gibbon/gibbon.wasm";
import { runConformance } from "./outcome.ts";

export default {
  fetch: async () => Response.json(await runConformance(() => init({ module }))),
};
