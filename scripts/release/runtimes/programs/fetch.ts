/** For hosts that answer requests. */

import { outcome } from "./outcome.ts";

export default {
  fetch: async (): Promise<Response> => Response.json(await outcome()),
};
