/** Where jobs find their inputs and leave their results, by key. @module */

import { sha256 } from "../data/sha256.ts";

/**
 * Bytes by key. Of several writers of one key the last counts, and nobody ever reads part of what one of them wrote. Keys
 * are names of files, perhaps below a folder: `data/…`, `results/…`.
 */
export interface Store {
  /** Where the bytes of `key` are, as messages name it. */
  place(key: string): string;
  /** Whether there are bytes of `key`. */
  has(key: string): Promise<boolean>;
  /** The bytes of `key`; nothing if there are none. */
  get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Writes them, whole or not at all. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Removes them, if there are any. */
  delete(key: string): Promise<void>;
}

/** A store in memory. */
export function memoryStore(): Store {
  const kept = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    place: (key) => key,
    has: (key) => Promise.resolve(kept.has(key)),
    get: (key) => Promise.resolve(kept.get(key)?.slice()),
    put: (key, bytes) => Promise.resolve(void kept.set(key, bytes.slice())),
    delete: (key) => Promise.resolve(void kept.delete(key)),
  };
}

/** Where the result of the job of that id is kept. */
export function resultKey(id: string): string {
  return `results/${id}`;
}

/** Where the input of that SHA-256 is kept. */
export function dataKey(hash: string): string {
  return `data/${hash}`;
}

/** Keeps `result` as JSON behind its checksum. */
export function writeResult(store: Store, id: string, result: unknown): Promise<void> {
  const text = JSON.stringify(result);
  return store.put(resultKey(id), encode(`${sha256(encode(text))}\n${text}`));
}

/** The result that is kept of a job; nothing if there is none, or what is there is damaged. */
export async function readResult(store: Store, id: string): Promise<{ result: unknown } | undefined> {
  const bytes = await store.get(resultKey(id));
  if (!bytes) return undefined;
  const [checksum, ...rest] = new TextDecoder().decode(bytes).split("\n");
  const text = rest.join("\n");
  if (sha256(encode(text)) !== checksum) return undefined;
  try {
    return { result: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Moves the bytes of `key` aside, so that nothing reads them again; says where they now are. */
export async function setAside(store: Store, key: string): Promise<string> {
  const bytes = await store.get(key);
  const beside = `${key}.damaged`;
  if (bytes) await store.put(beside, bytes);
  await store.delete(key);
  return store.place(beside);
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
