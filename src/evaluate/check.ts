/** A robustness check: the worst case, single attacks, noise beside them, and thresholds that say whether a model passes. @module */

import { InputError } from "../errors.ts";
import type { Distance } from "../constraints/constraint.ts";
import { type Batch, select } from "../data/batch.ts";
import { type AttackedRates, type Evaluation, evaluation, type EvaluationOptions } from "./evaluation.ts";
import type { Classifier, Differentiable } from "../models/classifier.ts";
import { noBoundText } from "./attack_choice.ts";
import { certifiableForm } from "./certified.ts";
import type { Effort } from "./efforts.ts";
import {
  type Baseline,
  type BaselineComparison,
  checkComparable,
  compared,
  type ConditionOutcome,
  conditionOutcome,
} from "./baseline.ts";
import {
  type Gate,
  gateAttacks,
  LIMITED,
  normsOf,
  type Threshold,
  trialsOf,
  withinOf,
  worstCaseOf,
} from "./gate.ts";
import type { Answers, Rates } from "./measure.ts";
import { type Outcomes, outcomes, passesOf } from "./outcomes.ts";
import {
  passesOfWorstCase,
  type RobustnessOptions,
  type RobustnessReport,
  robustnessSteps,
  type WorstCase,
} from "./robustness.ts";
import type { WarningName } from "./warnings.ts";

/** One rate beside its threshold. */
export interface Verdict {
  /** What the rate is of: `clean`, `attacked` or `certified`, `noise`, or what an attack is called. */
  readonly on: string;
  /** The size of the perturbation; null for `clean`. */
  readonly epsilon: number | null;
  /** Which rate. */
  readonly rate: "errorRate" | "confidenceOnErrors" | "errorOverNoise" | "noWorse";
  /** Its value; null for the confidence on errors where there is none. Of `noWorse`, the rise of the error rate. */
  readonly value: number | null;
  /** The most that it may be; of `noWorse`, the greatest rise that McNemar's test does not call worse. */
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
  /** The worst case over many attacks, and what is certified; null where it was not looked for. */
  readonly robustness: RobustnessReport | null;
  /** What a reader must know beside the numbers, in sentences. */
  readonly notes: readonly string[];
  /** Random signs of each ε, in each norm that an attack is bounded in: what size does without aim. */
  readonly noise: readonly NoiseRates[];
  /** One for each attack and ε. */
  readonly flips: readonly Flips[];
  /** Which examples are wrong: clean, in the worst case, certified, and under each attack, for comparisons in pairs. */
  readonly outcomes: readonly ConditionOutcome[];
  /** The same beside a baseline; null where there is none. */
  readonly comparison: BaselineComparison | null;
  /** One for each rate that a threshold limits. */
  readonly verdicts: readonly Verdict[];
  /** Whether all thresholds are met; null where there are none. */
  readonly passed: boolean | null;
}

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
  const single = 1 + trials.reduce((sum, trial) => sum + passesOf(trial), 0);
  const all = single + (worstCase ? passesOfWorstCase(model, worstCase) : 0);
  const found = yield* scaled(outcomes(model, examples, trials, { turn }), 0, single / all);
  const options = worstCase && { ...worstCase, now, timeLimit, width, perExample: true };
  const chunk = turn === undefined ? {} : { chunk: Math.max(1, Math.min(250, Math.floor(turn / 3))) };
  const judged = sample === undefined ? examples : spreadOver(examples, sample);
  const robustness = options &&
    (yield* scaled(robustnessSteps(model, judged, options, chunk), single / all, 1 - single / all));
  return { found, report: checkReport(gate, found, { examples, robustness, ...names }) };
}

/** So many of the examples, evenly spread; all if there are no more. */
function spreadOver(examples: Batch, count: number): Batch {
  const { length } = examples.labels;
  if (count >= length) return examples;
  return select(examples, Array.from({ length: count }, (_, k) => Math.floor(k * length / count)));
}

/** `steps`, of which the fractions begin at `from` and make up `part` of the whole. */
function* scaled<T>(steps: Generator<number, T>, from: number, part: number): Generator<number, T> {
  for (let step = steps.next();; step = steps.next()) {
    if (step.done) return step.value;
    yield from + part * step.value;
  }
}

/**
 * The report on `examples` that the outcomes of the trials of `gate` make, and the worst case if it was looked for.
 *
 * @throws {InputError} if there are no examples, or what was found judges nothing
 */
export function checkReport(
  gate: Gate,
  { clean, attacked }: Outcomes,
  { examples, robustness, baseline, ...options }:
    & { examples: Pick<Batch, "labels" | "classes">; robustness?: RobustnessReport; baseline?: Baseline }
    & EvaluationOptions,
): CheckReport {
  const control = gate.attacks.length * gate.epsilons.length;
  const perClass = gate.perClass ?? options.perClass;
  const conditions = { bounds: null, ...withinOf(gate), seed: gate.seed ?? 0, attacks: gateAttacks(gate) };
  const all = evaluation({ clean, attacked }, examples, { ...options, perClass, conditions });
  const { perExample: _, ...worst } = robustness ?? {};
  const report = {
    ...all,
    attacked: all.attacked.slice(0, control),
    robustness: robustness ? worst as WorstCase : null,
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
    outcomes: outcomesOf({ clean, attacked: attacked.slice(0, control), robustness }, examples.labels),
    notes: notesOn(robustness, { of: examples.labels.length, tried: conditions.attacks }),
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
  const verdicts = (gate.thresholds ?? []).flatMap((threshold) => [
    ...verdictsOn(threshold, rows),
    ...(baseline ? pairedVerdicts(threshold, baseline, report) : []),
  ]);
  if (robustness) checkJudged(robustness, verdicts);
  return {
    ...report,
    comparison: baseline ? compared(baseline, report, levelOf(gate)) : null,
    verdicts,
    passed: verdicts.length > 0 ? verdicts.every(({ passed }) => passed) : null,
  };
}

function notesOn(
  robustness: RobustnessReport | undefined,
  { of, tried }: { of: number; tried: readonly { readonly name: string }[] },
): string[] {
  if (!robustness) return [noBoundText(tried.map(({ name }) => name))];
  const { examples } = robustness;
  return examples === of ? [] : [
    `The worst case was looked for on ${examples} of the ${of} examples, evenly spread; all other rates are of all ${of}.`,
  ];
}

/** @throws {InputError} if a verdict on the worst case rests on a search that showed nothing, or on half of one */
function checkJudged({ warnings, clean, at }: RobustnessReport, verdicts: readonly Verdict[]): void {
  const fail = (on: string, problem: string) => {
    throw new InputError("value", `judge by ${on}`, problem);
  };
  const shareOf = (name: WarningName) => warnings.find((warning) => warning.name === name)?.share ?? 0;
  for (const { on, epsilon, passed } of verdicts) {
    if (on !== "attacked" && on !== "certified") continue;
    if (shareOf("inputsOutsideBounds") > 0) {
      fail(on, "examples are outside the bounds, and nothing was tried on them; give bounds that hold them");
    }
    // an error that was found is one whatever else is not known, and so is one that is excluded
    if (on === "attacked" ? !passed : passed) continue;
    if (on === "attacked" && clean.errorRate < 1 && shareOf("zeroGradients") >= 1 - clean.errorRate) {
      fail(
        on,
        "the gradient is 0 in every input of all examples, which hides from attacks whatever the model does",
      );
    }
    if (!at.find((each) => each.epsilon === epsilon)!.complete) {
      fail(on, `time was up at ${epsilon} before all was tried; give more, or fewer examples by --limit N`);
    }
  }
}

/** Level of the tests where no threshold says it. */
const LEVEL = 0.05;

function levelOf({ thresholds = [] }: Gate): number {
  return thresholds.find(({ noWorse }) => noWorse !== undefined)?.noWorse ?? LEVEL;
}

/** What a threshold asks beside the baseline. */
function pairedVerdicts(
  { on, epsilon, noWorse: level }: Threshold,
  baseline: Baseline,
  now: Pick<CheckReport, "conditions" | "robustness" | "outcomes">,
): Verdict[] {
  if (level === undefined) return [];
  const places = now.outcomes.filter((each) =>
    each.on === on && (epsilon === undefined || each.epsilon === epsilon)
  );
  for (const place of places) checkComparable(place, level, baseline, now);
  return compared(baseline, { ...now, outcomes: places }, level).at.map((each): Verdict => {
    const value = (each.worse - each.better) / baseline.examples;
    const verdict = { on, epsilon: each.epsilon, rate: "noWorse", value, max: each.unseen } as const;
    return { ...verdict, passed: value <= each.unseen };
  });
}

/** Which examples are wrong under each condition but noise. */
function outcomesOf(
  { clean, attacked, robustness }: Outcomes & { robustness?: RobustnessReport },
  labels: Int32Array,
): ConditionOutcome[] {
  const wrong = ({ predicted }: Answers) => Array.from(labels, (label, i) => predicted[i] !== label);
  const { perExample, at } = robustness ?? {};
  return [
    conditionOutcome("clean", null, wrong(clean)),
    // of a sample it could not be told which they are
    ...(perExample?.length === labels.length ? at! : []).flatMap(({ epsilon, certified }) => [
      conditionOutcome("attacked", epsilon, perExample!.map(({ size }) => size !== null && size <= epsilon)),
      ...(certified
        ? [
          conditionOutcome(
            "certified",
            epsilon,
            perExample!.map((each) => !((each.certified ?? 0) >= epsilon)),
          ),
        ]
        : []),
    ]),
    ...attacked.map((answers) => conditionOutcome(answers.attack, answers.epsilon, wrong(answers))),
  ];
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
interface Row extends Partial<Omit<Rates, "errorRate">> {
  readonly errorRate: number;
  readonly on: string;
  readonly epsilon: number | null;
  readonly errorOverNoise?: number;
}

function rowsOf(
  { clean, attacked, noise, robustness }: Pick<CheckReport, "clean" | "attacked" | "noise" | "robustness">,
): Row[] {
  const overNoise = (norm: Distance, epsilon: number, errorRate: number) => {
    const control = noise.find((each) => each.distance === norm && each.epsilon === epsilon);
    return control && errorRate - control.errorRate;
  };
  const worst = robustness?.at.flatMap(({ epsilon, attacked: { errorRate }, certified }): Row[] => [
    { on: "attacked", epsilon, errorRate, errorOverNoise: overNoise(robustness.norm, epsilon, errorRate) },
    ...(certified ? [{ on: "certified", epsilon, errorRate: certified.errorRate }] : []),
  ]) ?? [];
  return [
    { ...clean, on: "clean", epsilon: null },
    ...worst,
    ...noise.map((each) => ({ ...each, on: "noise" })),
    ...attacked.map((each) => ({
      ...each,
      on: each.attack,
      errorOverNoise: overNoise(each.distance, each.epsilon, each.errorRate),
    })),
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
