/** The binaries within the program, for hosts that compile at run time. @module */

import * as binaries from "../../wasm/inline.ts";
import { compile } from "./binary.ts";
import { provide } from "./variants.ts";

provide((variant) => compile(binaries[variant]));

export { init } from "./variants.ts";
