/** The examples in a fresh project, as someone would set them up. @module */

import * as esbuild from "esbuild";
import { run } from "../release/runtimes/command.ts";
import { installed, packed } from "../release/runtimes/project.ts";

/** The examples, with what they import installed. */
export interface Examples {
  readonly folder: string;
  /** Bytes of what workerd is given, as they are and compressed, by file. */
  readonly worker: Readonly<Record<string, { readonly bytes: number; readonly gzip: number }>>;
}

const source = new URL("examples/", import.meta.url);

/** The examples below the fresh folder `folder`, by the `npm` at that path; the workers bundled by esbuild. */
export async function installExamples(
  folder: string,
  { npm, signal }: { npm: string; signal?: AbortSignal },
): Promise<Examples> {
  const cwd = await installed(await packed(folder), "npm", { path: npm, signal });
  await run(npm, {
    args: ["install", "--no-audit", "--no-fund", "--prefer-offline", "@hono/node-server"],
    cwd,
    signal,
  });
  for await (const { name } of Deno.readDir(source)) {
    await Deno.copyFile(new URL(name, source), `${cwd}/${name}`);
  }
  // as the example says
  const { metafile } = await esbuild.build({
    absWorkingDir: cwd,
    entryPoints: ["workerd.js"],
    outdir: "dist",
    bundle: true,
    minify: true,
    metafile: true,
    format: "esm",
    target: "es2022",
    conditions: ["workerd"],
    loader: { ".wasm": "copy", ".safetensors": "copy" },
    assetNames: "[name]",
    logLevel: "silent",
  });
  const files = Object.keys(metafile.outputs);
  const worker = await Promise.all(files.map(async (file) => {
    const bytes = await Deno.readFile(`${cwd}/${file}`);
    return [file.split("/").at(-1)!, { bytes: bytes.length, gzip: await gzipped(bytes) }] as const;
  }));
  return { folder: cwd, worker: Object.fromEntries(worker) };
}

async function gzipped(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(stream).bytes()).length;
}
