/** Jobs that train a model of the paper's recipes, with their models and states in a store. @module */

import type { Batch } from "../data/batch.ts";
import { type ErrorCode, InputError } from "../errors.ts";
import { loadModel, saveModel } from "../models/file.ts";
import type { Family } from "../models/family.ts";
import type { Model } from "../models/model.ts";
import type { Budget } from "../paper/budgets.ts";
import { type TrainingRecord, trainModel } from "../paper/executor.ts";
import { trainingOptions } from "../paper/plan.ts";
import { trainings } from "../paper/recipes/mod.ts";
import { sha256 } from "../data/sha256.ts";
import {
  type Checkpoint,
  type Identify,
  identity,
  loadCheckpoint,
  saveCheckpoint,
  type TrainOptions,
} from "../train/mod.ts";
import { examplesOf } from "./inputs.ts";
import type { Kind } from "./job.ts";
import { setAside, type Store } from "./store.ts";

/** Which model, from which seed. The inputs are `train` and `test`. */
export interface TrainingRecipe {
  readonly budget: Budget;
  readonly name: string;
  readonly seed: number;
  /** The record of the training that this one comes after. */
  readonly after?: TrainingRecord;
}

/** What a training comes to. */
export interface Trained {
  readonly record: TrainingRecord;
  /** Key of the model in the store. */
  readonly model: string;
}

/** Keys of one training. */
export interface Kept {
  /** SHA-256 of all that settles its bytes, which its file repeats. */
  readonly id: string;
  /** The finished model. */
  readonly model: string;
  /** The state of a training that is not finished. */
  readonly state: string;
  /** Where earlier versions kept the finished model. */
  readonly former: string;
}

/** What errors say a state is that cannot be gone on from. */
const REFUSED: readonly ErrorCode[] = ["format", "state"];

/** Trainings: a job goes on from the state that another left, and gives the model that is there if it is whole. */
export const training: Kind<TrainingRecipe> = {
  action: ({ name, seed }) => `train ${name} from seed ${seed}`,
  resumable: true,
  async perform({ recipe: { budget, name, seed, after }, inputs }, bench): Promise<Trained> {
    const { store, note } = bench;
    const plan = trainings({ ...await examplesOf(inputs, budget, bench), budget })[name];
    const options = trainingOptions(plan, { seed, after });
    const kept = keysOf({ ...plan, options });
    const known = await recordOf(store, kept, note);
    if (known) {
      bench.onProgress(1, "");
      return { record: known, model: kept.model };
    }
    const unfinished = await checkpointIn(store, kept.state, { most: options.epochs, tell: note });
    bench.onProgress((unfinished?.position.history.length ?? 0) / (options.epochs ?? 10), "");
    const onCheckpoint = (checkpoint: Checkpoint) => store.put(kept.state, saveCheckpoint(checkpoint));
    const go = (resume?: Checkpoint) => trainModel(plan, { seed, after, resume, onCheckpoint }, bench);
    using model = await go(unfinished).catch(async (error) => {
      if (!(unfinished && error instanceof InputError && REFUSED.includes(error.code))) throw error;
      note(await refused(store, kept.state, error.reason));
      return await go();
    });
    await keep(store, kept, model);
    await store.delete(kept.state);
    return { record: recordIn(model), model: kept.model };
  },
  holds: async (result, store) => isWhole(await store.get((result as Trained).model)),
};

/** Whether `bytes` are there and of a model that can be read. */
function isWhole(bytes: Uint8Array | undefined): boolean {
  if (!bytes) return false;
  try {
    loadModel(bytes)[Symbol.dispose]();
    return true;
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

/** Names of batches by who names them and the memory that they lie in: many trainings are of the same examples. */
const names = new WeakMap<Identify, WeakMap<ArrayBufferLike, Map<string, string>>>();

/** What `identify` says, which is asked once of each run of examples. */
function remember(identify: Identify): Identify {
  if (!names.has(identify)) names.set(identify, new WeakMap());
  const known = names.get(identify)!;
  return (data) => {
    const { x, labels, classes } = data;
    // examples made anew share no memory with others
    if (labels.buffer.byteLength === labels.byteLength) return identify(data);
    const place = [x.data.byteOffset, x.rows, x.cols, labels.byteOffset, classes].join(" ");
    if (!known.has(x.data.buffer)) known.set(x.data.buffer, new Map());
    const hash = known.get(x.data.buffer)!;
    if (!hash.has(place)) hash.set(place, identify(data));
    return hash.get(place)!;
  };
}

/** The keys of the training of `family` on `data`, by all that settles its bytes. */
export function keysOf(
  { family, data, options }: { family: Family; data: Batch; options: TrainOptions },
): Kept {
  const [id, former] = [false, true].map((former) =>
    sha256(new TextEncoder().encode(identity(family, data, options, { former, remember })))
  );
  const stemOf = (hash: string) => `${family.name}-${hash.slice(0, 24)}`;
  return {
    id,
    model: `${stemOf(id)}.safetensors`,
    state: `${stemOf(id)}.state`,
    former: `${stemOf(former)}.safetensors`,
  };
}

/** Writes the finished `model` of a training. */
export function keep(store: Store, { id, model: key }: Kept, model: Model): Promise<void> {
  return store.put(key, saveModel({ ...model, record: { ...model.record, training: id } }));
}

/**
 * What the kept model says of its training; nothing if there is none. One that is damaged, or of another training, is set
 * aside, which `tell` is told.
 */
export async function recordOf(
  store: Store,
  kept: Kept,
  tell: (text: string) => void,
): Promise<TrainingRecord | undefined> {
  const bytes = await store.get(kept.model);
  if (!bytes) return await adopt(store, kept);
  try {
    using model = loadModel(bytes);
    const { training, ...record } = model.record;
    if (training === kept.id) return { record, history: model.history };
    tell(await refused(store, kept.model, "it is of another training"));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    tell(await refused(store, kept.model, error.reason));
  }
  return undefined;
}

/** The same of a model that an earlier version kept, which is then kept as today's are. */
async function adopt(store: Store, kept: Kept): Promise<TrainingRecord | undefined> {
  const bytes = await store.get(kept.former);
  if (!bytes) return undefined;
  try {
    using model = loadModel(bytes);
    await keep(store, kept, model);
    return recordIn(model);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** Sets aside what is kept under `key`; gives a sentence that says so. */
async function refused(store: Store, key: string, why: string): Promise<string> {
  const beside = await setAside(store, key);
  return `Cannot use what was kept in ${store.place(key)}: ${why}; it is now ${beside}, and is trained again`;
}

function recordIn({ record, history }: Model): TrainingRecord {
  return { record, history };
}

/**
 * The checkpoint that is kept under `key`; nothing if there is none, or one of more than `most` epochs. One that is damaged
 * is set aside, which `tell` is told.
 */
export async function checkpointIn(
  store: Store,
  key: string,
  { most = Infinity, tell }: { most?: number; tell: (text: string) => void },
): Promise<Checkpoint | undefined> {
  const bytes = await store.get(key);
  if (!bytes) return undefined;
  try {
    const checkpoint = loadCheckpoint(bytes);
    return checkpoint.position.history.length <= most ? checkpoint : undefined;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    tell(await refused(store, key, error.reason));
    return undefined;
  }
}
