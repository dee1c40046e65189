/** The builds of the kernels, and how many threads run them. @module */

import type { Heap } from "../../src/runtime/heap.ts";
import { heap, threads } from "../../src/runtime/variants.ts";
import { init, type Variant } from "../../src/mod.ts";
import { UserError } from "../errors.ts";

/** The kernels and threads of a measurement. */
export interface Config {
  /** Build of the kernels. */
  readonly kernels: Variant;
  /** Threads they ran on. */
  readonly threads: number;
}

/** Every build with every number of threads. */
export function configsOf(kernels: readonly Variant[], threads: readonly number[]): Config[] {
  return threads.flatMap((count) => kernels.map((build) => ({ kernels: build, threads: count })));
}

/** Loads what several threads need, if a configuration asks for them: once, before the first is started. */
export async function prepareThreads(configs: readonly Config[]): Promise<readonly Config[]> {
  if (configs.some(({ threads }) => threads > 1)) await import("../../src/threads.ts");
  return configs;
}

let last: Config | undefined;

/** Whether the kernels in use are those that `config` started. */
export function isRunning(config: Config): boolean {
  return last === config;
}

/**
 * The heap of freshly started kernels; models made from now on use them.
 *
 * @throws {UserError} if they cannot run on so many threads
 */
export function start(config: Config): Heap {
  const { kernels, threads } = config;
  last = undefined;
  init({ kernels, threads });
  const started = heap();
  // `relaxed × 2 threads`: the host may have given fewer than were asked for
  const got = Number(/(\d+) threads/.exec(started.kernels)?.[1] ?? 1);
  if (got !== threads) throw new UserError(`Cannot measure ${threads} threads: the kernels run on ${got}`);
  last = config;
  return started;
}

/** The same when all its threads compute: workers that still start would make the first samples those of one thread. */
export async function ready(config: Config): Promise<Heap> {
  const started = start(config);
  while (threads() < config.threads) await new Promise((resolve) => setTimeout(resolve, 1));
  return started;
}
