/** A classifier behind an HTTP endpoint. @module */

import { InputError } from "../errors.ts";
import { type HeadName, heads } from "../heads.ts";
import { log } from "../kernels/elementwise.ts";
import { type Matrix, matrix } from "../matrix.ts";
import type { AsyncClassifier } from "../models/classifier.ts";
import { any, choice, integer, number, type Schema } from "../schema.ts";
import { resolve } from "../checks.ts";
import { shown } from "../wording.ts";

/** The endpoint, the form of its answers, retries and timeouts. */
export interface HttpClassifierOptions {
  /** Address of the endpoint. */
  url: string | URL;
  /** Number of inputs, D. */
  inputs: number;
  /** Number of classes, C. */
  classes: number;
  /** What it answers for each input: scores, probabilities of all classes, or the predicted class alone; default `"scores"`. */
  answers?: "scores" | "probabilities" | "labels";
  /** What scores mean; default `"softmax"`, which probabilities and labels need. */
  head?: HeadName;
  /** Inputs of one request at most; default 100. */
  maxBatch?: number;
  /** Retries after a temporary failure: no connection, no answer in time, status 429 or 5xx; default 3. */
  retries?: number;
  /** Milliseconds before the first retry, doubled before each that follows; default 250. */
  backOff?: number;
  /** Milliseconds that one request may take; default 30,000. */
  timeout?: number;
  /** Bytes of an answer at most; default 64 for each number that is expected, and 4,096. */
  maxBytes?: number;
  /** Headers to send, such as an authorization. */
  headers?: Readonly<Record<string, string>>;
  /** What sends a request; default the host's own. */
  fetch?: (request: Request) => Promise<Response>;
}

/** The same as a schema. */
export const HTTP_OPTIONS = {
  url: any<string | URL>("Address of the endpoint", { required: true }),
  inputs: integer("Number of inputs", { required: true, min: 1 }),
  classes: integer("Number of classes", { required: true, min: 2 }),
  answers: choice("What it answers for each input", ["scores", "probabilities", "labels"], {
    default: "scores",
  }),
  head: choice("What scores mean", Object.keys(heads) as HeadName[], { default: "softmax" }),
  maxBatch: integer("Inputs of one request at most", { min: 1, default: 100 }),
  retries: integer("Retries after a temporary failure", { min: 0, max: 100, default: 3 }),
  backOff: number("Milliseconds before the first retry", { min: 0, default: 250 }),
  timeout: number("Milliseconds that one request may take", { above: 0, default: 30_000 }),
  maxBytes: integer("Bytes of an answer at most", { min: 1 }),
  headers: any<Readonly<Record<string, string>>>("Headers to send"),
  fetch: any<(request: Request) => Promise<Response>>("What sends a request"),
} as const satisfies Schema<HttpClassifierOptions>;

/** Smallest probability whose logarithm is taken. */
const MIN_PROBABILITY = 1e-30;

/** Maximum wait in milliseconds, even if the server asks for more. */
const LONGEST_WAIT = 60_000;

/**
 * The classifier behind `url`, for the `async` form of attacks that need no gradient. Each request is
 *
 * `POST {"inputs": [[0.1, …], …]}` with one list of D numbers for each of its inputs, and the answer, by `answers`,
 *
 * `{"scores": [[…], …]}` or `{"probabilities": [[…], …]}` with one list for each input, or `{"labels": [3, …]}`.
 *
 * Answers are checked: their size, their shape, and that numbers are finite. Probabilities count as the scores log p.
 *
 * @example
 * ```ts
 * import { batch, httpClassifier, matrix, signNoise } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const remote = httpClassifier({
 *   url: "https://models.example/predict",
 *   inputs: 1,
 *   classes: 2,
 *   answers: "labels",
 *   // in place of a server: class 1 above 0
 *   fetch: async (request) => {
 *     const { inputs } = await request.json();
 *     return Response.json({ labels: inputs.map(([x]: number[]) => Number(x > 0)) });
 *   },
 * });
 * const examples = batch({ x: matrix(1, 1, [0.1]), labels: [1] });
 * const attacked = await signNoise.async(remote, examples, { epsilon: 0.5, restarts: 20 });
 * assertEquals([attacked.predicted[0], attacked.fooled[0]], [0, 1]);
 * ```
 *
 * @throws {InputError} if an option is out of its range. What it gives rejects with code `aborted` where there is no answer,
 *   and with `format`, `shape` or `value` where the answer is not as described
 */
export function httpClassifier(options: HttpClassifierOptions): AsyncClassifier {
  const action = "use a remote classifier";
  const settings = resolve<HttpClassifierOptions, typeof HTTP_OPTIONS>(action, HTTP_OPTIONS, options);
  const { inputs, classes, answers, maxBatch } = settings;
  const head = heads[settings.head];
  if (answers !== "scores" && settings.head !== "softmax") {
    throw new InputError("option", action, `head ${settings.head} does not go with answers by ${answers}`);
  }
  const { url } = settings;
  const address = typeof url === "string" || url instanceof URL ? URL.parse(`${url}`) : null;
  if (!address || !/^https?:$/.test(address.protocol)) {
    throw new InputError(
      "value",
      `${action} at ${typeof url === "string" ? url : shown(url)}`,
      "must be an http or https address",
    );
  }
  const asking = { ...settings, address };
  const sizes = { inputs, classes, head, maxBatch };
  if (answers === "labels") {
    return {
      ...sizes,
      async labels(x, { signal }) {
        const found = list(await ask(asking, x, x.rows, signal), "labels", x.rows);
        return Int32Array.from(found, (label, i) => {
          if (Number.isInteger(label) && (label as number) >= 0 && (label as number) < classes) {
            return label as number;
          }
          throw answer("value", `label ${JSON.stringify(label)} of input ${i} is none of 0 … ${classes - 1}`);
        });
      },
    };
  }
  return {
    ...sizes,
    async scores(x, { signal }) {
      const width = answers === "scores" ? head.width(classes) : classes;
      const out = matrix(x.rows, width);
      const rows = list(await ask(asking, x, x.rows * width, signal), answers, x.rows);
      rows.forEach((row, i) => out.data.set(numbers(row, width, `${answers} of input ${i}`), i * width));
      if (answers === "probabilities") {
        const bad = out.data.findIndex((p) => !(p >= 0 && p <= 1));
        if (bad >= 0) throw answer("value", `probability ${out.data[bad]} is not in [0, 1]`);
        for (let i = 0; i < out.data.length; i++) out.data[i] = Math.max(out.data[i], MIN_PROBABILITY);
        log(out, out);
      }
      return out;
    },
  };
}

/** An answer that is not as described. */
function answer(code: "format" | "shape" | "value", problem: string): InputError {
  return new InputError(code, "use the endpoint's answer", problem);
}

function list(json: unknown, name: string, length: number): readonly unknown[] {
  const found = typeof json === "object" && json !== null
    ? (json as Record<string, unknown>)[name]
    : undefined;
  if (!Array.isArray(found)) throw answer("format", `expected an object with a list ${name}`);
  if (found.length !== length) throw answer("shape", `expected ${length} ${name}, got ${found.length}`);
  return found;
}

function numbers(row: unknown, length: number, what: string): readonly number[] {
  if (!Array.isArray(row) || row.length !== length) {
    throw answer("shape", `expected a list of ${length} numbers as ${what}`);
  }
  const bad = row.findIndex((value) => !(typeof value === "number" && Number.isFinite(Math.fround(value))));
  if (bad >= 0) throw answer("value", `number ${bad} of the ${what} is no finite float32`);
  return row;
}

/** Options of requests, resolved. */
interface Asking {
  readonly address: URL;
  readonly retries: number;
  readonly backOff: number;
  readonly timeout: number;
  readonly maxBytes?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly fetch?: (request: Request) => Promise<Response>;
}

/** The endpoint's answer for `x`, with retries; `count` numbers are expected. */
async function ask(asking: Asking, x: Matrix, count: number, signal?: AbortSignal): Promise<unknown> {
  const inputs = Array.from(
    { length: x.rows },
    (_, i) => Array.from(x.data.subarray(i * x.cols, (i + 1) * x.cols)),
  );
  const body = JSON.stringify({ inputs });
  for (let tried = 0;; tried++) {
    signal?.throwIfAborted();
    const outcome = await once(asking, { body, maxBytes: asking.maxBytes ?? 64 * count + 4096, signal });
    if ("json" in outcome) return outcome.json;
    if (tried >= asking.retries) {
      throw new InputError(
        "aborted",
        `ask ${asking.address.origin}${asking.address.pathname}`,
        `${outcome.problem}, ${tried + 1} ${tried === 0 ? "time" : "times"}`,
        { cause: outcome.cause },
      );
    }
    await wait(Math.min(Math.max(outcome.wait ?? 0, asking.backOff * 2 ** tried), LONGEST_WAIT), signal);
  }
}

/** An answer, or a temporary failure. */
type Outcome = { json: unknown } | { problem: string; wait?: number; cause?: unknown };

async function once(
  { address, timeout, headers, fetch: send = fetch }: Asking,
  { body, maxBytes, signal }: { body: string; maxBytes: number; signal?: AbortSignal },
): Promise<Outcome> {
  const limit = AbortSignal.timeout(timeout);
  const either = signal ? AbortSignal.any([signal, limit]) : limit;
  let text: string;
  try {
    const request = new Request(address, {
      method: "POST",
      headers: { accept: "application/json", ...headers, "content-type": "application/json" },
      body,
      signal: either,
    });
    const response = await send(request);
    if (response.status === 429 || response.status >= 500) {
      await response.body?.cancel();
      const seconds = Number(response.headers.get("retry-after"));
      return { problem: `it answered with status ${response.status}`, wait: 1000 * (seconds || 0) };
    }
    if (!response.ok) {
      await response.body?.cancel();
      const action = `ask ${address.origin}${address.pathname}`;
      throw new InputError("aborted", action, `it answered with status ${response.status}`);
    }
    text = await bounded(response, maxBytes);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof InputError) throw error;
    if (limit.aborted) return { problem: `it did not answer within ${timeout} ms`, cause: error };
    return { problem: "it could not be reached", cause: error };
  }
  try {
    return { json: JSON.parse(text) };
  } catch {
    throw answer("format", "it is no JSON");
  }
}

/** The text of an answer of at most so many bytes. */
async function bounded(response: Response, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "", size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    // leaving the loop cancels the rest
    if (size > maxBytes) throw answer("shape", `it has more than ${maxBytes} bytes`);
    text += decoder.decode(part, { stream: true });
  }
  return text + decoder.decode();
}

/** Resolves after so many milliseconds, or rejects when the signal says so. */
function wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
