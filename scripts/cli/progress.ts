/** A line of progress. @module */

/** A line of progress. */
export interface Progress extends Disposable {
  /**
   * Says that `fraction`, in [0, 1], is done, and `detail` beside it; `left` milliseconds more, if that is known better
   * than from the pace so far.
   */
  update(fraction: number, detail?: string, left?: number): void;
  /** Takes the line away; so does leaving the block of `using`. */
  end(): void;
}

/** Where and when a line of progress shows. */
export interface ProgressOptions {
  /** Writes to the terminal, or does nothing if there is none. */
  write: (text: string) => void;
  /** Milliseconds since some moment. */
  now: () => number;
  /** Characters that fit in a line; default 80. */
  width?: number;
  /** The fraction that was done before, and tells nothing of the pace; default 0. */
  from?: number;
}

/** Milliseconds before which there is nothing to tell. */
const PATIENCE = 2000;

/** Milliseconds between two changes of the line: few enough to look alive, enough to cost nothing. */
const PAUSE = 100;

const CLEAR = "\r\x1b[K";

/** A line that shows once `title` has taken two seconds, with an estimate of the time left. */
export function showProgress(title: string, { write, now, width = 80, from = 0 }: ProgressOptions): Progress {
  const start = now();
  let [shown, last] = [false, start];
  const end = () => {
    if (shown) write(CLEAR);
    shown = false;
  };
  return {
    update(fraction, detail = "", left) {
      const time = now();
      if (time - start < PATIENCE || time - last < PAUSE) return;
      [shown, last] = [true, time];
      const line = inWords(title, { fraction, detail, left, from, spent: time - start });
      write(CLEAR + (line.length < width ? line : `${line.slice(0, width - 2)}…`));
    },
    end,
    [Symbol.dispose]: end,
  };
}

/** Milliseconds between two lines of plain progress. */
const PLAIN_PAUSE = 60_000;

/** The same where lines cannot be erased: a line a minute, which `write` ends. */
export function plainProgress(
  title: string,
  { write, now, from = 0 }: Omit<ProgressOptions, "width">,
): Progress {
  const start = now();
  let last = start;
  return {
    update(fraction, detail = "", left) {
      const time = now();
      if (time - last < PLAIN_PAUSE) return;
      last = time;
      write(inWords(title, { fraction, detail, left, from, spent: time - start }));
    },
    end() {},
    [Symbol.dispose]() {},
  };
}

function inWords(
  title: string,
  at: { fraction: number; detail: string; left?: number; from: number; spent: number },
): string {
  const part = Math.min(Math.max(at.fraction, 0), 1);
  const known = part > at.from ? at.spent * (1 - part) / (part - at.from) : undefined;
  const left = at.left ?? known;
  const estimate = left === undefined ? "" : `, ${duration(left)} left`;
  return `${title} ${Math.floor(100 * part)} %${estimate}${at.detail && `, ${at.detail}`}`;
}

/** No line of progress. */
export const noProgress: Progress = { update() {}, end() {}, [Symbol.dispose]() {} };

/** `milliseconds` in words as short as an estimate deserves. */
export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
