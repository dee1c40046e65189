/** Trained models and unfinished trainings, kept in files. @module */

import { type Batch, type Family, loadModel, readSafetensors, type TrainOptions } from "../../src/mod.ts";
import type { TrainingRecord } from "../../src/paper/executor.ts";
import { identity } from "../../src/train/mod.ts";
import { reason, UserError } from "../errors.ts";
import { sha256 } from "../sha256.ts";

/** Where one training is kept. */
export interface Kept {
  /** The finished model. */
  readonly model: string;
  /** The state of a training that is not finished. */
  readonly state: string;
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
  const text = new TextEncoder().encode(identity(family, data, options));
  const stem = `${folder}/${family.name}-${(await sha256(text)).slice(0, 24)}`;
  return { model: `${stem}.safetensors`, state: `${stem}.state` };
}

/** What the model file at `path` says of its training; nothing if it is not there, or cannot be a model. */
export async function recordIn(path: string): Promise<TrainingRecord | undefined> {
  const bytes = await Deno.readFile(path).catch(() => undefined);
  if (!bytes) return undefined;
  try {
    using model = loadModel(bytes);
    return model.record;
  } catch {
    return undefined;
  }
}

/** A training that is not finished. */
export interface Unfinished {
  /** What to go on from. */
  readonly state: Uint8Array;
  /** Epochs that are over. */
  readonly epochs: number;
}

/** The training in the state file at `path`; nothing if it is not there, broken, or beyond so many epochs. */
export async function stateIn(path: string, most = Infinity): Promise<Unfinished | undefined> {
  const state = await Deno.readFile(path).catch(() => undefined);
  if (!state) return undefined;
  try {
    const { history: { length: epochs } } = JSON.parse(readSafetensors(state).metadata.position);
    return epochs <= most ? { state, epochs } : undefined;
  } catch {
    return undefined;
  }
}
