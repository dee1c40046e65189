/** The first second of the page, and the models that are trained behind it. @module */

import { DEFAULT_MODELS } from "../default_models.ts";
import type { Send } from "./client.ts";
import { startComputing } from "./compute.ts";
import { followAddress } from "./history.ts";
import { GALLERY_SIZE } from "./settings.ts";
import { catalog, changeEntry, gallery } from "./state.ts";
import { restoreTraining } from "./train.ts";
import { interactive, shareModel, trainer } from "./workers.ts";

/** Starts everything. */
export async function start(): Promise<void> {
  followAddress(restoreTraining);
  startComputing();
  await showExamples();
  await trainDefaults();
}

/** Shows the examples that the workers have, and what can be chosen for them. */
export async function showExamples(): Promise<void> {
  const [shown, choices] = await Promise.all([
    interactive("gallery", { count: GALLERY_SIZE }),
    interactive("catalog", {}),
  ]);
  [gallery.value, catalog.value] = [shown, choices];
}

let defaults: AbortController | undefined;

/** Trains the default models, the one that takes no time first. Begun again, it begins from the first. */
export async function trainDefaults(): Promise<void> {
  defaults?.abort();
  const { signal } = defaults = new AbortController();
  const [first, ...others] = Object.keys(DEFAULT_MODELS);
  await trainDefault(interactive, first, signal);
  if (!signal.aborted) restoreTraining();
  for (const name of others) await trainDefault(trainer, name, signal);
}

async function trainDefault(send: Send, name: string, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const examples = gallery.value;
  const { family, adversarial, seed, epochs } = DEFAULT_MODELS[name];
  const params = { name, plan: { family, adversarial, seed, epochs }, watch: false, resume: false };
  const onProgress = ({ done }: { done: number }) => void (signal.aborted || changeEntry(name, { done }));
  const { bytes } = await send("train", params, { onProgress, signal });
  if (bytes && !signal.aborted) shareModel(name, bytes, { from: send, examples });
}
