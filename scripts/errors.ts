/** Failures caused by the user's input or system. @module */

import { InputError } from "../src/errors.ts";

/** Exit codes: what was asked for failed, it cannot be understood, it was interrupted. */
export const EXIT = { failed: 1, usage: 2, interrupted: 130 } as const;

/** A failure to tell the user in one sentence, without a stack trace. */
export class UserError extends Error {
  override name = "UserError";

  /** A failure described by `message`, on which the process ends with `exitCode`. */
  constructor(message: string, readonly exitCode: number = EXIT.failed) {
    super(message);
  }
}

/** What the system said in `error`, as a few words for the end of a message. */
export function reason(error: unknown): string {
  if (error instanceof InputError) return error.reason;
  if (error instanceof Deno.errors.NotFound) return "it does not exist";
  if (error instanceof Deno.errors.PermissionDenied) return "the system does not permit it";
  if (error instanceof Deno.errors.NotCapable) return "Deno was not given permission";
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
  if (error instanceof Deno.errors.NotADirectory) return "part of its path is not a folder";
  const message = error instanceof Error ? error.message : String(error);
  return message.split(" (os error")[0].replace(/^[A-Z](?=[a-z ])/, (letter) => letter.toLowerCase());
}
