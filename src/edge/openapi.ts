/** The OpenAPI document. @module */

import { type JsonSchema, jsonSchemaOf } from "../fields.ts";
import type { Action, Settings } from "./action.ts";
import { actions } from "./actions/mod.ts";
import { JSON_TYPE, SAFETENSORS } from "./body.ts";
import { list, NUMBER, object, orNull, TEXT } from "./json.ts";
import type { Configuration } from "./options.ts";
import { PROBLEM, TITLES } from "./problem.ts";

type Json = JsonSchema;

/** The models and their sizes. */
function listing(limits: Configuration["limits"]): Json {
  return object({
    kernels: TEXT,
    limits: object(Object.fromEntries(Object.keys(limits).map((name) => [name, NUMBER]))),
    models: list(object({
      name: TEXT,
      inputs: NUMBER,
      classes: NUMBER,
      head: TEXT,
      family: orNull(TEXT),
      multiplyAdds: NUMBER,
    })),
  });
}

/** What the handler that is so configured answers to, in OpenAPI 3.1. */
export function openapi({ basePath, models, limits, ...settings }: Configuration): Json {
  const problems = {
    content: { [PROBLEM]: { schema: { $ref: "#/components/schemas/Problem" } } },
  };
  const failing = (...statuses: number[]) =>
    Object.fromEntries(statuses.map((status) => [status, { description: TITLES[status], ...problems }]));
  return {
    openapi: "3.1.0",
    info: {
      title: "Gibbon",
      version: "1",
      description: "Classifies with small models, checks how they stand up to attacks, and screens inputs",
    },
    ...(basePath && { servers: [{ url: basePath }] }),
    paths: {
      "/models": {
        get: {
          operationId: "models",
          summary: "List the models, their sizes, and what a request may ask for at most",
          responses: {
            200: { description: "The models", content: { [JSON_TYPE]: { schema: listing(limits) } } },
          },
        },
      },
      ...Object.fromEntries(
        Object.entries(actions).map(([name, action]) => [`/models/{model}/${name}`, {
          post: {
            operationId: name,
            summary: action.summary,
            parameters: [{
              name: "model",
              in: "path",
              required: true,
              schema: { type: "string", enum: [...models.keys()] },
            }],
            requestBody: {
              required: true,
              content: contentOf(
                requestOf(action, settings, limits.examples),
                action.tensors.request,
              ),
            },
            responses: {
              200: {
                description: "The answer",
                content: contentOf(action.response, action.tensors.response),
              },
              ...failing(400, 404, 413, 415, 422, 500, 503),
            },
          },
        }]),
      ),
    },
    components: { schemas: { Problem: PROBLEM_SCHEMA } },
  };
}

const PROBLEM_SCHEMA = object({ type: { const: "about:blank" }, title: TEXT, status: NUMBER, detail: TEXT });

function contentOf(schema: Json, tensors: string): Json {
  return {
    [JSON_TYPE]: { schema },
    [SAFETENSORS]: { schema: { type: "string", format: "binary", description: `Tensors ${tensors}` } },
  };
}

function requestOf({ fields, schemas }: Action, settings: Settings, limit: number): Json {
  const options = jsonSchemaOf(fields) as { properties: Json };
  const x = {
    type: "array",
    minItems: 1,
    maxItems: limit,
    items: list(NUMBER),
    description: "Inputs, (B, D)",
  };
  const required = Object.entries(fields).filter(([, field]) => field.required).map(([name]) => name);
  return {
    ...options,
    properties: { x, ...options.properties, ...schemas(settings) },
    required: ["x", ...required],
  };
}
