/** `POST /models/NAME/screen`. @module */

import { confident, fooledOf } from "../../attacks/criteria.ts";
import { kernels } from "../../runtime/variants.ts";
import { number } from "../../schema.ts";
import { type Action, NUMBER_BYTES } from "../action.ts";
import { BOOLEAN, list, NUMBER, object, TEXT } from "../json.ts";
import { predicting } from "../predicting.ts";

/** The rule of the paper's appendix A, by which an input counts as taken for something. */
const RULE = "An input is rubbish to the model where no class is more probable than the threshold";

/** Which inputs are rubbish to the model. */
export const screen: Action = {
  summary:
    "Tell which inputs are rubbish to the model: those where no class is more probable than a threshold",
  fields: { threshold: number("probability above which an input is no rubbish", { min: 0, max: 1 }) },
  schemas: () => ({}),
  response: object({
    model: TEXT,
    kernels: TEXT,
    rule: TEXT,
    threshold: NUMBER,
    rubbish: list(BOOLEAN),
    predicted: list(NUMBER),
    confidence: list(NUMBER),
  }),
  tensors: {
    request: "x F32 (B, D); threshold in the metadata",
    response: "rubbish I32 (B), 1 where it is, predicted I32 (B), confidence F32 (B)",
  },
  plan: ({ name, model, cost, x, body, settings }) => ({
    multiplyAdds: x.rows * cost,
    bytes: x.rows * 3 * NUMBER_BYTES,
    *steps() {
      const { threshold = settings.threshold } = body as { threshold?: number };
      const predictions = yield* predicting(model, x, cost);
      const { predicted, confidence } = predictions;
      const rubbish = Int32Array.from(fooledOf(predictions, confident(threshold)), (taken) => 1 - taken);
      const conditions = { model: name, kernels: kernels(), rule: RULE };
      return {
        json: {
          ...conditions,
          threshold,
          rubbish: Array.from(rubbish, (each) => each === 1),
          predicted: Array.from(predicted),
          confidence: Array.from(confidence),
        },
        tensors: {
          rubbish: { shape: [x.rows], data: rubbish },
          predicted: { shape: [x.rows], data: predicted },
          confidence: { shape: [x.rows], data: confidence },
        },
        metadata: { ...conditions, threshold: `${threshold}` },
      };
    },
  }),
};
