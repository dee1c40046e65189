/** The package in a fresh project, as someone would install it. @module */

import * as esbuild from "esbuild";
import { pack } from "../pack/tarball.ts";
import { run } from "./command.ts";

/** What TypeScript the types are resolved by. */
const TYPESCRIPT = "typescript@7";

/** A folder with the package installed from its tarball. */
export interface Project {
  readonly folder: string;
  /** Bytes of the tarball. */
  readonly size: number;
  /** Paths of the files in it. */
  readonly files: ReadonlySet<string>;
}

/** The package's tarball in the fresh folder `folder`. */
export async function packed(folder: string): Promise<Project> {
  const { size, files } = await pack(`${folder}/gibbon.tgz`);
  return { folder, size, files: new Set(Object.keys(files)) };
}

/** The folder `name` of the project, where `manager` has installed the package. */
export async function installed(
  { folder }: Project,
  name: "npm" | "bun",
  { path, signal }: { path: string; signal?: AbortSignal },
): Promise<string> {
  const cwd = `${folder}/${name}`;
  try {
    await Deno.mkdir(cwd);
  } catch {
    return cwd;
  }
  await Deno.writeTextFile(`${cwd}/package.json`, '{ "private": true, "type": "module" }\n');
  const args = name === "npm"
    ? ["install", "--no-audit", "--no-fund", "--prefer-offline", "../gibbon.tgz", TYPESCRIPT]
    : ["add", "../gibbon.tgz"];
  await run(path, { args, cwd, signal });
  return cwd;
}

/** How a program here is bundled. */
export interface BundleOptions {
  /** Leaves the package out, to be found where the bundle runs. */
  readonly external?: boolean;
  /** Conditions of `exports` beyond the usual. */
  readonly conditions?: readonly string[];
  /** The entry in place of the default one. */
  readonly entry?: string;
}

/** Bytes of the files that `program` is bundled to, in the folder `out`: `main.js`, and the binaries if it imports any. */
export async function bundled(
  program: string,
  { project, out, external = false, conditions = [], entry = "@gibbon/gibbon" }: BundleOptions & {
    /** Folder where the package is installed. */
    project: string;
    out: string;
  },
): Promise<Record<string, number>> {
  const { metafile } = await esbuild.build({
    entryPoints: { main: new URL(`programs/${program}`, import.meta.url).pathname },
    outdir: out,
    bundle: true,
    minify: !external,
    metafile: true,
    format: "esm",
    target: "es2022",
    conditions: [...conditions],
    loader: { ".wasm": "copy" },
    assetNames: "[name]",
    logLevel: "silent",
    plugins: [{
      name: "package",
      setup({ onResolve, resolve }) {
        onResolve({ filter: /^@gibbon\/gibbon/ }, ({ path, pluginData, kind }) => {
          if (external) return { path, external };
          if (pluginData === "here") return;
          const wanted = path === "@gibbon/gibbon" ? entry : path;
          return resolve(wanted, { resolveDir: project, kind, pluginData: "here" });
        });
      },
    }],
  });
  return Object.fromEntries(
    Object.entries(metafile.outputs).map(([file, { bytes }]) => [file.split("/").at(-1)!, bytes]),
  );
}
