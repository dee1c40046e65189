/** What tests of the edge handler share: two small models, and calls of them. */

import { input } from "../../scripts/edge/corpus/mod.ts";
import { createHandler, type HandlerOptions } from "../../src/edge/mod.ts";
import { CLASSES, INPUTS, specimenModel, specimens, userModel } from "../models/specimens.ts";

export { CLASSES, INPUTS };

/** A linear model, and one of a user's own. */
export const models = {
  linear: specimenModel(specimens.find(({ family }) => family.name === "softmaxLinear")!),
  mine: userModel(),
};

/** A handler of both models, that fails the test on an error nobody foresaw. */
export function handlerOf(options: Partial<HandlerOptions> = {}): (request: Request) => Promise<Response> {
  return createHandler({
    models,
    onError: (error) => {
      throw error;
    },
    ...options,
  });
}

/** The first `count` inputs, in lists. */
export function inputs(count: number): number[][] {
  return Array.from({ length: count }, (_, i) => input(i, INPUTS));
}

/** A POST of `body` as JSON to `path`. */
export function post(path: string, body: unknown, init: RequestInit & { duplex?: "half" } = {}): Request {
  return new Request(`https://edge.example${path}`, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    ...init,
    headers: { "content-type": "application/json", ...init.headers },
  });
}
