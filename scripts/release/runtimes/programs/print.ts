/** For hosts with a standard output. */

import { outcome } from "./outcome.ts";

console.log(JSON.stringify(await outcome()));
