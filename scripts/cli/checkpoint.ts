/** The state of a training in a file. @module */

import { readSafetensors } from "../../src/mod.ts";
import { reason, UserError } from "../errors.ts";
import { orTell } from "./inputs.ts";

/**
 * The state in the file at `path`; nothing if there is no such file yet.
 *
 * @throws {UserError} if it cannot be read, or is no whole safetensors file
 */
export async function readCheckpoint(path: string | undefined): Promise<Uint8Array | undefined> {
  if (path === undefined) return undefined;
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new UserError(`Cannot read ${path}: ${reason(error)}`);
  }
  orTell(`go on from ${path}`, bytes, readSafetensors);
  return bytes;
}

/** `error`, or the user's in its place if training could not go on from the state at `path`. */
export function resumeError(error: unknown, path: string | undefined): unknown {
  if (
    path === undefined || !(error instanceof Error) || !error.message.startsWith("Cannot resume training: ")
  ) {
    return error;
  }
  if (error instanceof TypeError) {
    return new UserError(
      `Cannot go on from ${path}: it is of a training with other options or data; remove it, or name another`,
    );
  }
  return new UserError(error.message.replace("Cannot resume training", `Cannot go on from ${path}`));
}
