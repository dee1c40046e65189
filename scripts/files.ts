/** Files written whole or not at all, and folders for them. @module */

import { reason, UserError } from "./errors.ts";

/**
 * Nothing; `path` then holds `bytes`, and at no time part of them: they are written beside it and renamed.
 *
 * @throws {UserError} if the system refuses; `path` is then as it was
 */
export async function writeFileWhole(path: string, bytes: Uint8Array | string): Promise<void> {
  const data = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
  try {
    const existing = await Deno.stat(path).catch(() => undefined);
    if (existing?.isDirectory) throw new Error("it is a folder");
    // A rename would put a file in the place of /dev/null or of a link.
    if (existing && !existing.isFile) await Deno.writeFile(path, data);
    else await replace(existing ? await Deno.realPath(path) : path, data);
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound ? "its folder does not exist" : reason(error);
    throw new UserError(`Cannot write ${path}: ${why}`);
  }
}

async function replace(path: string, data: Uint8Array): Promise<void> {
  const beside = `${path}.${crypto.randomUUID().slice(0, 8)}.tmp`;
  try {
    await Deno.writeFile(beside, data, { createNew: true });
    await Deno.rename(beside, path);
  } catch (error) {
    await Deno.remove(beside).catch(() => {});
    throw error;
  }
}

/**
 * Nothing; the folder `path` then exists.
 *
 * @throws {UserError} if the system refuses
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true });
  } catch (error) {
    throw new UserError(`Cannot write ${path}: ${reason(error)}`);
  }
}

/**
 * Nothing, if `path` could be written now: long work should call this before it begins.
 *
 * @throws {UserError} if it could not, or is a file that is there and not to be written over
 */
export async function checkWritable(path: string, { force = true }: { force?: boolean } = {}): Promise<void> {
  const existing = await Deno.stat(path).catch(() => undefined);
  if (existing?.isFile && !force) {
    throw new UserError(`Cannot write ${path}: it is there already; name another, or add --force`);
  }
  try {
    if (existing?.isDirectory) throw new Error("it is a folder");
    if (existing && !existing.isFile) return;
    const beside = `${path}.${crypto.randomUUID().slice(0, 8)}.tmp`;
    await Deno.writeFile(beside, new Uint8Array(), { createNew: true });
    await Deno.remove(beside);
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound ? "its folder does not exist" : reason(error);
    throw new UserError(`Cannot write ${path}: ${why}`);
  }
}
