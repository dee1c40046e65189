/** The binaries within the program, for hosts that compile at run time. @module */

import * as binaries from "../../wasm/inline.ts";
import { bytesOf } from "./binary.ts";
import { provide } from "./variants.ts";

provide((variant, more) => new WebAssembly.Module(bytesOf(binaries, variant, more)));

export { init } from "./variants.ts";
