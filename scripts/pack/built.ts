/** What esbuild makes of the package that `deno pack` wrote. @module */

import { createRequire, isBuiltin } from "node:module";
import * as esbuild from "esbuild";

const root = new URL("../../", import.meta.url).pathname;
const shim = `${root}scripts/pack/deno.ts`;

/** The file of a package that this project imports. */
const own = (specifier: string) => new URL(import.meta.resolve(specifier)).pathname;

/** What every file is brought to: Node 20 does not know `using`. */
const COMMON: esbuild.BuildOptions = { format: "esm", target: "es2022", charset: "utf8", logLevel: "silent" };

const BANNER =
  `// Holds @deno/shim-deno (MIT, the Deno authors), which and isexe (ISC, Isaac Z. Schlueter and contributors).
import { createRequire } from "node:module";
const require = createRequire(import.meta.url);`;

/** Brings the library in the unpacked package `folder` to a syntax that all hosts read. */
export async function lowered(folder: string, files: readonly string[]): Promise<void> {
  await esbuild.build({
    ...COMMON,
    entryPoints: files.map((file) => `${folder}/${file}`),
    outdir: folder,
    outbase: folder,
    allowOverwrite: true,
  });
}

/** Writes `bin/main.js` there: the command line from its `scripts/` as one file, which imports its `src/`. */
export async function bundled(folder: string): Promise<void> {
  await esbuild.build({
    ...COMMON,
    entryPoints: [`${folder}/scripts/gibbon.js`],
    outfile: `${folder}/bin/main.js`,
    absWorkingDir: root,
    bundle: true,
    platform: "node",
    // names of files, some of them temporary, go with the rest
    minify: true,
    banner: { js: BANNER },
    inject: [shim],
    plugins: [outside(folder)],
  });
}

/** What is not bundled: the library, and the packages that the package depends on. */
function outside(folder: string): esbuild.Plugin {
  return {
    name: "outside",
    setup({ onResolve }) {
      onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => {
        const file = new URL(path, `file://${resolveDir}/`).pathname;
        if (!file.startsWith(`${folder}/src/`)) return;
        return { path: `..${file.slice(folder.length)}`, external: true };
      });
      onResolve({ filter: /^[@a-z]/ }, ({ path, importer }) => {
        if (isBuiltin(path)) return;
        // the adapter serves as well, and npm does not have the real one
        if (path === "@std/cli/parse-args") return { path: `${folder}/scripts/std/cli/parse_args.js` };
        if (importer.startsWith(folder)) return { path, external: true };
        // from Deno's cache: there is no folder of packages that esbuild would look into
        return { path: importer === shim ? own(path) : createRequire(importer).resolve(path) };
      });
    },
  };
}
