/** What a check of one image costs in workerd, beyond what a request costs anyway. @module */

import { requestOf, TARGET } from "../answers.ts";
import { type Case, input } from "../corpus/mod.ts";
import { type ServerSetup, workerdExample } from "../hosts.ts";
import type { Server } from "../server.ts";
import { emptyWorker } from "./empty.ts";
import { processorTime } from "./process.ts";

/** Medians over rounds, a request. */
export interface Cost {
  readonly requests: number;
  /** Milliseconds of processor time of a check, less those of an empty worker's answer to the same request. */
  readonly processor: number;
  /** Milliseconds from request to answer, less the same. */
  readonly wall: number;
  /** The empty worker's own. */
  readonly empty: { readonly processor: number; readonly wall: number };
}

const ROUNDS = 9;

/** A check of one image by the attack and budget of the default gate. */
const CHECK: Case = {
  name: "check of one image",
  method: "POST",
  path: `/models/${TARGET.model}/check`,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ x: [input(0, TARGET.inputs)], labels: [0] }),
  status: 200,
};

/** What so many checks of one image cost, one after the other. */
export async function costOf(
  place: ServerSetup,
  { requests, signal, tell }: { requests: number; signal: AbortSignal; tell: (part: number) => void },
): Promise<Cost> {
  await using example = await workerdExample(place);
  await using empty = await emptyWorker(place);
  const each = Math.ceil(requests / ROUNDS);
  const rounds: { example: Round; empty: Round }[] = [];
  // warms up, so that optimised code is measured
  await round(example, each);
  for (let i = 0; i < ROUNDS; i++) {
    signal.throwIfAborted();
    rounds.push({ empty: await round(empty, each), example: await round(example, each) });
    tell((i + 1) / ROUNDS);
  }
  const beyond = (what: keyof Round) =>
    median(rounds.map(({ example, empty }) => example[what] - empty[what]));
  const alone = (what: keyof Round) => median(rounds.map(({ empty }) => empty[what]));
  return {
    requests: each * ROUNDS,
    processor: beyond("processor"),
    wall: beyond("wall"),
    empty: { processor: alone("processor"), wall: alone("wall") },
  };
}

interface Round {
  readonly processor: number;
  readonly wall: number;
}

async function round({ url, pid }: Server, requests: number): Promise<Round> {
  const [processor, wall] = [await processorTime(pid), performance.now()];
  for (let i = 0; i < requests; i++) {
    const response = await fetch(requestOf(CHECK, url));
    const text = await response.text();
    if (!response.ok) throw new Error(`a check was answered ${response.status}: ${text}`);
  }
  return {
    wall: (performance.now() - wall) / requests,
    processor: (await processorTime(pid) - processor) / requests,
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
