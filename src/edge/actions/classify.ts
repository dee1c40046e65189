/** `POST /models/NAME/classify`. @module */

import { kernels } from "../../runtime/variants.ts";
import type { Predictions } from "../../predict.ts";
import { rowsOf } from "../../matrix.ts";
import { type Action, type Answer, NUMBER_BYTES } from "../action.ts";
import { list, NUMBER, object, TEXT } from "../json.ts";
import { predicting } from "../predicting.ts";

/** What the model takes each input for, and how probable it takes every class to be. */
export const classify: Action = {
  summary: "Tell what the model takes each input for, and how probable it takes each class to be",
  fields: {},
  schemas: () => ({}),
  response: object({
    model: TEXT,
    kernels: TEXT,
    predicted: list(NUMBER),
    confidence: list(NUMBER),
    probabilities: list(list(NUMBER)),
  }),
  tensors: {
    request: "x F32 (B, D)",
    response: "predicted I32 (B), confidence F32 (B), probabilities F32 (B, C)",
  },
  plan: ({ name, model, cost, x }) => ({
    multiplyAdds: x.rows * cost,
    bytes: x.rows * (model.classes + 2) * NUMBER_BYTES,
    *steps() {
      return answerOf(name, yield* predicting(model, x, cost));
    },
  }),
};

function answerOf(model: string, { predicted, confidence, probabilities }: Predictions): Answer {
  const { rows, cols, data } = probabilities;
  const conditions = { model, kernels: kernels() };
  return {
    json: {
      ...conditions,
      predicted: Array.from(predicted),
      confidence: Array.from(confidence),
      probabilities: Array.from({ length: rows }, (_, i) => Array.from(rowsOf(probabilities, i, i + 1).data)),
    },
    tensors: {
      predicted: { shape: [rows], data: predicted },
      confidence: { shape: [rows], data: confidence },
      probabilities: { shape: [rows, cols], data },
    },
    metadata: conditions,
  };
}
