import { assert } from "@std/assert";
import * as esbuild from "esbuild";

/** Bytes of the largest bundle that a program may come to which trains a small model and attacks it. */
const MOST = 100_000;

/** What esbuild makes of a program: how many bytes, and of which files. */
async function bundled(program: string): Promise<{ bytes: number; files: string[] }> {
  const resolveDir = new URL(".", import.meta.url).pathname;
  try {
    const { outputFiles, metafile } = await esbuild.build({
      stdin: { contents: program, resolveDir, loader: "ts" },
      bundle: true,
      minify: true,
      format: "esm",
      target: "es2022",
      write: false,
      metafile: true,
      logLevel: "silent",
    });
    const [{ inputs }] = Object.values(metafile.outputs);
    const files = Object.keys(inputs).filter((file) => inputs[file].bytesInOutput > 0);
    return { bytes: outputFiles[0].contents.length, files };
  } finally {
    await esbuild.stop();
  }
}

const PROGRAM = 'export { fgsm, softmaxLinear, train } from "../../../src/mod.ts";';

Deno.test("a bundle of fgsm, softmaxLinear and train has at most 100 kB, and nothing of threads", async () => {
  const { bytes, files } = await bundled(PROGRAM);
  console.log(`${bytes} bytes, minified`);
  assert(bytes <= MOST, `${bytes} bytes`);
  assert(!files.some((file) => /threads|team|split|worker/.test(file)), files.join());
  assert(files.some((file) => file.endsWith("wasm/inline.ts")), files.join());
});

Deno.test("a bundle for compiled modules has none of the binaries within", async () => {
  const { bytes, files } = await bundled(PROGRAM.replace("mod.ts", "module.ts"));
  assert(bytes < MOST - 25_000, `${bytes} bytes`);
  assert(!files.some((file) => /wasm\/(inline|threads)/.test(file)), files.join());
});
