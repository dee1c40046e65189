/** The threaded binaries and their workers, for programs that ask for more than one thread. @module */

import * as binaries from "../../wasm/threads.ts";
import { bytesOf } from "./binary.ts";
import { startTeam } from "./team.ts";
import { provideThreads, type Variant } from "./variants.ts";

/** Modules that were compiled: the engine improves their code while they run, which a module made anew would lose. */
const modules = new Map<Variant, WebAssembly.Module>();

provideThreads({
  builds(variant) {
    const module = modules.get(variant) ?? new WebAssembly.Module(bytesOf(binaries, variant));
    modules.set(variant, module);
    return module;
  },
  team: startTeam,
});

export { threads } from "./variants.ts";
