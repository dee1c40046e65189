/** How often a model errs, and how sure it is. @module */

import { InputError } from "../errors.ts";
import { checkList, checkObject } from "../checks.ts";
import { shown } from "../wording.ts";
import type { Attack, AttackOptions } from "../attacks/attack.ts";
import type { Rubbish } from "../attacks/rubbish.ts";
import type { Batch, Examples } from "../data/batch.ts";
import { predict, type Predictions } from "../predict.ts";
import { allFinite, checkMatrix } from "../matrix.ts";
import { checkExamples } from "../models/answers.ts";
import type { Classifier, Differentiable } from "../models/classifier.ts";

/** Error and confidence as fractions. */
export interface Rates {
  /** Fraction of all examples whose predicted class is not their label. */
  readonly errorRate: number;
  /** Mean probability of the predicted class, under the model's own head. */
  readonly confidence: number;
  /** The same over the misclassified examples alone; null where there is none. */
  readonly confidenceOnErrors: number | null;
}

/** Error and confidence over some examples. */
export interface Measures extends Rates {
  /** Number of examples. */
  readonly examples: number;
}

/** Measures overall and by true class. */
export interface ClassMeasures extends Measures {
  /** Measures of each true class; null for a class without examples. */
  readonly perClass: readonly (Measures | null)[];
}

/**
 * Error and confidence of `model` on `examples`, overall and by true class. For attacked examples from another model
 * this is the error of transfer.
 *
 * @example
 * ```ts
 * import { batch, matrix, measure, model, softmaxLinear } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const fresh = model(softmaxLinear({ inputs: 1, classes: 2 }));
 * assertEquals(measure(fresh, batch({ x: matrix(2, 1), labels: [0, 1] })).errorRate, 0.5);
 * ```
 *
 * @throws {InputError} if there are no examples
 * @throws {InputError} if they do not fit the model
 */
export function measure(model: Classifier, examples: Examples): ClassMeasures {
  const checked = checkExamples("measure", model, examples);
  if (checked.labels.length === 0) throw new InputError("value", "measure", "there are no examples");
  return measureAnswers(predict(model, checked.x), checked);
}

/** What of predictions is measured. */
export type Answers = Pick<Predictions, "predicted" | "confidence">;

/** Error and confidence of answers to examples with these labels, of which there is one at least. */
export function measureAnswers(
  answers: Answers,
  { labels, classes }: Pick<Batch, "labels" | "classes">,
): ClassMeasures {
  const all = Array.from(labels.keys());
  const perClass = Array.from({ length: classes }, (_, c) => {
    const ofClass = all.filter((i) => labels[i] === c);
    return ofClass.length > 0 ? summarize(answers, labels, ofClass) : null;
  });
  return { ...summarize(answers, labels, all), perClass };
}

/** How many examples of class t are taken for class p, in row t and column p, (C, C). */
export function confusion(
  { predicted }: Pick<Answers, "predicted">,
  { labels, classes }: Pick<Batch, "labels" | "classes">,
): number[][] {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  labels.forEach((label, i) => counts[label][predicted[i]]++);
  return counts;
}

function summarize(
  { predicted, confidence }: Answers,
  labels: Int32Array,
  indices: readonly number[],
): Measures {
  const errors = indices.filter((i) => predicted[i] !== labels[i]);
  const mean = (of: readonly number[]) => of.reduce((sum, i) => sum + confidence[i], 0) / of.length;
  return {
    examples: indices.length,
    errorRate: errors.length / indices.length,
    confidence: mean(indices),
    confidenceOnErrors: errors.length > 0 ? mean(errors) : null,
  };
}

/** Measures under attack. */
export interface AttackedMeasures extends ClassMeasures {
  /** Name of the attack. */
  readonly attack: string;
  /** Its size, in input units. */
  readonly epsilon: number;
}

/**
 * Error and confidence of `model` on `examples` attacked with each of `epsilons`: the robustness curve.
 *
 * @throws {InputError} if there are no examples, or an ε is negative or not finite
 */
export function sweep(
  model: Differentiable,
  examples: Examples,
  how: {
    /** The attack. */
    attack: Attack;
    /** Its sizes, in input units. */
    epsilons: readonly number[];
  } & AttackOptions,
): AttackedMeasures[] {
  checkObject("measure", how);
  const { attack, epsilons, ...options } = how;
  if (typeof attack?.sweep !== "function") {
    throw new InputError("value", "measure", `attack must be one, not ${shown(attack)}`);
  }
  if (examples?.labels?.length === 0) throw new InputError("value", "measure", "there are no examples");
  return attack.sweep(model, examples, { ...options, epsilons }).map((adversarial, i) => ({
    attack: attack.name,
    epsilon: epsilons[i],
    // the attack has judged these very bytes
    ...measureAnswers(adversarial, adversarial),
  }));
}

/** How a model takes rubbish. */
export interface RubbishMeasures {
  /** Number of rubbish inputs. */
  readonly samples: number;
  /** Fraction of them that the model takes for some class. */
  readonly errorRate: number;
  /** Mean probability of the predicted class over those; null where there is none. */
  readonly confidenceOnErrors: number | null;
  /** Which share of those goes to each class, (C); all 0 where there is none. */
  readonly classes: readonly number[];
}

/**
 * How often rubbish is taken for something, how surely, and for what (paper, appendix A).
 *
 * @throws {InputError} if there are no samples, or a probability is not finite
 */
export function measureRubbish(rubbish: Rubbish): RubbishMeasures {
  const action = "measure rubbish";
  checkObject(action, rubbish, "the rubbish");
  const { predicted, confidence, probabilities, fooled } = rubbish;
  checkMatrix(action, probabilities, "probabilities");
  for (const [name, list] of Object.entries({ predicted, confidence, fooled })) {
    checkList(action, list, name);
    if (list.length === probabilities.rows) continue;
    throw new InputError("shape", action, `${list.length} of ${name} for ${probabilities.rows} samples`);
  }
  if (!allFinite(probabilities.data) || !Array.from(confidence).every(Number.isFinite)) {
    throw new InputError("value", action, "a probability is not a finite number");
  }
  if (fooled.length === 0) throw new InputError("value", action, "there are no samples");
  const mistakes = Array.from(fooled, (_, i) => i).filter((i) => fooled[i]);
  const counts = new Array<number>(probabilities.cols).fill(0);
  for (const i of mistakes) counts[predicted[i]]++;
  return {
    samples: fooled.length,
    errorRate: mistakes.length / fooled.length,
    confidenceOnErrors: mistakes.length > 0
      ? mistakes.reduce((sum, i) => sum + confidence[i], 0) / mistakes.length
      : null,
    classes: counts.map((count) => count / Math.max(mistakes.length, 1)),
  };
}
