/** The first second, and what goes on behind it. @module */

import { ROSTER } from "../lab/roster.ts";
import { followAddress } from "./address.ts";
import type { Call } from "./calls.ts";
import { follow } from "./follow.ts";
import { PICTURES } from "./settings.ts";
import { changeEntry, gallery } from "./state.ts";
import { restoreYours } from "./train.ts";
import { bench, share, workshop } from "./workers.ts";

/** Starts everything. */
export async function begin(): Promise<void> {
  followAddress(restoreYours);
  follow();
  // the one that trains in no time is there first
  const [first, ...others] = Object.keys(ROSTER);
  gallery.value = await bench("gallery", { count: PICTURES });
  await trainOne(bench, first);
  restoreYours();
  for (const name of others) await trainOne(workshop, name);
}

/** Trains a model of the roster where `call` leads. */
async function trainOne(call: Call, name: string): Promise<void> {
  const ask = { name, plan: ROSTER[name], watch: false, resume: false };
  const { bytes } = await call("train", ask, { onProgress: ({ done }) => changeEntry(name, { done }) });
  if (bytes) await share(name, bytes, call);
}
