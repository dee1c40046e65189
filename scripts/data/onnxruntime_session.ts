/** A session of onnxruntime in a thread of its own, for which the caller waits. @module */

import { InputError } from "../../src/mod.ts";

const ACTION = "ask onnxruntime";

/** The package, and where Deno has it from. */
const PACKAGE = "onnxruntime-web", NPM = `npm:${PACKAGE}@^1.30.0`;

/** What a session is made of. */
interface Made {
  readonly bytes: Uint8Array;
  readonly external: Readonly<Record<string, Uint8Array>>;
  readonly input: {
    readonly name: string;
    readonly shape: readonly number[];
    readonly double: boolean;
    readonly batch?: number;
  };
  readonly output: string;
  /** Examples of a call at most, and numbers of each. */
  readonly rows: number;
  readonly inputs: number;
}

/** Words that both threads read. */
const WORDS = { state: 0, rows: 1, length: 2 } as const;
/** Whose turn it is, or that it ended. */
const BUSY = 0, READY = 1, FAILED = 2;

/** Numbers of an answer for each example at most, and characters of an error. */
const MAX_CLASSES = 4096, MAX_TEXT = 4096;

/** Milliseconds that loading, or one answer, may take. */
const PATIENCE = 120_000;

/** What the thread does. */
const WORK = `async ({ where, made, words, x, y, text }) => {
  const { state, rows, length } = ${JSON.stringify(WORDS)};
  const say = (value) => { Atomics.store(words, state, value); Atomics.notify(words, state); };
  try {
    let ort;
    try {
      ort = await import(where);
    } catch {
      throw new Error("${PACKAGE} is not installed");
    }
    ort.env.wasm.numThreads = 1;
    ort.env.logLevel = "error";
    const { bytes, external, input, output } = made;
    const session = await ort.InferenceSession.create(bytes, {
      executionProviders: ["wasm"],
      externalData: Object.entries(external).map(([path, data]) => ({ path, data })),
    });
    say(${READY});
    for (;;) {
      Atomics.wait(words, state, ${READY});
      const count = words[rows], batch = input.batch ?? count;
      const given = new (input.double ? Float64Array : Float32Array)(batch * x.length / made.rows);
      given.set(x.subarray(0, count * x.length / made.rows));
      const tensor = new ort.Tensor(input.double ? "float64" : "float32", given, [batch, ...input.shape]);
      const { data, dims } = (await session.run({ [input.name]: tensor }, [output]))[output];
      const width = data.length / batch;
      if (!(width * count <= y.length) || dims[0] !== batch) throw new Error("it gives no row of scores for each example");
      y.set(data.subarray(0, width * count));
      words[length] = width * count;
      say(${READY});
    }
  } catch (error) {
    const bytes = new TextEncoder().encode(String(error?.message ?? error).split("\\n")[0]).subarray(0, text.length);
    text.set(bytes);
    words[length] = bytes.length;
    say(${FAILED});
  }
}`;

/** What of Node's worker threads is used, which Deno has too. */
interface NodeThreads {
  Worker: new (code: string, options: { eval: true; workerData: unknown }) => {
    unref(): void;
    on(event: "error", listener: () => void): void;
    terminate(): unknown;
  };
}

/** Where the package is beside this program; nothing if it is not. */
function installed(): string | undefined {
  try {
    return import.meta.resolve(PACKAGE);
  } catch {
    return undefined;
  }
}

/** Whether onnxruntime is installed beside this program. */
export function isInstalled(): boolean {
  return installed() !== undefined;
}

/**
 * A session for a model: what it makes of rows, and how it is ended.
 *
 * @throws {InputError} if onnxruntime is not there, or does not take the model
 */
export function startSession(
  made: Made,
  from = installed() ?? NPM,
): { run(x: Float32Array, rows: number): Float32Array; end(): void } {
  const { process } = globalThis as { process?: { getBuiltinModule?: (id: string) => unknown } };
  const node = process?.getBuiltinModule?.("node:worker_threads") as NodeThreads | undefined;
  if (!node) throw new InputError("state", ACTION, "there are no threads here");
  const shared = (bytes: number) => new SharedArrayBuffer(bytes);
  const words = new Int32Array(shared(64)), text = new Uint8Array(shared(MAX_TEXT));
  const x = new Float32Array(shared(4 * made.rows * made.inputs));
  const y = new Float32Array(shared(4 * made.rows * Math.min(MAX_CLASSES, 2 ** 22 / made.rows)));
  const code = `(${WORK})(require("node:worker_threads").workerData)`;
  const worker = new node.Worker(code, {
    eval: true,
    workerData: { where: from, made, words, x, y, text },
  });
  worker.on("error", () => {});
  worker.unref();

  /** Waits for the other thread. */
  function wait(): void {
    if (Atomics.wait(words, WORDS.state, BUSY, PATIENCE) === "timed-out") {
      throw new InputError("state", ACTION, `it gave no answer in ${PATIENCE / 1000} s`);
    }
    if (Atomics.load(words, WORDS.state) !== FAILED) return;
    const reason = new TextDecoder().decode(text.slice(0, words[WORDS.length]));
    const missing = reason === `${PACKAGE} is not installed`;
    throw new InputError(
      "state",
      ACTION,
      missing ? `${reason}; npm install ${PACKAGE}, or deno add ${NPM}` : reason,
    );
  }

  const end = () => void worker.terminate();
  try {
    wait();
  } catch (error) {
    end();
    throw error;
  }
  return {
    run(given, rows) {
      x.set(given);
      words[WORDS.rows] = rows;
      Atomics.store(words, WORDS.state, BUSY);
      Atomics.notify(words, WORDS.state);
      wait();
      return y.slice(0, words[WORDS.length]);
    },
    end,
  };
}
