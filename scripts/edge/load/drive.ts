/** Many requests at once, good and bad, whose answers are all checked. @module */

import { rng } from "../../../src/rng.ts";
import { isExpectedStatus, requestOf } from "../answers.ts";
import type { Case } from "../corpus/mod.ts";

/** What requests of one kind took. */
export interface Latencies {
  readonly requests: number;
  /** Milliseconds that half of them took at most, and 99 in 100. */
  readonly p50: number;
  readonly p99: number;
}

/** The result of a load. */
export interface Driven {
  readonly seconds: number;
  readonly valid: Latencies;
  readonly hostile: Latencies;
  /** Answers by status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Answers with another status than theirs, or none, a line for each case. */
  readonly wrong: readonly string[];
}

/** How a server is loaded. */
export interface DriveOptions {
  readonly valid: readonly Case[];
  readonly hostile: readonly Case[];
  readonly seconds: number;
  /** Requests under way at once; default 8. */
  readonly connections?: number;
  /** Seed of the order; default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

/** What the server at `url` does under a mixture, one good for one bad, until the time is over. */
export async function drive(
  url: string,
  { valid, hostile, seconds, connections = 8, seed = 0, signal }: DriveOptions,
): Promise<Driven> {
  const kinds = [valid, hostile];
  const times: number[][] = [[], []];
  const statuses = new Map<string, number>();
  const wrong = new Map<string, string>();
  const start = performance.now(), end = start + 1000 * seconds;

  const connection = async (from: ReturnType<typeof rng>) => {
    while (performance.now() < end && !signal?.aborted) {
      const kind = from.below(2);
      const each = kinds[kind][from.below(kinds[kind].length)];
      const begun = performance.now();
      const status = await answered(url, each);
      times[kind].push(performance.now() - begun);
      statuses.set(`${status}`, (statuses.get(`${status}`) ?? 0) + 1);
      if (typeof status === "string" || !isExpectedStatus(each, status)) {
        wrong.set(each.name, `${each.name}: ${status}`);
      }
    }
  };
  await Promise.all(
    Array.from({ length: connections }, (_, i) => connection(rng(seed).split("connection", i))),
  );
  signal?.throwIfAborted();
  return {
    seconds: (performance.now() - start) / 1000,
    valid: latencies(times[0]),
    hostile: latencies(times[1]),
    statuses: Object.fromEntries([...statuses].sort()),
    wrong: [...wrong.values()],
  };
}

/** The status of the answer, or why there is none. */
export async function answered(url: string, each: Case): Promise<number | string> {
  try {
    const response = await fetch(requestOf(each, url));
    await response.bytes();
    return response.status;
  } catch (error) {
    return `no answer (${error instanceof Error ? error.message : error})`;
  }
}

/** A summary of durations in milliseconds. */
export function latencies(times: readonly number[]): Latencies {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (part: number) => sorted[Math.min(Math.ceil(part * sorted.length), sorted.length) - 1] ?? NaN;
  return { requests: sorted.length, p50: at(0.5), p99: at(0.99) };
}
