import * as v from "valibot";
import { kernels } from "../../runtime/variants.ts";
import type { Predictions } from "../../loss.ts";
import { rowsOf } from "../../matrix.ts";
import type { Action, Answer } from "../action.ts";
import { predicting } from "../predicting.ts";
import { record } from "../schema.ts";

/** What the model takes each input for, and how probable it takes every class to be. */
export const classify: Action = {
  summary: "Tell what the model takes each input for, and how probable it takes each class to be",
  request: () => record({}),
  response: v.strictObject({
    model: v.string(),
    kernels: v.string(),
    predicted: v.array(v.number()),
    confidence: v.array(v.number()),
    probabilities: v.array(v.array(v.number())),
  }),
  tensors: {
    request: "x F32 (B, D)",
    response: "predicted I32 (B), confidence F32 (B), probabilities F32 (B, C)",
  },
  *answer({ name, model, x }) {
    return answerOf(name, yield* predicting(model, x));
  },
};

function answerOf(model: string, { predicted, confidence, probabilities }: Predictions): Answer {
  const { rows, cols, data } = probabilities;
  const said = { model, kernels: kernels() };
  return {
    json: {
      ...said,
      predicted: Array.from(predicted),
      confidence: Array.from(confidence),
      probabilities: Array.from({ length: rows }, (_, i) => Array.from(rowsOf(probabilities, i, i + 1).data)),
    },
    tensors: {
      predicted: { shape: [rows], data: predicted },
      confidence: { shape: [rows], data: confidence },
      probabilities: { shape: [rows, cols], data },
    },
    metadata: said,
  };
}
