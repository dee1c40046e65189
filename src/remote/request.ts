/** One question to an endpoint, asked again where that may help. @module */

import { InputError } from "../errors.ts";
import type { Matrix } from "../matrix.ts";

/** Smallest probability whose logarithm is taken. */
export const MIN_PROBABILITY = 1e-30;

/** Maximum wait in milliseconds, even if the server asks for more. */
const LONGEST_WAIT = 60_000;

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
export async function ask(asking: Asking, x: Matrix, count: number, signal?: AbortSignal): Promise<unknown> {
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

/** An answer that is not as described. */
export function answer(code: "format" | "shape" | "value", problem: string): InputError {
  return new InputError(code, "use the endpoint's answer", problem);
}
