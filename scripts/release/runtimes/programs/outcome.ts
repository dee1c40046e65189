/** What a host makes of the conformance run: the part of every program here. @module */

import { init, kernels, threads } from "@gibbon/gibbon";
import { conformance, startKernels } from "../../conformance/mod.ts";

/** What ran on a host, and what it gave. */
export interface Outcome {
  /** SHA-256 of every output. */
  readonly hashes: Readonly<Record<string, string>>;
  /** The build that the host chooses by itself. */
  readonly kernels: string;
  /** The most threads that computed at once, of two. */
  readonly threads: number;
}

/** The conformance run on this host. */
export async function runConformance(
  start: (threads: number) => void | Promise<void> = startKernels,
): Promise<Outcome> {
  let most = 1;
  const hashes = await conformance({
    async start(wanted) {
      await start(wanted);
      most = Math.max(most, threads());
    },
  });
  if (start === startKernels) init();
  return { hashes, kernels: kernels(), threads: most };
}
