// A robustness gate under workerd, the runtime of Cloudflare Workers.
//
//   npm install @gibbon/gibbon esbuild workerd
//   npx esbuild workerd.js --bundle --minify --format=esm --target=es2022 --conditions=workerd --outdir=dist
//     --loader:.wasm=copy --loader:.safetensors=copy --asset-names=[name]
//   npx workerd serve workerd.capnp
//   curl http://localhost:8000/models

import { init, loadModel } from "@gibbon/gibbon";
import { createHandler } from "@gibbon/gibbon/edge";
import bytes from "./digits.safetensors";

// the same bytes on every host
init({ kernels: "baseline" });
const digits = loadModel(new Uint8Array(bytes));

export default { fetch: createHandler({ models: { digits }, onError: console.error }) };
