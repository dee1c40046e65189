/** The binaries within the program, for hosts that compile at run time. @module */

import { baselinePacked, relaxedPatch } from "../../wasm/inline.ts";
import { bytesOf } from "./binary.ts";
import { provide } from "./variants.ts";

provide((variant, more) => new WebAssembly.Module(bytesOf({ baselinePacked, relaxedPatch }, variant, more)));

export { init } from "./variants.ts";
