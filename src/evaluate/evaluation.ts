/** The object that says how a model does, clean and under attack: the same from command line and edge. @module */

import { InputError } from "../errors.ts";
import type { Distance } from "../constraints/constraint.ts";
import type { Batch } from "../data/batch.ts";
import { kernels } from "../runtime/variants.ts";
import { type Answers, type ClassMeasures, measureAnswers, type Rates } from "./measure.ts";
import type { Outcomes } from "./outcomes.ts";
import type { ConfiguredAttack } from "./attack_choice.ts";

/** Error and confidence, and those of each true class where they are wanted. */
export interface ClassRates extends Rates {
  /** Those of each true class; null for a class without examples. */
  readonly perClass?: readonly (Rates | null)[];
}

/** The same under attack. */
export interface AttackedRates extends ClassRates {
  /** What the attack is called. */
  readonly attack: string;
  /** What ε measures: a distance in a norm, or an angle at the origin in radians. */
  readonly distance: Distance;
  /** Size of the perturbation, in input units; an angle in radians. */
  readonly epsilon: number;
  /** Fraction of the correctly classified clean examples that are misclassified under attack; null if there are none. */
  readonly fooledRate: number | null;
  /** Examples whose gradient was 0 in every input when the attack asked for it: it is blind to them. */
  readonly zeroGradients: number;
}

/** How the attacks were run. */
export interface EvaluationConditions {
  /** Minimum and maximum of an input; null for none. */
  readonly bounds: readonly [number, number] | null;
  /** Places of the inputs that stay as they are, if any do. */
  readonly fixed?: readonly number[];
  /** Steps a unit that inputs are whole numbers of, if they are. */
  readonly grid?: number;
  /** Groups of inputs of which one is 1 and the others 0, if there are any. */
  readonly oneHot?: readonly (readonly number[])[];
  /** Seed of the random numbers. */
  readonly seed: number;
  /** The attacks by the names that they are called, with their options. */
  readonly attacks: readonly ConfiguredAttack[];
}

/** How a model does, ready for JSON. */
export interface Evaluation {
  /** The model by name. */
  readonly model: string;
  /** The examples by name, those of which half if that is known, and how many they are. */
  readonly data: { readonly name: string; readonly split?: "test" | "train"; readonly examples: number };
  /** Build of the kernels. */
  readonly kernels: string;
  /** How the attacks were run. */
  readonly conditions: EvaluationConditions;
  /** On the examples as they are. */
  readonly clean: ClassRates;
  /** One for each attack and size. */
  readonly attacked: readonly AttackedRates[];
}

/** What an evaluation is called, and how much it tells. */
export interface EvaluationOptions {
  /** Name of the model. */
  model: string;
  /** Name of the examples. */
  data: string;
  /** Which half of the data they are; default unknown. */
  split?: "test" | "train";
  /** Whether to report each true class; default false. */
  perClass?: boolean;
}

/**
 * The evaluation that `outcomes` make on `examples`.
 *
 * @throws {InputError} if there are no examples
 */
export function evaluation(
  { clean, attacked }: Outcomes,
  examples: Pick<Batch, "labels" | "classes">,
  { model, data, split, perClass = false, conditions }: EvaluationOptions & {
    conditions: EvaluationConditions;
  },
): Evaluation {
  const { length } = examples.labels;
  if (length === 0) throw new InputError("value", "evaluate", "there are no examples");
  const all = (answers: Answers) => classRates(measureAnswers(answers, examples), perClass);
  return {
    model,
    data: { name: data, ...(split && { split }), examples: length },
    kernels: kernels(),
    conditions,
    clean: all(clean),
    attacked: attacked.map(({ attack, distance, epsilon, zeroGradients, ...answers }) => ({
      attack,
      distance,
      epsilon,
      ...all(answers),
      fooledRate: fooledRate(clean, answers, examples.labels),
      zeroGradients,
    })),
  };
}

/** Fraction of the correctly classified clean examples that are misclassified under attack; null if there are none. */
export function fooledRate(
  clean: Pick<Answers, "predicted">,
  attacked: Pick<Answers, "predicted">,
  labels: Int32Array,
): number | null {
  const right = Array.from(labels.keys()).filter((i) => clean.predicted[i] === labels[i]);
  return right.length > 0
    ? right.filter((i) => attacked.predicted[i] !== labels[i]).length / right.length
    : null;
}

/** What reports say of measures, and nothing else that they hold. */
export function rates({ errorRate, confidence, confidenceOnErrors }: Rates): Rates {
  return { errorRate, confidence, confidenceOnErrors };
}

function classRates(measures: ClassMeasures, perClass: boolean): ClassRates {
  return {
    ...rates(measures),
    ...(perClass && { perClass: measures.perClass.map((ofClass) => ofClass && rates(ofClass)) }),
  };
}
