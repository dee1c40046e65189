import { InputError } from "../errors.ts";
import type { Batch } from "../data/batch.ts";
import type { Bounds } from "../kernels/attack.ts";
import type { Matrix } from "../matrix.ts";
import { checkInputs, type Differentiable } from "../models/classifier.ts";
import type { AttackOptions, Epsilon } from "./attack.ts";

/** @throws {InputError} with the first option that does not fit the model or the examples */
export function checkAttack(
  name: string,
  model: Differentiable,
  { batch, options }: { batch: Batch; options: AttackOptions & { epsilon: Epsilon | readonly number[] } },
): void {
  checkInputs("attack", model, batch.x);
  const { epsilon, bounds, target, first = 0 } = options;
  if (epsilon instanceof Float32Array && epsilon.length !== model.inputs) {
    throw new InputError(
      "shape",
      `attack by ${name}`,
      `expected ${model.inputs} epsilons, one an input, got ${epsilon.length}`,
    );
  }
  for (const each of typeof epsilon === "number" ? [epsilon] : epsilon ?? [undefined]) {
    checkEpsilon(name, each);
  }
  if (target !== undefined) {
    if (typeof target !== "number" && target.length !== batch.labels.length) {
      throw new InputError(
        "shape",
        `attack by ${name}`,
        `${batch.labels.length} examples but ${target.length} targets`,
      );
    }
    for (const aim of typeof target === "number" ? [target] : target) {
      if (Number.isInteger(aim) && aim >= 0 && aim < model.classes) continue;
      throw new InputError(
        "value",
        `attack by ${name} with target ${aim}`,
        `must be a whole number in 0 … ${model.classes - 1}`,
      );
    }
  }
  if (!Number.isSafeInteger(first) || first < 0) {
    throw new InputError(
      "value",
      `attack by ${name} from example ${first} on`,
      "must be a whole number ≥ 0",
    );
  }
  if (bounds !== undefined) checkBounds(name, bounds, batch.x);
}

/** @throws {InputError} unless ε is a finite number ≥ 0 */
export function checkEpsilon(name: string, epsilon: number): void {
  if (!(epsilon >= 0) || epsilon === Infinity) {
    throw new InputError(
      "value",
      `attack by ${name} with epsilon ${epsilon}`,
      "must be a finite number ≥ 0",
    );
  }
}

function checkBounds(name: string, [lo, hi]: Bounds, x: Matrix): void {
  if (!(lo < hi)) {
    throw new InputError(
      "value",
      `attack by ${name} within bounds ${lo}, ${hi}`,
      "the first must be less",
    );
  }
  // a loop, for as many calls as there are inputs would take longer than the attack
  let bad = 0;
  while (bad < x.data.length && !(x.data[bad] < lo || x.data[bad] > hi)) bad++;
  if (bad < x.data.length) {
    const [row, col] = [Math.floor(bad / x.cols), bad % x.cols];
    throw new InputError(
      "value",
      `attack by ${name} within bounds ${lo}, ${hi}`,
      `input ${col} of example ${row} is ${x.data[bad]}`,
    );
  }
}
