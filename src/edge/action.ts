/** What a model can be asked. @module */

import type { Tensor } from "../data/safetensors.ts";
import type { JsonSchema } from "../fields.ts";
import type { Matrix } from "../matrix.ts";
import type { Gate } from "../evaluate/gate.ts";
import type { Differentiable } from "../models/classifier.ts";
import type { AnySchema } from "../schema.ts";
import type { Body } from "./body.ts";

/** What an action works on. */
export interface ActionRequest {
  /** Name of the model. */
  readonly name: string;
  readonly model: Differentiable;
  /** Multiply-adds that the scores of one input take, about. */
  readonly cost: number;
  /** Inputs, (B, D). */
  readonly x: Matrix;
  /** The other members of the body, each as the action's fields have it. */
  readonly body: Body;
  readonly settings: Settings;
}

/** What the server's configuration says to actions. */
export interface Settings {
  /** Attacks that a check may try. */
  readonly attacks: readonly string[];
  /** Sizes of an attack, at most. */
  readonly epsilons: number;
  /** Thresholds of a check, at most. */
  readonly thresholds: number;
  /** Multiply-adds of a request, at most. */
  readonly multiplyAdds: number;
  /** What checks try and ask for, where the request does not say. */
  readonly gate: Gate;
  /** Probability that makes an input no rubbish, where the request does not say. */
  readonly threshold: number;
}

/** An answer in both its forms. */
export interface Answer {
  /** Ready for JSON. */
  readonly json: Readonly<Record<string, unknown>>;
  /** The long lists of it as tensors. */
  readonly tensors: Readonly<Record<string, Tensor>>;
  /** The rest of it as texts. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What is to be done, its size known before it begins. */
export interface ActionWork {
  /** Multiply-adds that it takes, about. */
  readonly multiplyAdds: number;
  /** Bytes of its answer, at most, in the form that is the longer. */
  readonly bytes: number;
  /** Does it in steps, between which others have their turn, each of them of `STEP` multiply-adds or one input's. */
  readonly steps: () => Generator<unknown, Answer>;
}

/** Multiply-adds between two looks at the clock: some hundredths of a second. */
export const STEP = 1e8;

/** Inputs that a step of `passes` through the model may look at. */
export function rowsPerStep(cost: number, passes = 1): number {
  return Math.max(1, Math.min(250, Math.floor(STEP / (cost * passes))));
}

/** What an attack does in a pass beside the model, as multiply-adds of matrix products: for each input, and for the question. */
const ATTACKED_INPUT = 100, QUESTION = 2e5;

/** Inputs that attacks ask about at once, at most. */
const CHUNK = 250;

/** Multiply-adds of `passes` of so many examples under attack, through a model whose scores of one input take `cost`. */
export function attackCost(
  { inputs, cost }: { inputs: number; cost: number },
  { rows, passes }: { rows: number; passes: number },
): number {
  return passes * (rows * (cost + ATTACKED_INPUT * inputs) + Math.ceil(rows / CHUNK) * QUESTION);
}

/** Bytes of a number in JSON, a comma included, at most. */
export const NUMBER_BYTES = 25;

/** Something that a model can be asked with a POST. */
export interface Action {
  /** What it does, in one sentence without a period. */
  readonly summary: string;
  /** Members of the body beside `x`. */
  readonly fields: AnySchema;
  /** The JSON Schemas of those members that are more than options. */
  readonly schemas: (settings: Settings) => Readonly<Record<string, JsonSchema>>;
  /** The JSON Schema of the answer. */
  readonly response: JsonSchema;
  /** Tensors of a safetensors body, and of such an answer, in words. */
  readonly tensors: { readonly request: string; readonly response: string };
  /** What it would do. */
  plan(question: ActionRequest): ActionWork;
}
