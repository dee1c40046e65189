/**
 * `work`, one at a time: while it is at it, only the newest of what else is asked waits, and the older ones are
 * forgotten. So a slider may move as often as it likes. What goes wrong is told to `onError`.
 */
export function newestOnly<T>(
  work: (ask: T) => Promise<void>,
  onError: (error: unknown) => void,
): (ask: T) => void {
  let busy = false;
  let waiting: { ask: T } | undefined;
  return (ask) => {
    waiting = { ask };
    if (!busy) void run();
  };

  async function run() {
    busy = true;
    while (waiting) {
      const { ask } = waiting;
      waiting = undefined;
      await work(ask).catch(onError);
    }
    busy = false;
  }
}
