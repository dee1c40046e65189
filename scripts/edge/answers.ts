/** Answers of a server beside those that it should give. @module */

import { init, loadModel } from "../../src/mod.ts";
import { createHandler } from "../../src/edge/mod.ts";
import type { Case, Target } from "./corpus/mod.ts";

/** The model of the examples. */
export const TARGET: Target = { model: "digits", inputs: 784, classes: 10 };

/** The file that holds it. */
export const MODEL = new URL("examples/digits.safetensors", import.meta.url);

/** What the examples serve, in this process. */
export async function example(): Promise<(request: Request) => Promise<Response>> {
  init({ kernels: "baseline" });
  return createHandler({ models: { digits: loadModel(await Deno.readFile(MODEL)) } });
}

/** The request of `each` to the server at `url`. */
export function requestOf({ method, path, headers, body }: Case, url: string): Request {
  return new Request(`${url}${path}`, { method, headers, body });
}

/** Whether an answer with this status is one that `each` may have. */
export function isExpectedStatus({ status }: Case, actual: number): boolean {
  return [status].flat().includes(actual);
}

/** What of the answers of the server at `url` to `cases` is not byte for byte what `handler` says, a line each. */
export async function differences(
  url: string,
  cases: readonly Case[],
  handler: (request: Request) => Promise<Response>,
): Promise<string[]> {
  const lines: string[] = [];
  for (const each of cases) {
    const [theirs, ours] = [await fetch(requestOf(each, url)), await handler(requestOf(each, url))];
    const [text, expected] = [await theirs.text(), await ours.text()];
    if (!isExpectedStatus(each, theirs.status)) {
      lines.push(`${each.name}: ${theirs.status} ${text.slice(0, 200)}`);
    } else if (theirs.status === ours.status && text !== expected) {
      lines.push(`${each.name}: ${text.slice(0, 200)} instead of ${expected.slice(0, 200)}`);
    }
  }
  return lines;
}
