/** The build of the kernels and the number of threads. @module */

import { init, type InitOptions } from "../../src/mod.ts";
import { choice, integerOption } from "./options.ts";

/** Options of every command that computes. */
export const COMPUTING = {
  kernels: choice(["auto", "baseline", "relaxed"], {
    help: "Build of the kernels: the faster one here, the same bytes everywhere, or fused multiply-add",
    placeholder: "BUILD",
    default: "auto",
  }),
  threads: integerOption({
    help: "Number of threads; results do not depend on it",
    min: 1,
    max: 64,
    default: 1,
  }),
} as const;

/** Makes everything from now on run as the options of `COMPUTING` say. */
export async function compute(
  { kernels, threads = 1 }: Pick<InitOptions, "kernels" | "threads">,
): Promise<void> {
  if (threads > 1) await import("../../src/threads.ts");
  init({ kernels, threads });
}
