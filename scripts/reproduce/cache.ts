/** Trained models and unfinished trainings, kept in files. @module */

import {
  type Batch,
  type Family,
  InputError,
  loadModel,
  type Model,
  readSafetensors,
  saveModel,
  type TrainOptions,
} from "../../src/mod.ts";
import type { TrainingRecord } from "../../src/paper/executor.ts";
import { identity } from "../../src/train/mod.ts";
import { reason, UserError } from "../errors.ts";
import { writeFileWhole } from "../files.ts";
import { sha256 } from "../sha256.ts";

/** Where one training is kept. */
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

/** Milliseconds after which a file that was never finished is of a process that is no more. */
const STALE = 3_600_000;

/**
 * The user's folder for trained models, which may not exist yet.
 *
 * @throws {UserError} if the system does not say where such things go
 */
export function cacheFolder(): string {
  const [own, home, local] = ["XDG_CACHE_HOME", "HOME", "LOCALAPPDATA"].map(variable);
  const base = own || (home && `${home}/.cache`) || local;
  if (base) return `${base}/gibbon/models`;
  throw new UserError(
    "Cannot keep trained models: neither XDG_CACHE_HOME nor HOME names a folder",
  );
}

/** An absent variable, and one that Deno may not read, are alike. */
function variable(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}

/**
 * Nothing; `folder` then exists, without what processes that were killed left half written.
 *
 * @throws {UserError} if the system refuses
 */
export async function openCache(folder: string): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true });
    for await (const { name } of Deno.readDir(folder)) {
      if (!name.endsWith(".tmp")) continue;
      const path = `${folder}/${name}`;
      const { mtime } = await Deno.stat(path);
      if (mtime && Date.now() - mtime.getTime() > STALE) await Deno.remove(path);
    }
  } catch (error) {
    throw new UserError(`Cannot keep trained models in ${folder}: ${reason(error)}`);
  }
}

/** Where the training of `family` on `data` is kept in `folder`, by all that settles its bytes. */
export async function keptIn(
  folder: string,
  { family, data, options }: { family: Family; data: Batch; options: TrainOptions },
): Promise<Kept> {
  const [id, former] = await Promise.all(
    [false, true].map((former) =>
      sha256(new TextEncoder().encode(identity(family, data, options, { former })))
    ),
  );
  const stemOf = (hash: string) => `${folder}/${family.name}-${hash.slice(0, 24)}`;
  return {
    id,
    model: `${stemOf(id)}.safetensors`,
    state: `${stemOf(id)}.state`,
    former: `${stemOf(former)}.safetensors`,
  };
}

/** Writes the finished `model` of a training. */
export function keep({ id, model: path }: Kept, model: Model): Promise<void> {
  return writeFileWhole(path, saveModel({ ...model, record: { ...model.record, training: id } }));
}

/**
 * What the kept model says of its training; nothing if there is none. One that is damaged, or of another training, is set
 * aside, which `tell` is told.
 */
export async function recordOf(
  kept: Kept,
  tell: (text: string) => void,
): Promise<TrainingRecord | undefined> {
  const bytes = await Deno.readFile(kept.model).catch(() => undefined);
  if (!bytes) return await adopt(kept);
  try {
    using model = loadModel(bytes);
    const { training, ...record } = model.record;
    if (training === kept.id) return record;
    tell(await setAside(kept.model, "it is of another training"));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    tell(await setAside(kept.model, error.reason));
  }
  return undefined;
}

/** The same of a model that an earlier version kept, which is then kept as today's are. */
async function adopt(kept: Kept): Promise<TrainingRecord | undefined> {
  const bytes = await Deno.readFile(kept.former).catch(() => undefined);
  if (!bytes) return undefined;
  try {
    using model = loadModel(bytes);
    await keep(kept, model);
    return model.record;
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** Renames the file at `path`, so that nothing reads it again; gives a sentence that says so. */
export async function setAside(path: string, why: string): Promise<string> {
  const beside = `${path}.damaged`;
  await Deno.rename(path, beside);
  return `Cannot use what was kept in ${path}: ${why}; it is now ${beside}, and is trained again`;
}

/** A training that is not finished. */
export interface Unfinished {
  /** What to go on from, which may yet be damaged. */
  readonly state: Uint8Array;
  /** Epochs that are over. */
  readonly epochs: number;
}

/** The training in the state file at `path`; nothing if it is not there, or beyond so many epochs. */
export async function stateIn(path: string, most = Infinity): Promise<Unfinished | undefined> {
  const state = await Deno.readFile(path).catch(() => undefined);
  if (!state) return undefined;
  const epochs = epochsIn(state);
  return epochs <= most ? { state, epochs } : undefined;
}

/** Epochs that are over; 0 if the state is damaged, which training finds out. */
function epochsIn(state: Uint8Array): number {
  try {
    return JSON.parse(readSafetensors(state).metadata.position).history.length;
  } catch {
    return 0;
  }
}
