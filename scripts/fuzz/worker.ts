/** Searches in a worker, which can be terminated even in an endless loop. @module */

/// <reference lib="deno.worker" />
import { countAllocations } from "./allocation.ts";
import { subjects, workIn } from "./mod.ts";
import { search, type Searched } from "./search.ts";

/** What a worker is to do. */
export interface Order {
  readonly name: string;
  readonly runs: number;
  readonly seed: number;
  readonly seconds?: number;
  /** Folder to write in. */
  readonly folder: string;
  /** Where it keeps the seed and the index of the current input, how many there were, and how many smaller ones. */
  readonly at: Int32Array<SharedArrayBuffer>;
}

/** What it answers. */
export type Answer = Searched;

self.onmessage = async ({ data }: MessageEvent<Order>) => {
  const { name, folder, at, ...how } = data;
  workIn(folder);
  if (subjects[name].size) countAllocations();
  const searched: Answer = await search(subjects[name], {
    ...how,
    onInput(seed, index) {
      [at[0], at[1]] = [seed, index];
      Atomics.add(at, 2, 1);
    },
    onShrink: () => void Atomics.add(at, 3, 1),
  });
  self.postMessage(searched);
};
