/** A robustness check: the worst case, single attacks, noise beside them, and thresholds that say whether a model passes. @module */

import { InputError } from "../errors.ts";
import { type Batch, select } from "../data/batch.ts";
import { type CheckReport, checkReport } from "./check_report.ts";
import type { EvaluationOptions } from "./evaluation.ts";
import type { Classifier, Differentiable } from "../models/classifier.ts";
import { certifiableForm } from "./certified.ts";
import type { Effort } from "./efforts.ts";
import type { Baseline } from "./read_baseline.ts";
import { type Gate, worstCaseOf } from "./gate.ts";
import { trialsOf } from "./trials.ts";
import { scaleProgress } from "./progress.ts";
import { type Outcomes, outcomes, passesOf } from "./outcomes.ts";
import { passesOfWorstCase, type RobustnessOptions, robustnessSteps } from "./robustness.ts";

/** How a check is made beside its gate. */
export interface CheckOptions
  extends Omit<EvaluationOptions, "perClass">, Pick<RobustnessOptions, "now" | "timeLimit" | "width"> {
  /** How hard the worst case is looked for where the gate does not say; default `"standard"`. */
  effort?: Effort;
  /** An earlier check of the same examples, to be compared with; default none. */
  baseline?: Baseline;
  /** On how many of the examples, evenly spread, it is looked for, which a note then tells; default all. */
  sample?: number;
}

/** What a check found, and its report. */
export interface Checked {
  readonly found: Outcomes;
  readonly report: CheckReport;
}

/**
 * The check of `model` on `examples` that `gate` asks for. Yields the fraction done between questions to the model, of
 * `turn` examples each at most.
 *
 * @throws {InputError} if the gate or the examples do not fit the model, or what was found judges nothing: no gradient but
 *   0, or a search that time cut short
 */
export function* checkSteps(
  model: Classifier & Partial<Differentiable>,
  examples: Batch,
  gate: Gate,
  { effort, sample, now, timeLimit, width, turn, ...names }: CheckOptions & { turn?: number },
): Generator<number, Checked> {
  const unmet = gate.thresholds?.findIndex(({ noWorse }) => noWorse !== undefined) ?? -1;
  if (unmet >= 0 && !names.baseline) {
    throw new InputError(
      "option",
      "check",
      `thresholds[${unmet}] asks for no worse, and there is no baseline`,
    );
  }
  const trials = trialsOf(gate, model.inputs);
  const worstCase = worstCaseOf(gate, effort);
  const onCertified = gate.thresholds?.some(({ on }) => on === "certified");
  const form = onCertified ? certifiableForm(model) : undefined;
  if (typeof form === "string") throw new InputError("value", "judge by certified", form);
  const single = 1 + trials.reduce((sum, trial) => sum + passesOf(trial, model.inputs), 0);
  const all = single + (worstCase ? passesOfWorstCase(model, worstCase) : 0);
  const found = yield* scaleProgress(outcomes(model, examples, trials, { turn }), 0, single / all);
  const options = worstCase && { ...worstCase, now, timeLimit, width, perExample: true };
  const chunk = turn === undefined ? {} : { chunk: Math.max(1, Math.min(250, Math.floor(turn / 3))) };
  const judged = sample === undefined ? examples : spreadOver(examples, sample);
  const robustness = options &&
    (yield* scaleProgress(robustnessSteps(model, judged, options, chunk), single / all, 1 - single / all));
  return { found, report: checkReport(gate, found, { examples, robustness, ...names }) };
}

/** So many of the examples, evenly spread; all if there are no more. */
function spreadOver(examples: Batch, count: number): Batch {
  const { length } = examples.labels;
  if (count >= length) return examples;
  return select(examples, Array.from({ length: count }, (_, k) => Math.floor(k * length / count)));
}
