/** The object that says how a model does, clean and under attack: the same from command line and edge. @module */

import { InputError } from "../errors.ts";
import type { Batch } from "../data/batch.ts";
import { kernels } from "../runtime/variants.ts";
import { type Answers, type ClassMeasures, measureAnswers, type Rates } from "./measure.ts";
import type { Outcomes } from "./outcomes.ts";

/** Error and confidence, and those of each true class where they are wanted. */
export interface ClassRates extends Rates {
  /** Those of each true class; null for a class without examples. */
  readonly perClass?: readonly (Rates | null)[];
}

/** The same under attack. */
export interface AttackedRates extends ClassRates {
  /** Name of the attack. */
  readonly attack: string;
  /** Its budget, in input units. */
  readonly epsilon: number;
}

/** How a model does, ready for JSON. */
export interface Evaluation {
  /** The model by name. */
  readonly model: string;
  /** The examples by name, and how many they are. */
  readonly data: { readonly name: string; readonly examples: number };
  /** Build of the kernels. */
  readonly kernels: string;
  /** On the examples as they are. */
  readonly clean: ClassRates;
  /** One for each attack and budget. */
  readonly attacked: readonly AttackedRates[];
}

/** What an evaluation is called, and how much it tells. */
export interface EvaluationOptions {
  /** Name of the model. */
  model: string;
  /** Name of the examples. */
  data: string;
  /** Whether to tell of each true class; default false. */
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
  { model, data, perClass = false }: EvaluationOptions,
): Evaluation {
  const { length } = examples.labels;
  if (length === 0) throw new InputError("value", "evaluate", "there are no examples");
  const all = (answers: Answers) => classRates(measureAnswers(answers, examples), perClass);
  return {
    model,
    data: { name: data, examples: length },
    kernels: kernels(),
    clean: all(clean),
    attacked: attacked.map((each) => ({ attack: each.attack, epsilon: each.epsilon, ...all(each) })),
  };
}

/** What reports say of measures, and nothing else that they hold. */
export function rates({ errorRate, confidence, confidenceOnErrors }: Rates): Rates {
  return { errorRate, confidence, confidenceOnErrors };
}

function classRates(measures: ClassMeasures, perClass: boolean): ClassRates {
  return {
    ...rates(measures),
    ...(perClass && { perClass: measures.perClass.map((own) => own && rates(own)) }),
  };
}
