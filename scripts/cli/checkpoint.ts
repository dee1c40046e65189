/** Checkpoint files. @module */

import { type Checkpoint, InputError, loadCheckpoint } from "../../src/mod.ts";
import { reason, UserError } from "../errors.ts";
import { readOrReport } from "./inputs.ts";

/** The action that `train` names when a checkpoint does not fit. */
const RESUME = "resume training";

/**
 * The checkpoint in the file at `path`; nothing if there is no such file yet.
 *
 * @throws {UserError} if it cannot be read, or is no checkpoint
 */
export async function readCheckpoint(path: string | undefined): Promise<Checkpoint | undefined> {
  if (path === undefined) return undefined;
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new UserError(`Cannot read ${path}: ${reason(error)}`);
  }
  return readOrReport(`resume from ${path}`, bytes, loadCheckpoint);
}

/** `error`, or the user's in its place if training cannot resume from the state at `path`. */
export function resumeError(error: unknown, path: string | undefined): unknown {
  if (path === undefined || !(error instanceof InputError)) return error;
  if (error.code === "state") {
    return new UserError(
      `Cannot resume from ${path}: it belongs to a training with other options or data; remove it, or name another`,
    );
  }
  return error.action === RESUME ? new UserError(error.about(`resume from ${path}`).message) : error;
}
