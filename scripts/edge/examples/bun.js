// A robustness gate under Bun.
//
//   bun add @gibbon/gibbon
//   bun bun.js
//   curl http://localhost:8000/models

import process from "node:process";
import { init, loadModel } from "@gibbon/gibbon";
import { createHandler } from "@gibbon/gibbon/edge";

// the same bytes on every host
init({ kernels: "baseline" });
const digits = loadModel(await Bun.file(new URL("digits.safetensors", import.meta.url)).bytes());

const { url } = Bun.serve({
  fetch: createHandler({ models: { digits }, onError: console.error }),
  hostname: "127.0.0.1",
  port: Number(process.env.PORT ?? 8000),
});
console.log(`Listening on ${url}`);
