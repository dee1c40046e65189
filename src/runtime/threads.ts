/** The threaded binaries and their workers, for programs that ask for more than one thread. @module */

import * as binaries from "../../wasm/threads.ts";
import { compile } from "./binary.ts";
import { startTeam } from "./team.ts";
import { provideThreads } from "./variants.ts";

provideThreads({ builds: (variant) => compile(binaries[variant]), team: startTeam });

export { threads } from "./variants.ts";
