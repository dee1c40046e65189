/** For hosts with a standard output. */

import { runConformance } from "./outcome.ts";

console.log(JSON.stringify(await runConformance()));
