/** The terminal, and what a command sees of it. @module */

import { EXIT } from "../errors.ts";
import type { Context } from "./command.ts";
import { WIDTH } from "./help.ts";
import { noProgress, plainProgress, showProgress } from "./progress.ts";

/**
 * Milliseconds within which two interrupts are one press of Ctrl-C: of `deno task`, both the terminal and the task send it
 * to the command.
 */
const SAME_PRESS = 1000;

/** Where the command line runs: the process, or a test. */
export interface Terminal {
  /** Writes a line to standard output. */
  out(line: string): void;
  /** Writes a line to standard error. */
  err(line: string): void;
  /** Writes to standard error as it is, if that is a terminal; else nothing is there. */
  readonly draw?: (text: string) => void;
  /** Asks on the terminal, with an answer to begin from; null for none. Nothing where input is no terminal. */
  readonly ask?: (question: string, fallback?: string) => string | null;
  /** Characters in a line of standard output, and of what is drawn. */
  readonly width: number;
  /** Milliseconds since some moment. */
  now(): number;
  /** Calls `listener` at each Ctrl-C, which then no longer ends the process, until the result is called. */
  onInterrupt(listener: () => void): () => void;
  /** Ends the process. */
  exit(code: number): void;
}

/** The terminal of this process. */
export function systemTerminal(): Terminal {
  const [isTerminal, shown] = [Deno.stderr.isTerminal(), Deno.stdout.isTerminal()];
  const encoder = new TextEncoder();
  return {
    out: (line) => console.log(line),
    err: (line) => console.error(line),
    // Node has neither
    ask: isTerminal && Deno.stdin.isTerminal?.() && typeof prompt === "function"
      ? (question, fallback) => prompt(question, fallback)
      : undefined,
    draw: isTerminal ? (text) => void Deno.stderr.writeSync(encoder.encode(text)) : undefined,
    // a terminal that does not know its size reports 0
    width: (isTerminal || shown) && Deno.consoleSize().columns || WIDTH,
    now: () => performance.now(),
    onInterrupt(listener) {
      Deno.addSignalListener("SIGINT", listener);
      return () => Deno.removeSignalListener("SIGINT", listener);
    },
    exit: (code) => Deno.exit(code),
  };
}

/** What a command sees of `terminal`. */
export function contextOf(terminal: Terminal, { quiet = false }: { quiet?: boolean } = {}): Context {
  const { draw: write, now, width, ask } = terminal;
  return {
    print: (text) => terminal.out(text),
    note: (text) => terminal.err(text),
    width,
    ask,
    progress(title, from, { plain = false } = {}) {
      if (quiet) return noProgress;
      if (write) return showProgress(title, { write, now, width, from });
      return plain ? plainProgress(title, { write: terminal.err, now, from }) : noProgress;
    },
    async interruptible(run) {
      const controller = new AbortController();
      let first = 0;
      const remove = terminal.onInterrupt(() => {
        if (!controller.signal.aborted) {
          first = now();
          controller.abort();
        } else if (now() - first > SAME_PRESS) terminal.exit(EXIT.interrupted);
      });
      try {
        return await run(controller.signal);
      } finally {
        remove();
      }
    },
  };
}
