/** The threaded binaries and their workers, for programs that ask for more than one thread. @module */

import * as binaries from "../../wasm/threads.ts";
import { bytesOf } from "./binary.ts";
import { startTeam } from "./team.ts";
import { provideThreads } from "./variants.ts";

provideThreads({
  builds: (variant) => new WebAssembly.Module(bytesOf(binaries, variant)),
  team: startTeam,
});

export { threads } from "./variants.ts";
