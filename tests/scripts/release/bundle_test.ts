import { assert } from "@std/assert";
import * as esbuild from "esbuild";
import { SIDE_EFFECTS } from "../../../scripts/release/pack/manifest.ts";

/** Bytes of the largest bundle that a program may come to which trains a small model and attacks it. */
const LIMIT = 100_000;

const root = new URL("../../../", import.meta.url).pathname;

/** What the package's manifest says of its modules, for the sources. */
const manifest: esbuild.Plugin = {
  name: "manifest",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => {
      const file = new URL(path, `file://${resolveDir}/`).pathname;
      return { path: file, sideEffects: SIDE_EFFECTS.some((name) => file === `${root}src/${name}.ts`) };
    });
  },
};

/** What esbuild makes of a program that imports this from `entry`: how many bytes, and of which files. */
async function bundled(names: string, entry: string): Promise<{ bytes: number; files: string[] }> {
  try {
    const { outputFiles, metafile } = await esbuild.build({
      stdin: {
        contents: `export { ${names} } from ${JSON.stringify(entry)};`,
        resolveDir: root,
        loader: "ts",
      },
      plugins: [manifest],
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

const NAMES = "fgsm, softmaxLinear, train";

Deno.test(`a bundle of ${NAMES} has at most ${LIMIT / 1000} kB, and nothing of threads`, async () => {
  const { bytes, files } = await bundled(NAMES, "./src/mod.ts");
  console.log(`${bytes} bytes, minified`);
  assert(bytes <= LIMIT, `${bytes} bytes`);
  assert(files.some((file) => file.endsWith("wasm/inline.ts")), files.join());
  assert(!files.some((file) => /threads|team|split|worker|images|conv|pool/.test(file)), files.join());
});

Deno.test("a bundle of cnn brings the kernels of images", async () => {
  const { files } = await bundled("cnn, train", "./src/mod.ts");
  for (const name of ["src/runtime/additions.ts", "wasm/additions.ts", "src/ops/conv2d.ts"]) {
    assert(files.some((file) => file.endsWith(name)), name);
  }
});

Deno.test("a bundle for compiled modules contains no binary", async () => {
  const [whole, { bytes, files }] = [
    await bundled(NAMES, "./src/mod.ts"),
    await bundled(NAMES, "./src/module.ts"),
  ];
  assert(bytes < whole.bytes - 15_000, `${bytes} bytes, ${whole.bytes} with them`);
  assert(!files.some((file) => /wasm\/(inline|threads)/.test(file)), files.join());
});
