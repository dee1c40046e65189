/** What a model can be asked. @module */

import type { GenericSchema } from "valibot";
import type { Tensor } from "../data/safetensors.ts";
import type { Matrix } from "../matrix.ts";
import type { Gate } from "../evaluate/gate.ts";
import type { Differentiable } from "../models/classifier.ts";
import type { Body } from "./body.ts";

/** What an action works on. */
export interface Question {
  /** Name of the model. */
  readonly name: string;
  readonly model: Differentiable;
  /** Inputs, (B, D). */
  readonly x: Matrix;
  /** The other members of the body, as the action's schema has them. */
  readonly body: Body;
  readonly settings: Settings;
}

/** What the server's configuration says to actions. */
export interface Settings {
  /** Attacks that a check may try. */
  readonly attacks: readonly string[];
  /** Budgets of an attack, at most. */
  readonly epsilons: number;
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

/** Something that a model can be asked with a POST. */
export interface Action {
  /** What it does, in one sentence without a period. */
  readonly summary: string;
  /** Members of the body beside `x`. */
  request(settings: Settings): GenericSchema<unknown, Body>;
  /** The JSON answer. */
  readonly response: GenericSchema;
  /** Tensors of a safetensors body, and of such an answer, in words. */
  readonly tensors: { readonly request: string; readonly response: string };
  /** Answers in steps, between which others have their turn. */
  answer(question: Question): Generator<unknown, Answer>;
}
