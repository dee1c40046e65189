/** The worker's own script. @module */

import { laboratory } from "./laboratory.ts";
import type { Line } from "./exchanges.ts";
import { serve } from "./serve.ts";

serve(globalThis as unknown as Line, laboratory());
