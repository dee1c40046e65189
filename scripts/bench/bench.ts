/**
 * Measures the kernels and what is built on them: `deno task bench`; beside other libraries: `deno task bench peers`;
 * certificates: `deno task bench certificates`; a queue: `deno task bench queue`.
 *
 * @module
 */

import type { Terminal } from "../cli/context.ts";
import { runTask } from "../cli/run.ts";
import { certificates } from "./certificates/certificates.ts";
import { own } from "./own.ts";
import { queue } from "./queue/queue.ts";
import { peers } from "./peers.ts";
import { results } from "./results.ts";

/** The exit code of the benchmark with the arguments `args`. */
export function main(args: string[], terminal?: Terminal): Promise<number> {
  const named = [certificates, peers, queue, results].find(({ name }) => name === `bench ${args[0]}`);
  return named ? runTask(named, args.slice(1), terminal) : runTask(own, args, terminal);
}

if (import.meta.main) Deno.exit(await main(Deno.args));
