/** Worker threads, as Deno, Node and browsers have them. @module */

/** What a worker is given: its module, the memory of all, and where in it the worker finds its jobs. */
export interface Assignment {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Address of its block: see `asm/threads.ts`. */
  readonly block: number;
  /** Address of the room that it packs in. */
  readonly scratch: number;
}

/** Words of a block that are read or written outside of WebAssembly. */
export const WORDS = { posted: 0, failed: 5, done: 16 } as const;

/** Whatever goes wrong, whoever waits for the worker hears of it. */
const WORK = `({ module, memory, block, scratch }) => {
  const words = new Int32Array(memory.buffer, block, 64);
  try {
    new WebAssembly.Instance(module, { env: { memory } }).exports.work(block, scratch);
  } catch {
    Atomics.store(words, ${WORDS.failed}, 1);
    Atomics.store(words, ${WORDS.done}, Atomics.load(words, ${WORDS.posted}));
    Atomics.notify(words, ${WORDS.done});
  }
}`;

/** What of Node's worker threads is used; Deno has them too, and only these let its programs end before a worker. */
interface NodeThreads {
  Worker: new (code: string, options: { eval: true; workerData: Assignment }) => {
    unref(): void;
    on(event: "error", listener: () => void): void;
    terminate(): unknown;
  };
}

/**
 * Starts a worker, which does not keep the program from ending; returns what ends it at once. It begins on its own, and
 * says so in its block.
 *
 * @throws where there are no workers
 */
export function startWorker(assignment: Assignment): () => void {
  const { process } = globalThis as { process?: { getBuiltinModule?: (id: string) => unknown } };
  const node = process?.getBuiltinModule?.("node:worker_threads") as NodeThreads | undefined;
  if (node) {
    const code = `(${WORK})(require("node:worker_threads").workerData)`;
    const worker = new node.Worker(code, { eval: true, workerData: assignment });
    worker.on("error", () => {});
    worker.unref();
    return () => void worker.terminate();
  }
  const code = `onmessage = ({ data }) => { (${WORK})(data); close(); }`;
  // not a data: URL, whose worker would be of another origin and could not share memory
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module" });
  worker.onerror = (event) => event.preventDefault();
  worker.postMessage(assignment);
  return () => {
    worker.terminate();
    URL.revokeObjectURL(url);
  };
}
