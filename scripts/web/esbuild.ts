/** Prints where esbuild's program is: the one program that the playground's task may run. @module */

import { createRequire } from "node:module";

const { os, arch } = Deno.build;
const platform = os === "windows" ? "win32" : os;
const cpu = arch === "x86_64" ? "x64" : "arm64";
const program = os === "windows" ? "esbuild.exe" : "bin/esbuild";
// resolved from within the package, whose dependency the program is
const require = createRequire(import.meta.resolve("esbuild"));
console.log(require.resolve(`@esbuild/${platform}-${cpu}/${program}`));
