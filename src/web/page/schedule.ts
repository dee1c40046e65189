/** When work is done that is asked for more often than it can be. @module */

/** Milliseconds without another call before slow work, or the address, follows. */
const QUIET = 300;

/** `run`, once it has not been called for a while. */
export function debounce(run: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(run, QUIET);
  };
}

/** `run` of the newest that it is given: at once, and then no more often than every `pause` milliseconds. */
export function atMostEvery<T>(pause: number, run: (input: T) => void): (input: T) => void {
  let waiting: { input: T } | undefined, resting = false;
  const next = () => {
    resting = waiting !== undefined;
    if (!waiting) return;
    const { input } = waiting;
    waiting = undefined;
    setTimeout(next, pause);
    run(input);
  };
  return (input) => {
    waiting = { input };
    if (!resting) next();
  };
}

/**
 * `work`, one call at a time: meanwhile only the newest of the other calls waits, and the older ones are dropped. So a
 * slider may move as often as it likes. Failures go to `onError`. \`about\` gives what the calls are about, such as
 * the examples: a failure is dropped if that has changed since the call, and \`work\` can ask \`isCurrent\`.
 */
export function newestOnly<T>(
  work: (input: T, isCurrent: () => boolean) => Promise<void>,
  onError: (error: unknown) => void,
  about: () => unknown = () => undefined,
): (input: T) => void {
  let busy = false;
  let waiting: { input: T; subject: unknown } | undefined;
  return (input) => {
    waiting = { input, subject: about() };
    if (!busy) void run();
  };

  async function run() {
    busy = true;
    while (waiting) {
      const { input, subject } = waiting;
      const isCurrent = () => about() === subject;
      waiting = undefined;
      await work(input, isCurrent).catch((error) => isCurrent() && onError(error));
    }
    busy = false;
  }
}
