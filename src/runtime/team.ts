/** The main thread and its workers, on one memory. @module */

import type { ThreadExports } from "../../wasm/exports.ts";
import { jobs } from "../../wasm/jobs.ts";
import type { Kernel } from "./kernel.ts";
import { type Call, split } from "./split.ts";
import type { Team, Workers } from "./threading.ts";
import { startWorker, WORDS } from "./worker.ts";

/** Bytes of a block, and places in it: see `asm/threads.ts`. */
const BLOCK = 512, FLOATS = 128, INTEGERS = 320, ARGUMENTS = 24;
/** What ends a worker in place of a job. */
const END = -1;

/**
 * Nanoseconds on one thread from which a kernel is split. A job costs 3 µs where the worker still looks for it, 50 to 70
 * where it sleeps, so that below this it may cost more than it saves; twice or half as much made no step faster.
 */
const MIN_WORK = 50_000;

const numbers = new Map(jobs.map((kernel, job) => [kernel, job]));

type Kernels = Readonly<Record<string, (...args: number[]) => number | void>>;

/** A worker as the main thread sees it. */
interface Member {
  readonly block: number;
  readonly words: Int32Array;
  /** The arguments of its job, once as they are and once as whole numbers. */
  readonly floats: Float64Array;
  readonly integers: Int32Array;
  readonly end: () => void;
}

/** Pages of 64 KiB that a memory has at first, and may have, as the threaded binaries declare them. */
const PAGES = { initial: 16, maximum: 32768 };

/** Workers do not outlive the memory that they work on. */
const forgotten = new FinalizationRegistry<Team>((team) => team.close());

/** The workers of this host. */
export const workers: Workers = {
  memory: () => new WebAssembly.Memory({ ...PAGES, shared: true }),
  start(heap, module, count) {
    const team = new WorkerTeam(module, heap.exports as ThreadExports, count);
    forgotten.register(heap, team);
    return team;
  },
};

/** Until its workers are ready, and after they ended, there is one thread. */
class WorkerTeam implements Team {
  readonly #exports: ThreadExports;
  readonly #mayWait: number;
  #starting: Member[] = [];
  #ready: Member[] = [];

  least = MIN_WORK;

  constructor(module: WebAssembly.Module, exports: ThreadExports, workers: number) {
    this.#exports = exports;
    const { memory } = exports;
    const room = () => exports.alloc(exports.scratchBytes());
    exports.setScratch(room());
    try {
      for (let i = 0; i < workers; i++) {
        const block = exports.alloc(BLOCK), scratch = room();
        const words = new Int32Array(memory.buffer, block, BLOCK / 4).fill(0);
        words[WORDS.done] = -1;
        const floats = new Float64Array(memory.buffer, block + FLOATS, ARGUMENTS);
        const integers = new Int32Array(memory.buffer, block + INTEGERS, ARGUMENTS);
        const end = startWorker({ module, memory, block, scratch });
        this.#starting.push({ block, words, floats, integers, end });
      }
    } catch (error) {
      this.close();
      throw error;
    }
    this.#mayWait = Number(canWait(memory));
  }

  get ready(): number {
    if (this.#starting.length > 0) {
      // looked at once: a worker may change between two looks
      const states = this.#starting.map(({ words }) => state(words));
      this.#ready.push(...this.#starting.filter((_, i) => states[i] === "ready"));
      this.#starting = this.#starting.filter((_, i) => states[i] === "starting");
    }
    return this.#ready.length;
  }

  run(kernel: Kernel, args: readonly number[]): number | void {
    const parts = this.ready + 1;
    const calls = parts > 1 ? split(kernel, args, { parts, least: this.least }) : undefined;
    if (!calls) return this.#call({ kernel, args });
    const [own, ...others] = calls;
    others.forEach(({ kernel, args }, i) => {
      const { block, floats, integers } = this.#ready[i];
      floats.set(args);
      integers.set(args);
      this.#exports.post(block, numbers.get(kernel)!);
    });
    let result: number | void, rest = 0, failed = false;
    try {
      result = this.#call(own);
    } finally {
      for (let i = 0; i < others.length; i++) {
        rest += this.#exports.join(this.#ready[i].block, this.#mayWait);
        failed ||= this.#ready[i].words[WORDS.failed] !== 0;
      }
    }
    if (failed) {
      this.close();
      throw new Error(`Cannot run ${kernel}: a worker failed`);
    }
    return result === undefined ? result : result + rest;
  }

  #call({ kernel, args }: Call): number | void {
    return (this.#exports as unknown as Kernels)[kernel](...args);
  }

  close(): void {
    for (const { block, end } of [...this.#starting, ...this.#ready]) {
      this.#exports.post(block, END);
      end();
    }
    this.#starting = [];
    this.#ready = [];
  }
}

function state(words: Int32Array): "starting" | "ready" | "failed" {
  if (Atomics.load(words, WORDS.failed) !== 0) return "failed";
  return Atomics.load(words, WORDS.done) < 0 ? "starting" : "ready";
}

/** Whether this thread is one that may sleep: a browser's main thread is not. */
function canWait({ buffer }: WebAssembly.Memory): boolean {
  const words = new Int32Array(buffer, 0, 1);
  try {
    // returns at once, for the value is another
    Atomics.wait(words, 0, words[0] + 1);
    return true;
  } catch {
    return false;
  }
}
