/**
 * Threads for `@gibbon/gibbon`: with this import, `init({ threads: n })` starts n − 1 workers. They are apart because the
 * threaded builds are as large as all the rest, and most programs compute on one thread.
 *
 * @example
 * ```ts
 * import { init, kernels } from "@gibbon/gibbon";
 * import { threads } from "@gibbon/gibbon/threads";
 * import { assertEquals } from "@std/assert";
 *
 * init({ kernels: "baseline", threads: 2 });
 * assertEquals(kernels(), "baseline × 2 threads");
 * while (threads() < 2) await new Promise((resolve) => setTimeout(resolve, 1));
 * init({ kernels: "baseline" });
 * ```
 *
 * @module
 */

export { threads } from "./runtime/threads.ts";
