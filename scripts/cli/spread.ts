/** Where commands have their jobs done: in workers of this process, or by those of a queue. @module */

import type { Batch, Variant } from "../../src/mod.ts";
import type { Jobs } from "../../src/jobs/job.ts";
import { writeBatch } from "../../src/jobs/inputs.ts";
import { dataKey } from "../../src/jobs/store.ts";
import { variant } from "../../src/runtime/variants.ts";
import { UserError } from "../errors.ts";
import { here } from "../jobs/bench.ts";
import { codeVersion, NAMING } from "../jobs/code.ts";
import { pool } from "../jobs/pool.ts";
import { openFolder, openStore } from "../jobs/stores.ts";
import type { Context } from "./command.ts";
import { compute, COMPUTING } from "./computing.ts";
import { integerOption, text, type Values } from "./options.ts";

/** Options of commands whose work is jobs. */
export const SPREAD = {
  jobs: integerOption({
    help: "Jobs at a time, each in a worker of its own; by default one for each core",
    min: 1,
    max: 256,
  }),
  ...COMPUTING,
  queue: text({
    help: "Queue whose workers do the jobs, such as redis://HOST:6379; by default this process does them",
    placeholder: "URL",
  }),
  store: text({
    help: "With --queue: where its workers find data and leave results, a folder or s3://BUCKET/PREFIX",
    placeholder: "PLACE",
  }),
} as const;

/** What the options of `SPREAD` say. */
export type SpreadValues = Values<typeof SPREAD>;

/** Makes everything from now on run as `values` say: of a queue, whose machines differ, with kernels that do not. */
export async function computeSpread({ queue, store, kernels, jobs, threads }: SpreadValues): Promise<void> {
  if ((queue === undefined) !== (store === undefined)) {
    throw new UserError("--queue and --store go together: workers elsewhere need both", 2);
  }
  if (queue !== undefined && jobs !== undefined) {
    throw new UserError("--jobs cannot be used with --queue, whose workers have --concurrency", 2);
  }
  await compute({ kernels: queue !== undefined && kernels === "auto" ? "baseline" : kernels, threads });
}

/** What runs a command's jobs. */
export interface Spread extends AsyncDisposable {
  readonly jobs: Jobs;
  /** Jobs that are done at a time. */
  readonly slots: number;
  /** What every job has of it. */
  readonly shared: {
    readonly inputs: Readonly<Record<string, string>>;
    readonly kernels: Variant;
    readonly code?: string;
  };
}

/** Who does jobs with these `inputs`; without a queue they have the store `own`, and `most` are done at a time. */
export async function spread(
  { queue, store, jobs, threads }: SpreadValues,
  { inputs, own, code, most = Infinity, context }: {
    inputs: Readonly<Record<string, Batch | Uint8Array<ArrayBuffer>>>;
    own: string;
    /** Version of the code, if results are to be kept without a queue too. */
    code?: string;
    most?: number;
    context: Context;
  },
): Promise<Spread> {
  const onNote = (text: string) => context.note(text);
  const kernels = variant() as Variant;
  const named = await Promise.all(
    Object.entries(inputs).map(async ([name, input]) => {
      const hash = await ("x" in input ? NAMING.batch(input) : NAMING.bytes(input));
      return { name, hash, input };
    }),
  );
  const hashes = Object.fromEntries(named.map(({ name, hash }) => [name, hash]));
  if (queue === undefined) {
    const wanted = jobs ?? Math.max(Math.floor(navigator.hardwareConcurrency / threads), 1);
    const setting = { store: own, threads, inputs: new Map(named.map(({ hash, input }) => [hash, input])) };
    const width = Math.min(wanted, most);
    const workers = most > 1 ? pool(setting, { jobs: width, onNote }) : undefined;
    return {
      jobs: workers ?? here(setting, onNote),
      slots: width,
      shared: { inputs: hashes, kernels, code },
      [Symbol.asyncDispose]() {
        workers?.[Symbol.dispose]();
        return Promise.resolve();
      },
    };
  }
  // the packages of queues are only loaded for one
  const { queued } = await import("../jobs/queue.ts");
  if (!store!.includes("://")) await openFolder(store!);
  const place = await openStore(store!);
  for (const { hash, input } of named) {
    const key = dataKey(hash);
    if (!await place.has(key)) await place.put(key, "x" in input ? writeBatch(input) : input);
  }
  const shared = { inputs: hashes, kernels, code: await codeVersion() };
  const remote = await queued({ url: queue, store: place, onNote });
  if (remote.slots === 0) {
    onNote("The queue has no worker yet; start one: gibbon worker, with the same --queue and --store");
  }
  return {
    jobs: remote,
    slots: Math.max(remote.slots, 1),
    shared,
    [Symbol.asyncDispose]: () => remote[Symbol.asyncDispose](),
  };
}
