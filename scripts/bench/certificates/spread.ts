/** Certificates of many examples, spread over workers. @module */

import { type Batch, type Certificate, select } from "../../../src/mod.ts";
import { allPairs } from "../../../src/certify/cascade.ts";
import type { Answer, Order, Setting } from "./messages.ts";

/** Examples that a worker certifies at a time, at most, and turns that each worker has at least. */
const CHUNK = 50, TURNS = 40;

/** A worker that has been told the setting, as a function from orders to answers. */
function hire(setting: Setting): { ask(order: Order): Promise<Answer>; end(): void } {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  worker.postMessage({ kind: "begin", setting } satisfies Order);
  return {
    ask: (order) =>
      new Promise((resolve, reject) => {
        worker.onmessage = ({ data }: MessageEvent<Answer>) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(message));
        worker.postMessage(order);
      }),
    end: () => worker.terminate(),
  };
}

/** What came of it. */
export interface Outcome {
  readonly examples: readonly Certificate[];
  readonly globalSeconds: number;
  readonly attackSeconds: number;
  readonly seconds: number;
}

/** The certificates of `examples` by so many workers. */
export async function spread(
  setting: Setting,
  examples: Batch,
  { jobs, shared, settled, found }: {
    jobs: number;
    shared: boolean;
    /** What is known already, by row. */
    settled: ReadonlyMap<number, Certificate>;
    /** Hears of each certificate, and what share is done. */
    found(row: number, certificate: Certificate, done: number): void;
  },
): Promise<Outcome> {
  const start = performance.now();
  const out: Certificate[] = Array.from(examples.labels, (_, row) => settled.get(row)!);
  const todo = Array.from(out.keys()).filter((row) => !settled.has(row));
  const chunk = Math.min(CHUNK, Math.max(1, Math.floor(todo.length / (jobs * TURNS))));
  const workers = Array.from({ length: jobs }, () => hire(setting));
  let global: Float64Array | undefined;
  if (shared && todo.length > 0) {
    const pairs = allPairs(examples.classes);
    const tables = await Promise.all(
      workers.map(({ ask }, k) => ask({ kind: "global", pairs: pairs.filter((_, i) => i % jobs === k) })),
    );
    global = tables.map((answer) => answer.kind === "global" ? answer.table : new Float64Array())
      .reduce((a, b) => a.map((value, i) => Math.min(value, b[i])));
  }
  const globalSeconds = (performance.now() - start) / 1000;
  let next = 0, done = 0, attacking = 0;
  await Promise.all(workers.map(async ({ ask, end }) => {
    while (next < todo.length) {
      const rows = todo.slice(next, next + chunk);
      next += chunk;
      const { x, labels } = select(examples, rows);
      const answer = await ask({ kind: "rows", rows: { x: x.data.slice(), labels }, global });
      if (answer.kind !== "rows") continue;
      attacking += answer.attacking;
      answer.examples.forEach((each, i) => found(rows[i], out[rows[i]] = each, ++done / todo.length));
    }
    end();
  }));
  return {
    examples: out,
    globalSeconds,
    attackSeconds: attacking / 1000,
    seconds: (performance.now() - start) / 1000,
  };
}
