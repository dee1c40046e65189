/** The worker's own script. @module */

import type { Channel } from "../messages.ts";
import { createHandlers } from "./handlers.ts";
import { serve } from "./serve.ts";

serve(globalThis as unknown as Channel, createHandlers());
