/** Training that can be watched, paused and resumed. @module */

import {
  type Checkpoint,
  fgsm,
  loadModel,
  measure,
  type Model,
  saveModel,
  slice,
  type Tensor,
  train,
} from "../../mod.ts";
import { EPSILON } from "../../paper/experiment.ts";
import { type Context, type EpochEnd, type Filters, type Params, PIXELS, type Trained } from "../messages.ts";
import type { Data } from "./data.ts";
import { recipeOf } from "./recipes.ts";

/** Held-out examples that errors are measured on after each epoch, few enough to go on at once. */
const EPOCH_EXAMPLES = 300;

/** Hidden units whose weights are shown. */
const MAX_UNITS = 15;

/** Milliseconds of rest after the last request for it. */
const REST = 250;

/** State of an interrupted training. */
export interface Interrupted {
  readonly state: Checkpoint;
  readonly epochs: number;
  readonly bytes?: Uint8Array<ArrayBuffer>;
}

/** Result of a training, with the model itself. */
export interface Outcome extends Trained {
  readonly model?: Model;
  readonly interrupted?: Interrupted;
}

/**
 * Trains by the plan on `data`, on from `interrupted` if it is given. When the signal aborts it, or `until` whole epochs
 * are done, the outcome holds what it takes to resume.
 */
export async function trainModel(
  { plan, watch, until }: Params<"train">,
  { data, interrupted, rested }: {
    data: Data;
    interrupted?: Interrupted;
    /** Resolves when no hand wants the machine; default at once. */
    rested?: () => Promise<void> | undefined;
  },
  { onProgress, signal }: Context<"train">,
): Promise<Outcome> {
  const { family, options } = recipeOf(plan, data.train);
  let { state, bytes, epochs: finishedEpochs = 0 } = interrupted ?? {} as Partial<Interrupted>;
  const stop = new AbortController();
  const stopped = AbortSignal.any([signal, stop.signal]);
  const onCheckpoint = async (now: Checkpoint) => {
    state = now;
    // a small model's training pauses seldom by itself, and an abort comes in a message
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  try {
    const model = await train(family, data.train, {
      ...options,
      resume: state,
      signal: stopped,
      onCheckpoint: watch ? onCheckpoint : undefined,
      onProgress({ epoch, epochs, step, steps, loss, epochEnd, model }) {
        const end = watch && epochEnd ? epochEndOf(model, data, loss) : undefined;
        bytes = end?.bytes ?? bytes;
        if (epochEnd) finishedEpochs = epoch;
        if (epochEnd && epoch === until && epoch < epochs) stop.abort();
        onProgress({ epoch, epochs, done: step / steps, end });
        return rested?.();
      },
    });
    return { finished: true, epochs: finishedEpochs, bytes: saveModel(model), model };
  } catch (error) {
    if (!stopped.aborted) throw error;
    return {
      finished: false,
      epochs: finishedEpochs,
      bytes,
      model: bytes && loadModel(bytes),
      interrupted: state && { state, bytes, epochs: finishedEpochs },
    };
  }
}

/**
 * Rest for trainings while a hand drags, so that what follows the hand has the machine: `rest` begins one or makes it longer,
 * `rested` resolves at its end, and is nothing outside one.
 */
export function resting(): { rest: () => void; rested: () => Promise<void> | undefined } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let now: Promise<void> | undefined, end: () => void;
  return {
    rest() {
      clearTimeout(timer);
      now ??= new Promise((resolve) => end = resolve);
      timer = setTimeout(() => {
        now = undefined;
        end();
      }, REST);
    },
    rested: () => now,
  };
}

function epochEndOf(model: Model, { test, features }: Data, loss: number): EpochEnd {
  const some = slice(test, 0, EPOCH_EXAMPLES);
  return {
    loss,
    clean: measure(model, some).errorRate,
    attacked: measure(model, fgsm(model, some, { epsilon: EPSILON })).errorRate,
    bytes: saveModel(model),
    filters: features ? undefined : filtersOf(model),
  };
}

/**
 * The first layer's weights as images, or an RBF network's centers: the first tensor whose last size is the number of
 * pixels. A maxout unit's pieces stand in one row (paper, figure 3).
 */
export function filtersOf(model: Model): Filters | undefined {
  const first = Object.values(model.tensors())
    .find(({ shape }) => shape.length > 1 && shape.at(-1) === PIXELS);
  if (!first) return undefined;
  if (first.shape.length === 3) return pieces(first);
  const shown = Math.min(first.shape[0], 3 * MAX_UNITS);
  return {
    columns: first.shape[0] === 10 ? 5 : 9,
    images: (first.data as Float32Array).slice(0, shown * PIXELS),
  };
}

/** (P, U, D) as U rows of P images, three units in a row of the picture. */
function pieces({ shape: [pieces, units, inputs], data }: Tensor): Filters {
  const shown = Math.min(units, MAX_UNITS);
  const images = new Float32Array(shown * pieces * inputs);
  for (let u = 0; u < shown; u++) {
    for (let p = 0; p < pieces; p++) {
      const from = (p * units + u) * inputs;
      images.set(data.subarray(from, from + inputs), (u * pieces + p) * inputs);
    }
  }
  return { columns: 3 * pieces, images };
}
