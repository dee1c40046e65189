import * as v from "valibot";
import { batch } from "../../data/batch.ts";
import type { Tensor } from "../../data/safetensors.ts";
import { type CheckReport, checkReport } from "../../evaluate/check.ts";
import { type Gate, trialsOf } from "../../evaluate/gate.ts";
import { type Outcomes, outcomes } from "../../evaluate/outcomes.ts";
import type { Action } from "../action.ts";
import { labelsOf } from "../input.ts";
import { checkNumbers } from "../predicting.ts";
import { Problem } from "../problem.ts";
import { gateOf, record } from "../schema.ts";

const rates = {
  errorRate: v.number(),
  confidence: v.number(),
  confidenceOnErrors: v.nullable(v.number()),
};
const clean = v.strictObject({
  ...rates,
  perClass: v.optional(v.array(v.nullable(v.strictObject(rates)))),
});
const attacked = v.array(v.strictObject({ attack: v.string(), epsilon: v.number(), ...clean.entries }));

/** Example numbers that labels are, for the description alone: what they are is checked with their inputs. */
export const labels = v.unknown();

/** How the model does under attack, and whether that meets the thresholds. */
export const check: Action = {
  summary: "Attack the model on examples, with noise of the same size beside it, and judge it by thresholds",
  request: ({ attacks }) => record({ labels, gate: v.optional(gateOf(attacks)) }),
  response: v.strictObject({
    model: v.string(),
    data: v.strictObject({ name: v.string(), examples: v.number() }),
    kernels: v.string(),
    clean,
    attacked,
    noise: v.array(v.strictObject({ ...attacked.item.entries, distance: v.string(), size: v.number() })),
    flips: v.array(v.strictObject({
      attack: v.string(),
      epsilon: v.number(),
      examples: v.array(v.number()),
      predicted: v.array(v.number()),
    })),
    verdicts: v.array(v.strictObject({
      on: v.string(),
      epsilon: v.nullable(v.number()),
      rate: v.string(),
      value: v.nullable(v.number()),
      max: v.number(),
      passed: v.boolean(),
    })),
    passed: v.nullable(v.boolean()),
  }),
  tensors: {
    request: "x F32 (B, D), labels I32 (B); gate in the metadata as JSON",
    response:
      "predicted I32 (B) and confidence F32 (B), clean; attacked.predicted I32 (R, B) and attacked.confidence " +
      "F32 (R, B), a row for each attack and epsilon; the whole report in the metadata as JSON",
  },
  *answer({ name, model, x, body, settings }) {
    const given = body as { labels: unknown; gate?: Partial<Gate> };
    const wanted: Gate = { ...settings.gate, ...given.gate };
    if (wanted.epsilons.length > settings.epsilons) {
      throw new Problem(
        413,
        `Cannot check at ${wanted.epsilons.length} epsilons: this server takes ${settings.epsilons} at once`,
      );
    }
    const trials = trialsOf(wanted, model.inputs);
    const examples = batch({ x, labels: labelsOf(given.labels), classes: model.classes });
    const found = yield* outcomes(model, examples, trials);
    for (const { confidence } of [found.clean, ...found.attacked]) checkNumbers(confidence);
    const report = checkReport(wanted, found, { examples, model: name, data: "request" });
    return {
      json: { ...report },
      tensors: tensorsOf(found, report),
      metadata: { report: JSON.stringify(report) },
    };
  },
};

function tensorsOf({ clean, attacked }: Outcomes, report: CheckReport): Record<string, Tensor> {
  const rows = attacked.slice(0, report.attacked.length);
  const [length, shape] = [clean.predicted.length, [rows.length, clean.predicted.length]];
  const [predicted, confidence] = [
    new Int32Array(rows.length * length),
    new Float32Array(rows.length * length),
  ];
  rows.forEach((row, i) => {
    predicted.set(row.predicted, i * length);
    confidence.set(row.confidence, i * length);
  });
  return {
    predicted: { shape: [length], data: clean.predicted },
    confidence: { shape: [length], data: clean.confidence },
    "attacked.predicted": { shape, data: predicted },
    "attacked.confidence": { shape, data: confidence },
  };
}
