/** Training while someone looks. @module */

import { fgsm, loadModel, measure, type Model, saveModel, slice, train } from "../../mod.ts";
import { EPSILON } from "../../paper/experiment.ts";
import type { Data } from "./data.ts";
import { filtersOf } from "./filters.ts";
import type { Ask, Context } from "./exchanges.ts";
import type { EpochEnd, Trained } from "./protocol.ts";
import { recipeOf } from "./recipes.ts";

/** Held-out images that errors are measured on after each epoch: enough to see, few enough to go on at once. */
const WATCHED = 300;

/** Where an interrupted training stands. */
export interface Interrupted {
  readonly state: Uint8Array<ArrayBuffer>;
  readonly bytes?: Uint8Array<ArrayBuffer>;
}

/** What became of a training, and the model itself. */
export interface Outcome extends Trained {
  readonly model?: Model;
  readonly interrupted?: Interrupted;
}

/**
 * Trains by the plan on `data`, from `interrupted` on if it is given. When the signal aborts it, the outcome holds
 * what it takes to go on.
 */
export async function training(
  { plan, watch }: Ask<"train">,
  { data, interrupted }: { data: Data; interrupted?: Interrupted },
  { tell, signal }: Context<"train">,
): Promise<Outcome> {
  const { family, options } = recipeOf(plan, data.train);
  let state = interrupted?.state;
  let bytes = interrupted?.bytes;
  const keep = async (now: Uint8Array<ArrayBuffer>) => {
    state = now;
    // a small model's training pauses seldom by itself, and a signal comes in a message
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  try {
    const model = await train(family, data.train, {
      ...options,
      resume: state,
      signal,
      onCheckpoint: watch ? keep : undefined,
      onProgress({ epoch, epochs, step, steps, loss, epochEnd, model }) {
        const end = watch && epochEnd ? endOf(model, data, loss) : undefined;
        bytes = end?.bytes ?? bytes;
        tell({ epoch, epochs, done: step / steps, end });
      },
    });
    return { finished: true, bytes: saveModel(model), model };
  } catch (error) {
    if (!signal.aborted) throw error;
    return {
      finished: false,
      bytes,
      model: bytes && loadModel(bytes),
      interrupted: state && { state, bytes },
    };
  }
}

function endOf(model: Model, { test }: Data, loss: number): EpochEnd {
  const some = slice(test, 0, WATCHED);
  return {
    loss,
    clean: measure(model, some).errorRate,
    attacked: measure(model, fgsm(model, some, { epsilon: EPSILON })).errorRate,
    bytes: saveModel(model),
    filters: filtersOf(model),
  };
}
