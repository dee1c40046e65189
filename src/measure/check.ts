/** A robustness check: a model attacked, a control of noise beside it, and thresholds that say whether it passes. @module */

import type { Distance } from "../attacks/attack.ts";
import { attacks, fgsm, signNoise } from "../attacks/mod.ts";
import type { Batch } from "../data/batch.ts";
import { type AttackedRates, type Evaluation, evaluation, type EvaluationOptions } from "./evaluation.ts";
import type { Answers, Rates } from "./measure.ts";
import type { Outcomes, Trial } from "./outcomes.ts";

/** The most that some rates may be. What it says nothing of may be anything; it says something of one at least. */
export interface Threshold {
  /** What it is about: `clean`, `noise`, or the attack of that name. */
  readonly on: string;
  /** At which budget, in input units; default at each. Nothing for `clean`. */
  readonly epsilon?: number;
  /** The greatest error rate, a fraction in [0, 1]. */
  readonly errorRate?: number;
  /** The greatest mean confidence on errors, a fraction in [0, 1]; met where there is no error. */
  readonly confidenceOnErrors?: number;
  /** By how much the error rate may exceed that under noise of the same size, a fraction in [0, 1]; for attacks in a norm. */
  readonly errorOverNoise?: number;
}

type Norm = NoiseRates["distance"];

/** The rates that a threshold may limit. */
export const LIMITED: readonly Verdict["rate"][] = ["errorRate", "confidenceOnErrors", "errorOverNoise"];

/** What to try on a model, and what it is to withstand. */
export interface Gate {
  /** Attacks by name. */
  readonly attacks: readonly string[];
  /** Their budgets, in input units. */
  readonly epsilons: readonly number[];
  /** Norm that ε bounds, for fgsm; default `"Linf"`. */
  readonly norm?: "Linf" | "L2" | "L1";
  /** Labels whose loss is raised, for attacks that aim; default `"true"`. */
  readonly labels?: "true" | "predicted";
  /** Least and greatest value of an input; default none. */
  readonly bounds?: readonly [number, number];
  /** Seed of what is random; default 0. */
  readonly seed?: number;
  /** Whether to tell of each true class; default false. */
  readonly perClass?: boolean;
  /** What is to be met; default nothing. */
  readonly thresholds?: readonly Threshold[];
}

/** What is tried where nothing is said. */
export const GATE: Gate = { attacks: ["fgsm"], epsilons: [0.25] };

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
  readonly most: number;
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

/** The norms that the attacks of `gate` are bounded in; an angle is none. */
function normsOf({ attacks, norm }: Gate): Norm[] {
  const distances = attacks.map((name) => distanceOf(name, norm));
  return [...new Set(distances)].filter((distance) => distance !== "angle");
}

function distanceOf(attack: string, norm: Norm = "Linf"): Distance {
  return attack === fgsm.attack ? norm : attacks[attack].distance;
}

/**
 * What `gate` has tried on a model of so many inputs: its attacks, and then the control. That is noise of random signs
 * whose norm is each ε: ε on each of D inputs in L∞, ε/√D in L2, ε/D in L1.
 *
 * @throws {RangeError} if a threshold is about nothing that is tried
 */
export function trialsOf(gate: Gate, inputs: number): Trial[] {
  checkThresholds(gate);
  const { epsilons, norm, labels, bounds, seed } = gate;
  const spread = { Linf: 1, L2: Math.sqrt(inputs), L1: inputs };
  return [
    ...gate.attacks.map((name): Trial => ({
      attack: attacks[name],
      epsilons,
      options: { norm, labels, bounds, seed },
    })),
    ...normsOf(gate).map((norm): Trial => ({
      attack: signNoise,
      epsilons: epsilons.map((epsilon) => epsilon / spread[norm]),
      options: { bounds, seed },
    })),
  ];
}

/**
 * The report on `examples` that the outcomes of the trials of `gate` make.
 *
 * @throws {RangeError} if there are no examples
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
        const most = threshold[rate], value = row[rate];
        if (most === undefined || value === undefined) return [];
        return [{ on, epsilon: row.epsilon, rate, value, most, passed: value === null || value <= most }];
      })
    );
}

/** A threshold that no rate could fail would let everything pass. */
function checkThresholds(gate: Gate): void {
  const { attacks, epsilons, norm, thresholds = [] } = gate;
  const known = ["clean", ...(normsOf(gate).length > 0 ? ["noise"] : []), ...attacks];
  thresholds.forEach(({ on, epsilon, ...limits }, i) => {
    const fail = (problem: string) => {
      throw new RangeError(`Cannot check: threshold ${i} ${problem}`);
    };
    if (!known.includes(on)) fail(`is on ${on}, which is none of ${known.join(", ")}`);
    if (on === "clean" && epsilon !== undefined) fail("is on clean, which has no epsilon");
    if (epsilon !== undefined && !epsilons.includes(epsilon)) {
      fail(`is at epsilon ${epsilon}, which is none of ${epsilons.join(", ")}`);
    }
    if (LIMITED.every((rate) => limits[rate] === undefined)) fail(`limits none of ${LIMITED.join(", ")}`);
    if (limits.errorOverNoise !== undefined && !(attacks.includes(on) && distanceOf(on, norm) !== "angle")) {
      fail(`limits errorOverNoise on ${on}, which is no attack bounded in a norm`);
    }
  });
}
