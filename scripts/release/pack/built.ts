/** What esbuild makes of the package that `deno pack` wrote. @module */

import * as esbuild from "esbuild";
import project from "../../../deno.json" with { type: "json" };
import { licences } from "./licences.ts";

const root = new URL("../../../", import.meta.url).pathname;

/** What every file is brought to: Node 20 does not know `using`. */
const COMMON: esbuild.BuildOptions = { format: "esm", target: "es2022", charset: "utf8", logLevel: "silent" };

/** Modules of packages that are no ES modules call this. */
const REQUIRE = `import { createRequire } from "node:module";
const require = createRequire(import.meta.url);`;

/** Brings the library in the unpacked package `folder` to a syntax that all hosts read. */
export async function lowerSyntax(folder: string, files: readonly string[]): Promise<void> {
  await esbuild.build({
    ...COMMON,
    entryPoints: files.map((file) => `${folder}/${file}`),
    outdir: folder,
    outbase: folder,
    allowOverwrite: true,
  });
}

/**
 * Writes the command line into the package's `bin/`: `main.js`, `worker.js`, and what these load when it is asked for.
 * The packages it uses, found in `packages`, are within, so that who installs it for the library does not install them.
 */
export async function bundled(folder: string, packages: string): Promise<void> {
  const { metafile } = await esbuild.build({
    ...COMMON,
    metafile: true,
    entryPoints: { main: `${root}scripts/cli/gibbon.ts`, worker: `${root}scripts/jobs/worker.ts` },
    outdir: `${folder}/bin`,
    absWorkingDir: root,
    nodePaths: [`${packages}/node_modules`],
    bundle: true,
    splitting: true,
    chunkNames: "[name]-[hash]",
    platform: "node",
    // names of files, some of them temporary, go with the rest
    minify: true,
    legalComments: "none",
    banner: { js: REQUIRE },
    inject: [`${root}scripts/release/pack/host.ts`],
    plugins: [library, worker, configuration],
  });
  await Deno.writeTextFile(`${folder}/bin/LICENSES`, await licences(metafile, root));
}

/** Leaves the library where it is, beside `bin/`. */
const library: esbuild.Plugin = {
  name: "library",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => {
      const file = new URL(path, `file://${resolveDir}/`).pathname;
      if (!file.startsWith(`${root}src/`)) return;
      return { path: `../${file.slice(root.length).replace(/\.ts$/, ".js")}`, external: true };
    });
    // the adapter serves as well, and npm does not have the real one
    onResolve({ filter: /^@std\/cli/ }, () => ({ path: `${root}scripts/std/cli/parse_args.ts` }));
  },
};

/** Of the project's configuration no more than programs look at: its folders are those of this machine. */
const configuration: esbuild.Plugin = {
  name: "configuration",
  setup({ onLoad }) {
    onLoad({ filter: /\/deno\.json$/ }, () => ({
      contents: JSON.stringify({ name: project.name, version: project.version }),
      loader: "json",
    }));
  },
};

/** Workers begin in JavaScript. */
const worker: esbuild.Plugin = {
  name: "worker",
  setup({ onLoad }) {
    onLoad({ filter: /\/scripts\/jobs\/pool\.ts$/ }, async ({ path }) => ({
      contents: (await Deno.readTextFile(path)).replace('"./worker.ts"', '"./worker.js"'),
      loader: "ts",
    }));
  },
};

/** The packages that `deno.json` imports, by name and with their ranges of versions. */
export function dependencies(): Record<string, string> {
  const found = Object.values(project.imports).map((target) => target.match(/^npm:(.+)@([^@]+)$/));
  return Object.fromEntries(found.filter((match) => match !== null).map(([, name, range]) => [name, range]));
}
