/** A robustness check: a model attacked, a control of noise beside it, and thresholds that say whether it passes. @module */

import { InputError } from "../errors.ts";
import type { Batch } from "../data/batch.ts";
import { type AttackedRates, type Evaluation, evaluation, type EvaluationOptions } from "./evaluation.ts";
import { type Gate, gateAttacks, LIMITED, normsOf, type Threshold } from "./gate.ts";
import type { Answers, Rates } from "./measure.ts";
import type { Outcomes } from "./outcomes.ts";

/** One rate beside its threshold. */
export interface Verdict {
  /** What the rate is of: `clean`, `noise`, or what an attack is called. */
  readonly on: string;
  /** The size of the perturbation; null for `clean`. */
  readonly epsilon: number | null;
  /** Which rate. */
  readonly rate: "errorRate" | "confidenceOnErrors" | "errorOverNoise";
  /** Its value; null for the confidence on errors where there is none. */
  readonly value: number | null;
  /** The most that it may be. */
  readonly max: number;
  /** Whether it is no more. */
  readonly passed: boolean;
}

/** The examples that an attack turns from right to wrong. */
export interface Flips {
  /** What the attack is called. */
  readonly attack: string;
  /** Size of the perturbation. */
  readonly epsilon: number;
  /** Places of the examples that were right when clean and are wrong under attack. */
  readonly examples: readonly number[];
  /** What each of them is taken for. */
  readonly predicted: readonly number[];
}

/** Error and confidence under noise of the size of an attack. */
export interface NoiseRates extends AttackedRates {
  /** What each input moves by, so that the noise is of size ε in its norm. */
  readonly step: number;
}

/** An evaluation and what follows from it, ready for JSON. */
export interface CheckReport extends Evaluation {
  /** Random signs of each ε, in each norm that an attack is bounded in: what size does without aim. */
  readonly noise: readonly NoiseRates[];
  /** One for each attack and ε. */
  readonly flips: readonly Flips[];
  /** One for each rate that a threshold limits. */
  readonly verdicts: readonly Verdict[];
  /** Whether all thresholds are met; null where there are none. */
  readonly passed: boolean | null;
}

/**
 * The report on `examples` that the outcomes of the trials of `gate` make.
 *
 * @throws {InputError} if there are no examples, or an attack met no gradient but 0, which judges nothing
 */
export function checkReport(
  gate: Gate,
  { clean, attacked }: Outcomes,
  { examples, ...options }: { examples: Pick<Batch, "labels" | "classes"> } & EvaluationOptions,
): CheckReport {
  const control = gate.attacks.length * gate.epsilons.length;
  const perClass = gate.perClass ?? options.perClass;
  const { seed = 0, bounds = null } = gate;
  const conditions = { bounds, seed, attacks: gateAttacks(gate) };
  const all = evaluation({ clean, attacked }, examples, { ...options, perClass, conditions });
  const report = {
    ...all,
    attacked: all.attacked.slice(0, control),
    noise: normsOf(gate).flatMap((_, i) =>
      gate.epsilons.map((epsilon, j) => {
        const found = all.attacked[control + i * gate.epsilons.length + j];
        return { ...found, epsilon, step: found.epsilon };
      })
    ),
    flips: attacked.slice(0, control).map(({ attack, epsilon, predicted }) => ({
      attack,
      epsilon,
      ...flipped(clean, predicted, examples.labels),
    })),
  };
  const blind = report.attacked.find(({ zeroGradients }) => zeroGradients === examples.labels.length);
  if (blind) {
    throw new InputError(
      "value",
      `judge by ${blind.attack}`,
      `the gradient is 0 in every input of all ${examples.labels.length} examples, which hides from it whatever the model does; mend the gradient, or try an attack that asks for scores`,
    );
  }
  const rows = rowsOf(report);
  const verdicts = (gate.thresholds ?? []).flatMap((threshold) => verdictsOn(threshold, rows));
  return {
    ...report,
    verdicts,
    passed: verdicts.length > 0 ? verdicts.every(({ passed }) => passed) : null,
  };
}

function flipped(
  clean: Answers,
  predicted: Int32Array,
  labels: Int32Array,
): Pick<Flips, "examples" | "predicted"> {
  const examples = Array.from(labels.keys())
    .filter((i) => clean.predicted[i] === labels[i] && predicted[i] !== labels[i]);
  return { examples, predicted: examples.map((i) => predicted[i]) };
}

/** A row of the report that a threshold may be about. */
interface Row extends Rates {
  readonly on: string;
  readonly epsilon: number | null;
  readonly errorOverNoise?: number;
}

function rowsOf({ clean, attacked, noise }: Pick<CheckReport, "clean" | "attacked" | "noise">): Row[] {
  const beside = (row: AttackedRates) =>
    noise.find(({ distance, epsilon }) => distance === row.distance && epsilon === row.epsilon);
  return [
    { ...clean, on: "clean", epsilon: null },
    ...noise.map((each) => ({ ...each, on: "noise" })),
    ...attacked.map((each) => {
      const control = beside(each);
      return { ...each, on: each.attack, errorOverNoise: control && each.errorRate - control.errorRate };
    }),
  ];
}

function verdictsOn(threshold: Threshold, rows: readonly Row[]): Verdict[] {
  const { on, epsilon } = threshold;
  return rows
    .filter((row) => row.on === on && (epsilon === undefined || row.epsilon === epsilon))
    .flatMap((row) =>
      LIMITED.flatMap((rate) => {
        const max = threshold[rate], value = row[rate];
        if (max === undefined || value === undefined) return [];
        return [{ on, epsilon: row.epsilon, rate, value, max, passed: value === null || value <= max }];
      })
    );
}
