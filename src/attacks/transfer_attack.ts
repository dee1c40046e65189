/** Adversarial examples of other models, shown to a model of which labels alone are known. @module */

import { select } from "../data/batch.ts";
import { InputError } from "../errors.ts";
import { matrix as ordinary, rowsOf } from "../matrix.ts";
import { checkModel, type Classifier, type Differentiable } from "../models/classifier.ts";
import { checkFunction, checkList, checkObject } from "../checks.ts";
import type { Attack, AttackOptions, SizeOptions } from "./attack.ts";
import { makeAttack } from "./make_attack.ts";
import { allRows, copyRow } from "./rows.ts";

/**
 * An attack by transfer (Papernot, McDaniel and Goodfellow 2016): adversarial examples are made on `substitutes`, whose
 * gradients are known, by the attack `by` with these options, and shown to the model that is attacked, of which predicted classes
 * are enough. For each example the first that fools it is kept; where none does, that of the last substitute.
 *
 * An `ensemble` as a substitute stands for several at once. How far attacks transfer between models is measured by `transfer`.
 *
 * @example
 * ```ts
 * import { batch, matrix, model, pgd, softmaxLinear, transferAttack } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const linear = (w: number) => {
 *   const W = { shape: [2, 1], data: new Float32Array([-w, w]) };
 *   return model(softmaxLinear({ inputs: 1, classes: 2 }), { tensors: { W, b: { shape: [2], data: new Float32Array(2) } } });
 * };
 * using mine = linear(1);
 * using theirs = linear(3);
 * const attack = transferAttack([mine], pgd, { steps: 5 });
 * const { fooled, queries } = attack(theirs, batch({ x: matrix(1, 1, [0.125]), labels: [1] }), { epsilon: 0.25 });
 * assertEquals([fooled[0], queries[0]], [1, 1]);
 * ```
 *
 * @throws {InputError} if there are no substitutes. The attack throws it too if a substitute does not take what the model takes
 */
export function transferAttack<O extends object>(
  substitutes: readonly Differentiable[],
  by: Attack<O>,
  options: O = {} as O,
): Attack<object, Classifier> {
  checkList("attack by transfer", substitutes, "the substitutes");
  for (const model of substitutes) checkModel("attack by transfer", model);
  checkFunction("attack by transfer", by, "the attack");
  checkObject("attack by transfer", options);
  if (substitutes.length === 0) {
    throw new InputError("value", "attack by transfer", "there are no substitutes");
  }
  return makeAttack({
    name: "transfer",
    summary: `Shows the model what ${by.name} makes on other models`,
    needs: "labels",
    norms: by.norms,
    options: {},
    *run({ x, labels, target, constraint, rng, matrix, model }) {
      for (const { inputs, classes } of substitutes) {
        if (inputs === model.inputs && classes === model.classes) continue;
        throw new InputError(
          "shape",
          "attack by transfer",
          `the model takes ${model.inputs} inputs of ${model.classes} classes, a substitute ${inputs} of ${classes}`,
        );
      }
      const examples = { x: ordinary(x.rows, x.cols, x.data.slice()), labels, classes: model.classes };
      const out = ordinary(x.rows, x.cols);
      let open = allRows(x.rows);
      for (let k = 0; k < substitutes.length && open.length > 0; k++) {
        const transferred = ordinary(open.length, x.cols);
        open.forEach((row, i) => {
          // one by one, for each has random numbers of its own
          const { x: found } = by(
            substitutes[k],
            select(examples, Int32Array.of(row)),
            {
              ...options,
              constraint,
              target: target?.[row],
              seed: rng(row).split("substitute", k).key,
            } as O & AttackOptions & SizeOptions,
          );
          rowsOf(transferred, i, i + 1).data.set(found.data);
          copyRow(out, row, transferred, i);
        });
        const tried = matrix("tried", open.length);
        tried.data.set(transferred.data);
        const { length } = substitutes;
        const fooled = (yield { ask: "labels", x: tried, rows: open, done: k / length }).fooled();
        open = open.filter((_, i) => !fooled[i]);
      }
      return out;
    },
  });
}
