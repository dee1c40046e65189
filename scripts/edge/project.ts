/** The examples in a fresh project, as someone would set them up. @module */

import * as esbuild from "esbuild";
import { mlp, model } from "../../src/mod.ts";
import { writeOnnx } from "../../src/onnx.ts";
import { run } from "../release/runtimes/command.ts";
import { installed, packed } from "../release/runtimes/project.ts";

/** The examples, with what they import installed. */
export interface Examples {
  readonly folder: string;
  /** Bytes of what workerd is given, as they are and compressed, by file. */
  readonly worker: Readonly<Record<string, { readonly bytes: number; readonly gzip: number }>>;
}

const source = new URL("examples/", import.meta.url);

/** Units of the model of 100 kB that the worker reads from ONNX. */
const ONNX_UNITS = 32;

/**
 * The examples below the fresh folder `folder`, by the `npm` at that path; the workers bundled by esbuild. With `onnx` the
 * worker's model is an ONNX file of 100 kB, which it reads as it starts.
 */
export async function installExamples(
  folder: string,
  { npm, onnx = false, signal }: { npm: string; onnx?: boolean; signal?: AbortSignal },
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
  if (onnx) await readFromOnnx(cwd);
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
    loader: { ".wasm": "copy", ".safetensors": "copy", ".onnx": "copy" },
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

/** Changes the worker in the folder `cwd` to one that reads a model from ONNX. */
async function readFromOnnx(cwd: string): Promise<void> {
  using made = model(mlp({ inputs: 784, classes: 10, units: [ONNX_UNITS] }), { seed: 1 });
  await Deno.writeFile(`${cwd}/digits.onnx`, writeOnnx(made));
  const changed = async (name: string, changes: readonly (readonly [string, string])[]) => {
    let text = await Deno.readTextFile(`${cwd}/${name}`);
    for (const [from, to] of changes) {
      if (!text.includes(from)) throw new Error(`Cannot change ${name}: it has no ${from}`);
      text = text.replaceAll(from, to);
    }
    await Deno.writeTextFile(`${cwd}/${name}`, text);
  };
  await changed("workerd.js", [
    ["import { init, loadModel }", 'import { readOnnx } from "@gibbon/gibbon/onnx";\nimport { init }'],
    ["loadModel(", "readOnnx("],
    ['"./digits.safetensors"', '"./digits.onnx"'],
  ]);
  await changed("workerd.capnp", [["digits.safetensors", "digits.onnx"]]);
}

async function gzipped(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(stream).bytes()).length;
}
