/** The fetch handler. @module */

import type { Context } from "hono";
import { accepts } from "hono/accepts";
import { cors } from "hono/cors";
import { Hono } from "hono/tiny";
import { writeSafetensors } from "../data/safetensors.ts";
import { kernels } from "../runtime/variants.ts";
import type { Model } from "../models/model.ts";
import type { Differentiable } from "../models/classifier.ts";
import { checkedMembers } from "../fields.ts";
import type { Action, ActionWork, Answer } from "./action.ts";
import { actions } from "./actions/mod.ts";
import { JSON_TYPE, readBody, SAFETENSORS } from "./body.ts";
import { deadline, runYielding } from "./deadline.ts";
import { matrixOf } from "./input.ts";
import { openapi } from "./openapi.ts";
import { type Configuration, configure, type HandlerOptions, type Limits } from "./options.ts";
import { callerProblem, Problem, problemResponse } from "./problem.ts";

/**
 * A handler of HTTP requests that classifies with `models`, checks how they stand up to attacks, and screens inputs: a
 * standard `(Request) => Promise<Response>`, for `deno serve`, Workers, Bun, Node and whatever else speaks fetch. It
 * always resolves; what cannot be answered is told as `application/problem+json` with one sentence.
 *
 * | route | answers |
 * |---|---|
 * | `GET /models` | the models, their sizes, the limits |
 * | `POST /models/NAME/classify` | class and probabilities of each input |
 * | `POST /models/NAME/check` | the worst case over many attacks, or single ones, beside noise; whether thresholds are met |
 * | `POST /models/NAME/robustness` | the worst-case error, between what attacks find and what is certified |
 * | `POST /models/NAME/screen` | which inputs are rubbish to the model |
 * | `GET /openapi.json` | all of this, in OpenAPI 3.1 |
 *
 * Bodies are JSON or safetensors, in both directions: see the OpenAPI document for their members.
 *
 * @example
 * ```ts
 * import { createHandler } from "@gibbon/gibbon/edge";
 * import { model, softmaxLinear } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const tensors = {
 *   W: { shape: [2, 1], data: Float32Array.of(-1, 1) },
 *   b: { shape: [2], data: Float32Array.of(0, 0) },
 * };
 * const sign = model(softmaxLinear({ inputs: 1, classes: 2 }), { tensors });
 * const handler = createHandler({ models: { sign } });
 *
 * const gate = { epsilons: [0.1, 0.3], thresholds: [{ on: "attacked", epsilon: 0.1, errorRate: 0 }] };
 * const response = await handler(
 *   new Request("https://example.org/models/sign/check", {
 *     method: "POST",
 *     headers: { "content-type": "application/json" },
 *     body: JSON.stringify({ x: [[0.2], [-0.5]], labels: [1, 0], gate }),
 *   }),
 * );
 * const report = await response.json();
 * assertEquals(report.passed, true);
 * assertEquals(report.robustness.at[1].attacked.errorRate, 0.5);
 * ```
 *
 * @throws {InputError} if an option is not as described, or no kernels can be started
 */
export function createHandler(options: HandlerOptions): (request: Request) => Promise<Response> {
  const configuration = configure(options);
  // where nothing can compute, this is the time to say so
  kernels();
  const app = new Hono({ strict: true }).basePath(configuration.basePath);
  const { origins } = configuration;
  if (origins) {
    app.use(
      cors({ origin: origins === "*" ? "*" : [...origins], allowMethods: ["GET", "POST"], maxAge: 3600 }),
    );
  }
  const documents: [path: string, body: () => unknown][] = [
    ["/models", () => listing(configuration)],
    ["/openapi.json", () => openapi(configuration)],
  ];
  for (const [path, body] of documents) {
    let text: string | undefined;
    app.get(path, () => jsonResponse(text ??= JSON.stringify(body())));
    app.all(path, () => wrongMethod("GET, HEAD"));
  }
  for (const [name, action] of Object.entries(actions)) {
    const path = `/models/:model/${name}`;
    app.post(path, (context) => answer(context, action, configuration));
    app.all(path, () => wrongMethod("POST"));
  }
  app.notFound(() => {
    throw new Problem(
      404,
      `Cannot answer: there is no such route; GET ${configuration.basePath}/openapi.json`,
    );
  });
  app.onError((error) => respond(error, configuration));
  return async (request) => {
    try {
      return await app.fetch(request);
    } catch (error) {
      return respond(error, configuration);
    }
  };
}

function respond(error: unknown, { onError }: Configuration): Response {
  if (!callerProblem(error)) onError(error);
  return problemResponse(error);
}

function wrongMethod(allow: string): never {
  throw new Problem(405, `Cannot answer: this route takes ${allow}`, { allow });
}

async function answer(
  context: Context,
  action: Action,
  { models, costs, limits, ...settings }: Configuration,
): Promise<Response> {
  const request = context.req.raw;
  using limit = deadline(limits.milliseconds, request.signal);
  const { signal } = limit;
  const name = context.req.param("model")!;
  const model = models.get(name);
  if (!model) {
    throw new Problem(404, `Cannot answer: there is no such model; GET ${settings.basePath}/models`);
  }
  const { x: inputs, ...rest } = await readBody(request, { limit: limits.bytes, signal });
  const fail = (problem: string) => new Problem(422, `Cannot use the body: ${problem}`);
  const body = checkedMembers(action.fields, rest, { fail, of: "the members of this body" });
  const x = matrixOf(inputs, { inputs: model.inputs, limit: limits.examples });
  const work = action.plan({ name, model, cost: costs.get(name)!, x, body, settings });
  checkSize(work, limits);
  const found = await runYielding(work.steps(), signal);
  return prefersTensors(context) ? tensorResponse(found) : jsonResponse(JSON.stringify(found.json));
}

/** @throws {Problem} if the work takes longer, or its answer is longer, than a request may */
function checkSize({ multiplyAdds, bytes }: ActionWork, limits: Required<Limits>): void {
  if (multiplyAdds > limits.multiplyAdds) {
    throw new Problem(
      413,
      `Cannot answer: it takes about ${multiplyAdds.toExponential(1)} multiply-adds, this server does ` +
        `${
          limits.multiplyAdds.toExponential(1)
        } for a request; send fewer examples, attacks, epsilons or steps`,
    );
  }
  if (bytes > limits.answer) {
    throw new Problem(
      413,
      `Cannot answer: it might take ${Math.ceil(bytes)} bytes, this server gives ${limits.answer}; ` +
        "send fewer examples, attacks, epsilons or thresholds",
    );
  }
}

/** Characters of an Accept header that are looked at; to weigh a longer one would take longer than to answer. */
const MAX_ACCEPT = 1000;

function prefersTensors(context: Context): boolean {
  const accept = context.req.header("accept") ?? "";
  if (accept.length > MAX_ACCEPT || !accept.includes(SAFETENSORS)) return false;
  const supports = [JSON_TYPE, SAFETENSORS];
  return accepts(context, { header: "Accept", supports, default: JSON_TYPE }) === SAFETENSORS;
}

function jsonResponse(text: string): Response {
  return new Response(text, { headers: { "content-type": JSON_TYPE, "x-content-type-options": "nosniff" } });
}

function tensorResponse({ tensors, metadata }: Answer): Response {
  return new Response(writeSafetensors(tensors, metadata), { headers: { "content-type": SAFETENSORS } });
}

function listing({ models, costs, limits }: Configuration) {
  return {
    kernels: kernels(),
    limits,
    models: Array.from(models, ([name, model]) => ({ name, ...sizes(model), multiplyAdds: costs.get(name) })),
  };
}

function sizes(model: Differentiable & Partial<Pick<Model, "family">>) {
  const { inputs, classes, head, family } = model;
  return { inputs, classes, head: head.name, family: family?.name ?? null };
}
