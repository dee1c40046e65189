/** A classifier behind an HTTP endpoint. @module */

import { InputError } from "../errors.ts";
import { type HeadName, heads } from "../heads.ts";
import { log } from "../kernels/elementwise.ts";
import { matrix } from "../matrix.ts";
import type { AsyncClassifier } from "../models/classifier.ts";
import { any, choice, integer, number, type Schema } from "../schema.ts";
import { resolve } from "../checks.ts";
import { shown } from "../wording.ts";
import { answer, ask, MIN_PROBABILITY } from "./request.ts";

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
