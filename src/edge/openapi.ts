/** The OpenAPI document. @module */

import { toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { labels } from "./actions/check.ts";
import { actions } from "./actions/mod.ts";
import { JSON_TYPE, SAFETENSORS } from "./body.ts";
import type { Configuration } from "./options.ts";
import { PROBLEM, TITLES } from "./problem.ts";

type Json = Readonly<Record<string, unknown>>;

/** The models and their sizes. */
const listing = v.strictObject({
  kernels: v.string(),
  limits: v.strictObject({
    bytes: v.number(),
    examples: v.number(),
    epsilons: v.number(),
    milliseconds: v.number(),
  }),
  models: v.array(v.strictObject({
    name: v.string(),
    inputs: v.number(),
    classes: v.number(),
    head: v.string(),
    family: v.nullable(v.string()),
  })),
});

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
            200: { description: "The models", content: { [JSON_TYPE]: { schema: schemaOf(listing) } } },
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
                requestOf(action.request(settings), limits.examples),
                action.tensors.request,
              ),
            },
            responses: {
              200: {
                description: "The answer",
                content: contentOf(schemaOf(action.response), action.tensors.response),
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

const PROBLEM_SCHEMA = schemaOf(v.strictObject({
  type: v.literal("about:blank"),
  title: v.string(),
  status: v.number(),
  detail: v.string(),
}));

function contentOf(schema: Json, tensors: string): Json {
  return {
    [JSON_TYPE]: { schema },
    [SAFETENSORS]: { schema: { type: "string", format: "binary", description: `Tensors ${tensors}` } },
  };
}

function requestOf(schema: v.GenericSchema, most: number): Json {
  const { properties, required = [], ...rest } = schemaOf(schema) as {
    properties: Json;
    required?: string[];
  };
  const x = { type: "array", minItems: 1, maxItems: most, items: NUMBERS, description: "Inputs, (B, D)" };
  return { ...rest, properties: { x, ...properties }, required: ["x", ...required] };
}

const NUMBERS = { type: "array", items: { type: "number" } };

function schemaOf(schema: v.GenericSchema): Json {
  const { $schema: _, ...rest } = toJsonSchema(schema, {
    target: "draft-2020-12",
    errorMode: "ignore",
    overrideSchema: ({ valibotSchema }) =>
      valibotSchema === labels
        ? { type: "array", items: { type: "integer", minimum: 0 }, description: "True class of each, (B)" }
        : undefined,
  });
  return rest;
}
