/** For hosts that answer requests. */

import { runConformance } from "./outcome.ts";

export default {
  fetch: async (): Promise<Response> => Response.json(await runConformance()),
};
