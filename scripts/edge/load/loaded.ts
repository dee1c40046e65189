/** A server under load, its memory watched. @module */

import { hostile, valid } from "../corpus/mod.ts";
import { TARGET } from "../answers.ts";
import type { Server } from "../server.ts";
import { answered, drive, type Driven } from "./drive.ts";
import { isolateMemory } from "./isolate.ts";
import { memory } from "./process.ts";
import { sendHostile } from "./wire.ts";

/** Memory in MB, over a load. */
export interface MemoryOver {
  /** Of a server that has answered nothing yet. */
  readonly fresh: number;
  /** Before it, once each good request and each hostile one has been answered: code is compiled when it is first used. */
  readonly before: number;
  /** Means over the middle third of the time and over the last. */
  readonly middle: number;
  readonly last: number;
  /** The most that was seen. */
  readonly most: number;
  /** After the load, when it had come back to within `MAX_RETURN` of before, or at the end of the time that it is given. */
  readonly after: number;
  /** Seconds after the load that this took. */
  readonly rested: number;
}

/** The result of a load with its memory. */
export interface Loaded extends Driven {
  /** Memory of the process. */
  readonly memory: MemoryOver;
  /** The most that the isolate held, in MB, where an inspector tells. */
  readonly isolate?: number;
}

/** How much more memory the last third of the time may take than the middle one to be called flat. */
export const MAX_GROWTH = 1.1;

/** How many times the memory of before the load may be held a while after it. */
export const MAX_RETURN = 1.5;

/** Milliseconds between two looks at the memory, and between two assaults. */
const SAMPLE_INTERVAL = 500, HOSTILE_INTERVAL = 2000;

/** Milliseconds after the load in which memory has to be given back: V8 waits for some eight seconds without work. */
const REST = 40_000;

/** What `server` does under a mixture of requests for so many seconds, while others assault it. */
export async function measureLoad(
  server: Server,
  { seconds, seed, inspector, signal, tell }: {
    seconds: number;
    seed: number;
    /** Port of the isolate's inspector. */
    inspector?: number;
    signal: AbortSignal;
    /** Told which part is done. */
    tell: (part: number) => void;
  },
): Promise<Loaded> {
  const good = valid(TARGET), bad = hostile(TARGET), fresh = await memory(server.pid);
  for (const each of [...good, ...bad]) await answered(server.url, each);
  const before = await memory(server.pid), start = performance.now();
  const samples: number[] = [], wire = new Set<string>();
  let isolate: number | undefined, over = false;
  const repeatUntilOver = async (pause: number, act: () => Promise<void>) => {
    while (!over) {
      await act();
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  };
  const watching = Promise.all([
    repeatUntilOver(SAMPLE_INTERVAL, async () => {
      samples.push(await memory(server.pid));
      if (inspector !== undefined) isolate = Math.max(isolate ?? 0, await isolateMemory(inspector));
      tell((performance.now() - start) / 1000 / seconds);
    }),
    repeatUntilOver(HOSTILE_INTERVAL, async () => {
      for (const line of await sendHostile(server.url, good.at(-1)!)) wire.add(line);
    }),
  ]);
  // a failure there must fail here too
  watching.catch(() => {});
  try {
    const driven = await drive(server.url, { valid: good, hostile: bad, seconds, seed, signal });
    over = true;
    await watching;
    const third = Math.floor(samples.length / 3);
    const ended = performance.now();
    let after = await memory(server.pid);
    while (after > MAX_RETURN * before && performance.now() - ended < REST) {
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_INTERVAL));
      after = await memory(server.pid);
    }
    return {
      ...driven,
      wrong: [...driven.wrong, ...wire],
      memory: {
        fresh,
        before,
        middle: mean(samples.slice(third, 2 * third)),
        last: mean(samples.slice(-third)),
        most: Math.max(...samples),
        after,
        rested: (performance.now() - ended) / 1000,
      },
      isolate,
    };
  } finally {
    over = true;
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
