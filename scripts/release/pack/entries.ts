/** Files of the npm package that are no part of the sources, for what they import no other host resolves. @module */

/** The default entry where a host compiles nothing: `module` is how its bundler is asked for a compiled binary. */
function entry(module: string): string {
  return `import baseline from "${module}";
import { provide } from "./runtime/variants.js";

provide((variant) => variant === "baseline" ? baseline : undefined);

export * from "./module.js";
`;
}

/** Their text by path. */
export const entries: Readonly<Record<string, string>> = {
  "src/workerd.js": entry("../wasm/gibbon.wasm"),
  "src/edge_light.js": entry("../wasm/gibbon.wasm?module"),
  "wasm/module.d.ts": `/** The binary, compiled, as hosts that compile nothing at run time import it. */
declare const module: WebAssembly.Module;
export default module;
`,
  "bin/gibbon.js": `#!/usr/bin/env node
import process from "node:process";
import { main } from "./main.js";

process.exitCode = await main(process.argv.slice(2));
`,
};
