/** The report of a check: what its attacks found, ready for JSON. @module */

import type { Batch } from "../data/batch.ts";
import { InputError } from "../errors.ts";
import { noBoundText } from "./attack_choice.ts";
import { type BaselineComparison, compared } from "./baseline.ts";
import { type ConditionOutcome, conditionOutcome } from "./condition_outcome.ts";
import type { Baseline } from "./read_baseline.ts";
import { type Evaluation, evaluation, type EvaluationOptions } from "./evaluation.ts";
import { type Gate, gateAttacks, normsOf, withinOf } from "./gate.ts";
import type { Answers } from "./measure.ts";
import type { Outcomes } from "./outcomes.ts";
import type { RobustnessReport, WorstCase } from "./robustness_report.ts";
import {
  checkJudged,
  levelOf,
  type NoiseRates,
  pairedVerdicts,
  rowsOf,
  type Verdict,
  verdictsOn,
} from "./verdicts.ts";

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
