/** The options that all attacks take, and their checks. @module */

import type { Constraint, Epsilon, Violation } from "../constraints/constraint.ts";
import { type Batch, checkRange, integerLabels } from "../data/batch.ts";
import { InputError } from "../errors.ts";
import type { Classifier } from "../models/classifier.ts";
import { any, choice, integer, integers } from "../schema.ts";
import type { Attack, AttackOptions } from "./attack.ts";

/** The options of every attack, which no attack has to state. */
export const COMMON = {
  epsilon: any(),
  norm: choice("What measures the size", ["Linf", "L2", "L1", "L0", "angle"]),
  bounds: any(),
  fixed: integers("Places of the features that stay", { min: 0 }),
  grid: any(),
  oneHot: any(),
  constraint: any(),
  target: any(),
  criterion: any(),
  seed: integer("Seed of the random numbers", { min: 0, default: 0 }),
  first: integer("Place of the first example", { min: 0, default: 0 }),
  onProgress: any(),
  signal: any(),
} as const;

/** What a caller says of one run of any attack. */
export type RunOptions = AttackOptions & { epsilon?: Epsilon };

/** What of `options` the attack takes: those of all attacks, and its own; its norm only where it has a choice of it. */
export function optionsFor<T extends object>(
  attack: Pick<Attack, "options" | "norms">,
  options: T,
): Partial<T> {
  return Object.fromEntries(
    Object.entries(options).filter(([key, value]) =>
      value !== undefined &&
      (key === "norm" ? attack.norms.includes(value) : key in COMMON || key in attack.options)
    ),
  ) as Partial<T>;
}

/** The classes aimed at, (B). @throws {InputError} unless they are classes of the model, one for all or one each */
export function targets(
  action: string,
  { classes }: Pick<Classifier, "classes">,
  { labels }: Batch,
  target: number | ArrayLike<number> | undefined,
): Int32Array | undefined {
  if (target === undefined) return undefined;
  const one = typeof target === "number";
  const aims = integerLabels(action, one ? [target] : target, { what: "target" });
  checkRange(action, aims, classes, "target");
  if (one) return new Int32Array(labels.length).fill(target);
  if (aims.length === labels.length) return aims;
  throw new InputError("shape", action, `${labels.length} examples but ${aims.length} targets`);
}

/** @throws {InputError} unless the constraint is of so many inputs, and the options say nothing that it says */
export function checkConstraint(
  action: string,
  constraint: Constraint,
  inputs: number,
  options: RunOptions,
): void {
  const both = (["epsilon", "norm", "bounds", "fixed", "grid", "oneHot"] as const)
    .find((key) => options[key] !== undefined);
  if (both) {
    throw new InputError("option", action, `${both} does not go with a constraint, which has its own`);
  }
  if (constraint.inputs !== inputs) {
    throw new InputError(
      "shape",
      action,
      `the constraint is of ${constraint.inputs} features, the model takes ${inputs}`,
    );
  }
}

/** @throws {InputError} that says what of the examples breaks the constraint, if anything does */
export function refuse(action: string, violation: Violation | undefined): void {
  if (!violation) return;
  const { row, feature, problem } = violation;
  throw new InputError("value", action, `input ${feature} of example ${row} ${problem}`);
}

/** Whether two records hold the same numbers, words and pairs of bounds, and nothing that could change unseen. */
export function areEqualData(options: object, others: object): boolean {
  const [a, b] = [options, others] as Readonly<Record<string, unknown>>[];
  let [count, otherCount] = [0, 0];
  for (const name in a) {
    count++;
    const [value, other] = [a[name], b[name]];
    if (name === "bounds" && Array.isArray(value) && Array.isArray(other)) {
      if (
        value.length !== 2 || typeof value[0] !== "number" || value[0] !== other[0] || value[1] !== other[1]
      ) return false;
    } else if (value !== other || typeof value === "object" || typeof value === "function") return false;
  }
  for (const _ in b) otherCount++;
  return count === otherCount;
}
