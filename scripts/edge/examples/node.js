// A robustness gate under Node.
//
//   npm install @gibbon/gibbon @hono/node-server
//   node node.js
//   curl http://localhost:8000/models

import { readFile } from "node:fs/promises";
import process from "node:process";
import { init, loadModel } from "@gibbon/gibbon";
import { createHandler } from "@gibbon/gibbon/edge";
import { serve } from "@hono/node-server";

// the same bytes on every host
init({ kernels: "baseline" });
const digits = loadModel(await readFile(new URL("digits.safetensors", import.meta.url)));

serve(
  {
    fetch: createHandler({ models: { digits }, onError: console.error }),
    hostname: "127.0.0.1",
    port: Number(process.env.PORT ?? 8000),
  },
  ({ port }) => console.log(`Listening on http://127.0.0.1:${port}/`),
);
