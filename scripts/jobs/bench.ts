/** What jobs are done with in this thread. @module */

import { inputsFrom } from "../../src/jobs/inputs.ts";
import type { Bench, Jobs } from "../../src/jobs/job.ts";
import { perform } from "../../src/jobs/mod.ts";
import { NAMING } from "./code.ts";
import type { Setting } from "./messages.ts";
import { openStore } from "./stores.ts";

/** Milliseconds of work between two checks for messages. */
const TURN = 50;

/** What all jobs of `setting` share. */
export async function sharedBench({ store: name, inputs = new Map() }: Setting): Promise<
  Pick<Bench, "store" | "batch" | "bytes" | "now" | "turn">
> {
  const store = await openStore(name);
  const now = () => performance.now();
  let turned = now();
  return {
    store,
    ...inputsFrom(store, inputs, NAMING),
    now,
    async turn() {
      if (now() - turned < TURN) return;
      await new Promise((resolve) => setTimeout(resolve, 0));
      turned = now();
    },
  };
}

/** Jobs done one after the other in this thread, with the kernels that it has. */
export function here(setting: Setting, note: (text: string) => void): Jobs {
  const shared = sharedBench(setting);
  return {
    width: 1,
    async run(job, { signal, onProgress }) {
      const { turn, ...bench } = await shared;
      const result = await perform(job, {
        ...bench,
        note,
        signal,
        onProgress,
        async turn() {
          await turn();
          signal?.throwIfAborted();
        },
      });
      // as others would read it
      return JSON.parse(JSON.stringify(result));
    },
  };
}
