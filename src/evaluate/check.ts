/** A robustness check: a model attacked, a control of noise beside it, and thresholds that say whether it passes. @module */

import type { Batch } from "../data/batch.ts";
import { type AttackedRates, type Evaluation, evaluation, type EvaluationOptions } from "./evaluation.ts";
import { distanceOf, type Gate, LIMITED, normsOf, type Threshold } from "./gate.ts";
import type { Answers, Rates } from "./measure.ts";
import type { Outcomes } from "./outcomes.ts";

/** One rate beside its threshold. */
export interface Verdict {
  /** What the rate is of: `clean`, `noise`, or an attack's name. */
  readonly on: string;
  /** The budget; null for `clean`. */
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
  /** Name of the attack. */
  readonly attack: string;
  /** Its budget. */
  readonly epsilon: number;
  /** Places of the examples that were right when clean and are wrong under attack. */
  readonly examples: readonly number[];
  /** What each of them is taken for. */
  readonly predicted: readonly number[];
}

/** Error and confidence under noise of the size of an attack. */
export interface NoiseRates extends AttackedRates {
  /** The norm in which it is of that size. */
  readonly distance: "Linf" | "L2" | "L1";
  /** The size: the ε of the attacks in that norm. `epsilon` is what each input moves by. */
  readonly size: number;
}

/** An evaluation and what follows from it, ready for JSON. */
export interface CheckReport extends Evaluation {
  /** Random signs of the size of each budget, in each norm that an attack is bounded in: what size does without aim. */
  readonly noise: readonly NoiseRates[];
  /** One for each attack and budget. */
  readonly flips: readonly Flips[];
  /** One for each rate that a threshold limits. */
  readonly verdicts: readonly Verdict[];
  /** Whether all thresholds are met; null where there are none. */
  readonly passed: boolean | null;
}

/**
 * The report on `examples` that the outcomes of the trials of `gate` make.
 *
 * @throws {InputError} if there are no examples
 */
export function checkReport(
  gate: Gate,
  { clean, attacked }: Outcomes,
  { examples, ...options }: { examples: Pick<Batch, "labels" | "classes"> } & EvaluationOptions,
): CheckReport {
  const control = gate.attacks.length * gate.epsilons.length;
  const perClass = gate.perClass ?? options.perClass;
  const all = evaluation({ clean, attacked }, examples, { ...options, perClass });
  const report = {
    ...all,
    attacked: all.attacked.slice(0, control),
    noise: normsOf(gate).flatMap((distance, i) =>
      gate.epsilons.map((size, j) => ({
        ...all.attacked[control + i * gate.epsilons.length + j],
        distance,
        size,
      }))
    ),
    flips: attacked.slice(0, control).map(({ attack, epsilon, predicted }) => ({
      attack,
      epsilon,
      ...flipped(clean, predicted, examples.labels),
    })),
  };
  const rows = rowsOf(report, gate);
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

function rowsOf(
  { clean, attacked, noise }: Pick<CheckReport, "clean" | "attacked" | "noise">,
  { norm }: Gate,
): Row[] {
  const beside = ({ attack, epsilon }: AttackedRates) =>
    noise.find(({ distance, size }) => distance === distanceOf(attack, norm) && size === epsilon);
  return [
    { ...clean, on: "clean", epsilon: null },
    ...noise.map((each) => ({ ...each, on: "noise", epsilon: each.size })),
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
