/** `POST /models/NAME/check`. @module */

import { batch } from "../../data/batch.ts";
import type { Tensor } from "../../data/safetensors.ts";
import { InputError } from "../../errors.ts";
import { checkSteps } from "../../evaluate/check.ts";
import type { CheckReport } from "../../evaluate/check_report.ts";
import { type Gate, LIMITED, worstCaseOf } from "../../evaluate/gate.ts";
import { trialsOf } from "../../evaluate/trials.ts";
import { type Outcomes, passesOf } from "../../evaluate/outcomes.ts";
import { passesOfWorstCase } from "../../evaluate/robustness.ts";
import { gateSchema, readGate } from "../../evaluate/read_gate.ts";
import { any } from "../../schema.ts";
import { type Action, attackCost, NUMBER_BYTES, type Settings, STEP } from "../action.ts";
import { certifyingCost } from "../certifying.ts";
import { labelsOf } from "../input.ts";
import { BOOLEAN, list, NUMBER, object, orNull, TEXT } from "../json.ts";
import { Problem } from "../problem.ts";
import { worstCase, worstCaseBytes } from "./robustness.ts";

const rates = { errorRate: NUMBER, confidence: NUMBER, confidenceOnErrors: orNull(NUMBER) };
const clean = { ...rates, perClass: list(orNull(object(rates))) };
const attacked = {
  attack: TEXT,
  distance: TEXT,
  epsilon: NUMBER,
  ...clean,
  fooledRate: orNull(NUMBER),
  zeroGradients: NUMBER,
};

/** How hard the worst case is looked for where nothing is said: what a request has time for. */
const EFFORT = "quick";

/** How the model does under attack, and whether that meets the thresholds. */
export const check: Action = {
  summary:
    "Look for the worst case over many attacks on examples, on as many as there is time for unless an effort is said, or " +
    "try single ones, with noise of the same size beside them, and judge the model by thresholds",
  fields: {
    labels: any("true class of each example", { required: true }),
    gate: any("what to try and to ask for"),
  },
  schemas: ({ attacks, thresholds, epsilons }) => ({
    labels: { type: "array", items: { type: "integer", minimum: 0 }, description: "True class of each, (B)" },
    gate: gateSchema({ attacks, thresholds, epsilons }),
  }),
  response: object({
    model: TEXT,
    data: object({ name: TEXT, examples: NUMBER }),
    kernels: TEXT,
    conditions: object({
      bounds: orNull(list(NUMBER)),
      fixed: list(NUMBER),
      grid: NUMBER,
      oneHot: list(list(NUMBER)),
      seed: NUMBER,
      attacks: list(object({ name: TEXT, attack: TEXT, distance: TEXT, options: { type: "object" } })),
    }, ["fixed", "grid", "oneHot"]),
    clean: object(clean, ["perClass"]),
    attacked: list(object(attacked, ["perClass"])),
    noise: list(object({ ...attacked, step: NUMBER }, ["perClass"])),
    robustness: orNull(object({ ...worstCase, examples: NUMBER })),
    notes: list(TEXT),
    flips: list(object({ attack: TEXT, epsilon: NUMBER, examples: list(NUMBER), predicted: list(NUMBER) })),
    outcomes: list(object({
      on: TEXT,
      epsilon: orNull(NUMBER),
      errors: NUMBER,
      interval: list(NUMBER),
      wrong: TEXT,
    })),
    comparison: { type: "null" },
    verdicts: list(object({
      on: TEXT,
      epsilon: orNull(NUMBER),
      rate: TEXT,
      value: orNull(NUMBER),
      max: NUMBER,
      passed: BOOLEAN,
    })),
    passed: orNull(BOOLEAN),
  }),
  tensors: {
    request: "x F32 (B, D), labels I32 (B); gate in the metadata as JSON",
    response:
      "predicted I32 (B) and confidence F32 (B), clean; attacked.predicted I32 (R, B) and attacked.confidence " +
      "F32 (R, B), a row for each attack and epsilon; the whole report in the metadata as JSON",
  },
  plan({ name, model, cost, x, body, settings }) {
    const gate = gateOf(body.gate, settings);
    const trials = trialsOf(gate, model.inputs);
    const cascade = worstCaseOf(gate, EFFORT);
    const examples = batch({ x, labels: labelsOf(body.labels), classes: model.classes });
    const { inputs } = model, about = { inputs, cost };
    const passes = trials.reduce((sum, trial) => sum + passesOf(trial, inputs), 0);
    const single = x.rows * cost + attackCost(about, { rows: x.rows, passes });
    const worstPasses = cascade ? passesOfWorstCase(model, cascade) : 0;
    const certifying = cascade ? certifyingCost(model, { ...cascade, cost }) : 0;
    const worstOf = (rows: number) => attackCost(about, { rows, passes: worstPasses }) + rows * certifying;
    // whoever asks for no effort gets what there is time for
    const left = settings.multiplyAdds - single - (worstOf(1) - each(worstOf));
    const room = gate.effort === undefined ? Math.floor(left / each(worstOf)) : x.rows;
    const sample = room >= 1 ? Math.min(room, x.rows) : x.rows;
    return {
      multiplyAdds: single + worstOf(sample),
      bytes: bytesOf(gate, {
        rows: x.rows,
        results: trials.length * gate.epsilons.length,
        classes: model.classes,
      }) + (cascade ? worstCaseBytes(cascade, examples) : 0),
      *steps() {
        const { found, report } = yield* checkSteps(model, examples, gate, {
          model: name,
          data: "request",
          effort: EFFORT,
          sample,
          turn: STEP / cost,
        });
        return {
          json: { ...report },
          tensors: tensorsOf(found, report),
          metadata: { report: JSON.stringify(report) },
        };
      },
    };
  },
};

/** What one row more costs. */
const each = (costOf: (rows: number) => number) => costOf(2) - costOf(1);

/** The gate of a request, and what it leaves out from the server's. @throws {Problem} if it asks for too much */
function gateOf(body: unknown, { attacks, gate, epsilons, thresholds }: Settings): Gate {
  const wanted: Gate = { ...gate, ...read(body, attacks) };
  const sizes = {
    epsilons: [wanted.epsilons.length, epsilons],
    thresholds: [wanted.thresholds?.length ?? 0, thresholds],
  };
  for (const [what, [count, limit]] of Object.entries(sizes)) {
    if (count > limit) {
      throw new Problem(413, `Cannot check ${count} ${what}: this server takes ${limit} at once`);
    }
  }
  // bounds that search know no limit
  const certifies = wanted.certify === undefined && wanted.thresholds?.some(({ on }) => on === "certified");
  return certifies ? { ...wanted, certify: "crown" } : wanted;
}

function read(body: unknown, attacks: readonly string[]): Partial<Gate> {
  if (body === undefined) return {};
  try {
    return readGate(body, { attacks, place: "gate" });
  } catch (error) {
    throw error instanceof InputError ? error.about("use the body") : error;
  }
}

/** Bytes of a report, at most. */
function bytesOf(
  { thresholds = [], epsilons, perClass = false }: Gate,
  { rows, results, classes }: { rows: number; results: number; classes: number },
): number {
  const rate = 6 * NUMBER_BYTES;
  const verdicts = thresholds.length * epsilons.length * LIMITED.length;
  const outcomes = (results + 2 * epsilons.length + 1) * (rows / 4 + rate);
  return 1000 + results * (2 * rows * NUMBER_BYTES / 3 + 2 * rate + (perClass ? classes * rate : 0)) +
    outcomes +
    verdicts * rate;
}

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
