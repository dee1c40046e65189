/** Long work in steps, which Ctrl-C interrupts. @module */

import { EXIT, UserError } from "../errors.ts";
import type { Context } from "./command.ts";

/** Milliseconds of work between two checks for Ctrl-C. */
const YIELD_INTERVAL = 50;

/**
 * What `steps` come to, with the fraction that they yield shown as the progress of `title`.
 *
 * @throws {UserError} with exit code 130 at Ctrl-C: the action in `title` was interrupted, and then `kept` says what was
 *   kept and how to go on
 */
export function runInterruptible<T>(
  steps: Generator<number, T>,
  context: Context,
  { title, kept }: { title: string; kept: string },
): Promise<T> {
  return context.interruptible(async (signal) => {
    using progress = context.progress(title);
    let last = performance.now();
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      progress.update(step.value);
      if (performance.now() - last >= YIELD_INTERVAL) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        last = performance.now();
      }
      if (signal.aborted) throw interrupted(signal.reason, { title, done: step.value, kept });
    }
  });
}

/** `error` as the user is told it: that work was interrupted after the part `done`, if that is what it says. */
export function interrupted(
  error: unknown,
  { title, done, kept }: { title: string; done: number; kept: string },
): unknown {
  if (!(error instanceof DOMException && error.name === "AbortError")) return error;
  return new UserError(
    `${title} was interrupted ${Math.floor(100 * done)} % of the way; ${kept}`,
    EXIT.interrupted,
  );
}

/** What is kept of work that writes its results at its end. */
export const NOTHING_KEPT =
  "nothing was written, and the same command starts over; --limit N takes fewer examples";
