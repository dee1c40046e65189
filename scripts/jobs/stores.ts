/** Stores of jobs by their names: folders, buckets, or memory. @module */

import { memoryStore, type Store } from "../../src/jobs/store.ts";
import { reason, UserError } from "../errors.ts";
import { makeFolder, writeFileWhole } from "../files.ts";

/** Milliseconds after which an unfinished file is taken for that of a dead process. */
const STALE = 3_600_000;

/** Name of a store in memory, which nobody shares and which ends with its process. */
export const MEMORY = "memory:";

/** The store of that name: a folder's path, `s3://BUCKET/PREFIX`, or `memory:`. */
export async function openStore(name: string): Promise<Store> {
  if (name.startsWith("s3://")) return (await import("./s3_store.ts")).s3Store(name);
  return name === MEMORY ? memoryStore() : folderStore(name);
}

/** A folder as a store; several writers of a file each write a temporary file and rename it. */
export function folderStore(folder: string): Store {
  const place = (key: string) => `${folder}/${key}`;
  return {
    place,
    has: (key) => Deno.stat(place(key)).then(() => true, () => false),
    async get(key) {
      try {
        return await Deno.readFile(place(key));
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return undefined;
        throw new UserError(`Cannot read ${place(key)}: ${reason(error)}`);
      }
    },
    async put(key, bytes) {
      if (key.includes("/")) await makeFolder(place(key.slice(0, key.lastIndexOf("/"))));
      await writeFileWhole(place(key), bytes);
    },
    delete: (key) => Deno.remove(place(key)).catch(() => {}),
  };
}

/**
 * Nothing; `folder` then exists, without what processes that were killed left half written.
 *
 * @throws {UserError} if the system refuses
 */
export async function openFolder(folder: string): Promise<void> {
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
