/** How far models agree in their mistakes, and what one's adversarial examples do to another (paper, section 8). @module */

import { InputError } from "../errors.ts";
import { checkList, checkObject } from "../checks.ts";
import { shown } from "../wording.ts";
import type { Attack, AttackOptions } from "../attacks/attack.ts";
import { type Examples, integerLabels } from "../data/batch.ts";
import { predict } from "../predict.ts";
import { checkExamples } from "../models/answers.ts";
import { checkModel, type Differentiable } from "../models/classifier.ts";

/** What a second model makes of the mistakes of a first. */
export interface Agreement {
  /** Examples on which the first model errs. */
  readonly mistakes: number;
  /** Fraction of those on which the second gives the first's class; null where there is none. */
  readonly onMistakes: number | null;
  /** Fraction of those on which the second errs too; null where there is none. */
  readonly errorOnMistakes: number | null;
  /** Of the examples on which both err, the fraction on which they give the same class; null where there is none. */
  readonly bothWrong: number | null;
}

/**
 * How often a second model gives the class that a first gives, where the first errs, from what both predicted of the same
 * examples with these `labels`.
 *
 * @example
 * ```ts
 * import { agreement } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const labels = Int32Array.of(0, 0, 0, 0);
 * const [first, second] = [Int32Array.of(1, 1, 1, 0), Int32Array.of(1, 2, 0, 1)];
 * assertEquals(agreement(first, second, { labels }).bothWrong, 1 / 2);
 * ```
 *
 * @throws {InputError} if there are not as many of each
 */
export function agreement(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  examples: { readonly labels: ArrayLike<number | bigint> },
): Agreement {
  const action = "compare answers";
  checkObject(action, examples, "the examples");
  const labels = integerLabels(action, examples.labels);
  checkList(action, first, "the first answers");
  checkList(action, second, "the second answers");
  if (first.length !== labels.length || second.length !== labels.length) {
    throw new InputError(
      "shape",
      action,
      `${first.length} and ${second.length} of them for ${labels.length} examples`,
    );
  }
  const mistakes = Array.from(labels.keys()).filter((i) => first[i] !== labels[i]);
  const same = mistakes.filter((i) => second[i] === first[i]).length;
  const both = mistakes.filter((i) => second[i] !== labels[i]).length;
  const share = (part: number, whole: number) => whole > 0 ? part / whole : null;
  return {
    mistakes: mistakes.length,
    onMistakes: share(same, mistakes.length),
    errorOnMistakes: share(both, mistakes.length),
    // agreeing in a mistake of the first is erring too
    bothWrong: share(same, both),
  };
}

/** What adversarial examples made against one model do to another, for each pair: `[i][j]` made against i, shown to j. */
export interface Transfer {
  /** Fraction of all examples that j gets wrong; the diagonal is each model under its own attack. */
  readonly errors: readonly (readonly number[])[];
  /** What j makes of those that mislead i. */
  readonly agreements: readonly (readonly Agreement[])[];
}

/**
 * What becomes of `examples` that are attacked through each of `models` and shown to all.
 *
 * @throws {InputError} if the examples or an option do not fit a model
 */
export function transfer(
  models: readonly Differentiable[],
  examples: Examples,
  how: { attack: Attack; epsilon: number } & Omit<AttackOptions, "target" | "constraint">,
): Transfer {
  checkObject("transfer", how);
  const { attack, ...options } = how;
  checkList("transfer", models, "models");
  for (const model of models) checkModel("transfer", model);
  if (typeof attack !== "function") {
    throw new InputError("value", "transfer", `attack must be one, not ${shown(attack)}`);
  }
  const [{ labels } = { labels: new Int32Array() }] = models.map((model) =>
    checkExamples("transfer", model, examples)
  );
  const answers = models.map((from) => {
    const { x } = attack(from, examples, options);
    return models.map((to) => predict(to, x).predicted);
  });
  const errorOf = (predicted: Int32Array) =>
    predicted.reduce((errors, label, i) => errors + Number(label !== labels[i]), 0) / labels.length;
  return {
    errors: answers.map((row) => row.map(errorOf)),
    agreements: answers.map((row, i) => row.map((others) => agreement(row[i], others, { labels }))),
  };
}
