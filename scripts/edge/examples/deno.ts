/**
 * A robustness gate under Deno.
 *
 * ```sh
 * deno serve --allow-read scripts/edge/examples/deno.ts
 * curl http://localhost:8000/models
 * ```
 *
 * @module
 */

import { init, loadModel } from "@gibbon/gibbon";
import { createHandler } from "@gibbon/gibbon/edge";

// the same bytes on every host
init({ kernels: "baseline" });
const digits = loadModel(await Deno.readFile(new URL("digits.safetensors", import.meta.url)));

export default {
  fetch: createHandler({ models: { digits }, onError: console.error }),
} satisfies Deno.ServeDefaultExport;
