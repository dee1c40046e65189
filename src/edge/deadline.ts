/** Work that stops when the caller leaves, or when it has taken too long. @module */

import { Problem } from "./problem.ts";

/** A signal that aborts with a problem, and the timer behind it, which ends with the block of `using`. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
}

/** A deadline in so many milliseconds, or when `caller` aborts. */
export function deadline(milliseconds: number, caller: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  // made where they are needed: an error takes as long as the smallest request
  const late = () =>
    controller.abort(
      new Problem(503, `Cannot answer within ${milliseconds} ms: send fewer examples, attacks or epsilons`),
    );
  const left = () => controller.abort(new Problem(499, "Cannot answer: the caller left"));
  const timer = setTimeout(late, milliseconds);
  if (caller?.aborted) left();
  else caller?.addEventListener("abort", left, { once: true });
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      clearTimeout(timer);
      caller?.removeEventListener("abort", left);
    },
  };
}

/**
 * What `steps` come to. Other requests, timers and `signal` have their turn between two steps.
 *
 * @throws the reason of `signal`, once it aborts
 */
export async function runYielding<T>(steps: Generator<unknown, T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    const step = steps.next();
    if (step.done) return step.value;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}
