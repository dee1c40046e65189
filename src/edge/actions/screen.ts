import * as v from "valibot";
import { confident, judge } from "../../attacks/criteria.ts";
import { kernels } from "../../runtime/variants.ts";
import type { Action } from "../action.ts";
import { predicting } from "../predicting.ts";
import { fraction, record } from "../schema.ts";

/** The rule of the paper's appendix A, by which an input counts as taken for something. */
const RULE = "An input is rubbish to the model where no class is more probable than the threshold";

/** Which inputs are rubbish to the model. */
export const screen: Action = {
  summary:
    "Tell which inputs are rubbish to the model: those where no class is more probable than a threshold",
  request: () => record({ threshold: v.optional(fraction) }),
  response: v.strictObject({
    model: v.string(),
    kernels: v.string(),
    rule: v.string(),
    threshold: v.number(),
    rubbish: v.array(v.boolean()),
    predicted: v.array(v.number()),
    confidence: v.array(v.number()),
  }),
  tensors: {
    request: "x F32 (B, D); threshold in the metadata",
    response: "rubbish I32 (B), 1 where it is, predicted I32 (B), confidence F32 (B)",
  },
  *answer({ name, model, x, body, settings }) {
    const { threshold = settings.threshold } = body as { threshold?: number };
    const predictions = yield* predicting(model, x);
    const { predicted, confidence } = predictions;
    const rubbish = Int32Array.from(judge(predictions, confident(threshold)), (taken) => 1 - taken);
    const said = { model: name, kernels: kernels(), rule: RULE };
    return {
      json: {
        ...said,
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
      metadata: { ...said, threshold: `${threshold}` },
    };
  },
};
