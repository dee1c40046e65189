/** Certificates of many examples, as jobs. @module */

import type { Batch, Certificate } from "../../../src/mod.ts";
import { allPairs } from "../../../src/certify/cascade.ts";
import { doAll } from "../../../src/jobs/all.ts";
import { type CertificateRecipe, joinedTable, type Table } from "../../../src/jobs/certificates.ts";
import type { Job, Jobs } from "../../../src/jobs/job.ts";
import type { Spread } from "../../cli/spread.ts";

/** Examples that a job certifies, at most, and jobs that each worker has at least. */
const CHUNK = 50, TURNS = 40;

/** What is certified and how, except for the examples. */
export type Setting = Omit<CertificateRecipe, "rows" | "table">;

/** The result. */
export interface Outcome {
  readonly examples: readonly Certificate[];
  readonly tableSeconds: number;
  readonly seconds: number;
}

/** The certificates of `examples`, done as jobs, several at a time. */
export async function certified(
  setting: Setting,
  examples: Batch,
  { spreading: { jobs, slots, shared }, inAll, settled, found, signal }: {
    spreading: Spread;
    /** Whether one table of bounds serves all examples. */
    inAll: boolean;
    /** What is known already, by row. */
    settled: ReadonlyMap<number, Certificate>;
    /** Called with each certificate and the share that is done. */
    found(row: number, certificate: Certificate, done: number): void;
    signal: AbortSignal;
  },
): Promise<Outcome> {
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  const out: Certificate[] = Array.from(examples.labels, (_, row) => settled.get(row)!);
  const todo = Array.from(out.keys()).filter((row) => !settled.has(row));
  const hooks = { signal, onProgress() {} };
  const { constraint } = setting;
  let table: Table | undefined;
  if (inAll && todo.length > 0) {
    const pairs = allPairs(examples.classes);
    const list = Array.from({ length: Math.min(slots, pairs.length) }, (_, k): Job => ({
      ...{ kind: "table", ...shared, inputs: { model: shared.inputs.model } },
      recipe: { constraint, pairs: pairs.filter((_, i) => i % slots === k) },
    }));
    table = joinedTable(await doAll(jobs, list, hooks) as Table[]);
  }
  const tableSeconds = seconds();
  const chunk = Math.min(CHUNK, Math.max(1, Math.floor(todo.length / (slots * TURNS))));
  const list = Array.from({ length: Math.ceil(todo.length / chunk) }, (_, k): Job<CertificateRecipe> => ({
    ...{ kind: "certificates", ...shared },
    recipe: { ...setting, rows: todo.slice(k * chunk, (k + 1) * chunk), table },
  }));
  let done = 0;
  // each is reported as soon as it is known
  const telling: Jobs = {
    ...jobs,
    async run(job, hooks) {
      const certificates = await jobs.run(job, hooks) as Certificate[];
      const { rows } = job.recipe as CertificateRecipe;
      certificates.forEach((each, i) => found(rows[i], out[rows[i]] = each, ++done / todo.length));
      return certificates;
    },
  };
  await doAll(telling, list, hooks);
  return { examples: out, tableSeconds, seconds: seconds() };
}
