/** What is looked for in a model, and within what: the options of robustness, checked. @module */

import { type CertifyOptions, METHODS } from "../certify/options.ts";
import { checkObject, resolve } from "../checks.ts";
import type { Constraint, ConstraintOptions, Norm } from "../constraints/constraint.ts";
import { constraint } from "../constraints/mod.ts";
import type { Batch, Examples } from "../data/batch.ts";
import { InputError } from "../errors.ts";
import { checkExamples } from "../models/answers.ts";
import { any, boolean, choice, integer, number, numbers, type Schema } from "../schema.ts";
import type { Subject } from "./standing.ts";
import { certifiableForm } from "./certified.ts";
import { type Effort, EFFORTS, type Stage, stagesOf } from "./efforts.ts";

/** How hard and within what the worst case is looked for. */
export interface RobustnessOptions extends Omit<ConstraintOptions, "epsilon" | "norm"> {
  /** Sizes, each > 0, in input units. */
  epsilons: readonly number[];
  /** Norm that bounds a perturbation; default `"Linf"`. */
  norm?: Norm;
  /** How hard to look; default `"standard"`. */
  effort?: Effort;
  /** Bounds that certify; `"none"` for none; default `"auto"`. What they do not know stays unresolved. */
  certify?: CertifyOptions["method"] | "none";
  /** Seed of the random numbers; default 0. */
  seed?: number;
  /** Seconds after which no further attack or certificate starts, by the clock `now`; default none. */
  timeLimit?: number;
  /** Columns of an image, row after row, if inputs are images: attacks that move blocks of features then move squares. */
  width?: number;
  /** A clock in milliseconds, such as `() => performance.now()`; without it no times are given. */
  now?: () => number;
  /** Whether the answer tells of every example; default false. */
  perExample?: boolean;
  /** Called with each example that an attack fools, by its place, and the smallest input found that does. */
  onFooled?: (example: number, x: Float32Array) => void;
}

const OPTIONS: Schema<Omit<RobustnessOptions, keyof ConstraintOptions>> = {
  epsilons: numbers("Sizes, in input units", { above: 0, required: true }),
  effort: choice("How hard to look", EFFORTS, { default: "standard" }),
  certify: choice("Bounds that certify", [...METHODS, "none"]),
  seed: integer("Seed of the random numbers", { min: 0, default: 0 }),
  timeLimit: number("Seconds after which nothing further begins", { above: 0 }),
  width: integer("Columns of an image, row after row", { min: 1 }),
  now: any("A clock in milliseconds"),
  perExample: boolean("Tell of every example", { default: false }),
  onFooled: any("Called with each example that an attack fools"),
};

/** What is looked for on every part, all of it checked. */
export interface Search {
  /** Sizes, ascending. */
  readonly epsilons: readonly number[];
  readonly within: Omit<ConstraintOptions, "epsilon"> & { readonly norm: Norm };
  readonly limits: (epsilon: number) => Constraint & { epsilon: number };
  readonly stages: readonly Stage[];
  /** Bounds that certify, if any do. */
  readonly method: typeof METHODS[number] | undefined;
  /** Why none do, where the model is one that they do not know. */
  readonly uncertified: string | undefined;
  readonly effort: Effort;
  readonly seed: number;
  readonly perExample: boolean;
  readonly now: (() => number) | undefined;
  readonly onFooled: RobustnessOptions["onFooled"];
  /** Whether the time is over. */
  readonly late: () => boolean;
  /** Seconds from the call of it to the call of what it gives, if there is a clock. */
  readonly timed: () => () => number | null;
}

/** What `asked` says is to be looked for in `model`; its time runs from now on. */
export function searchOf(model: Subject, asked: RobustnessOptions): Search {
  checkObject("measure robustness", asked);
  const { norm = "Linf", bounds, fixed, grid, oneHot, ...others } = asked;
  const options = resolve("measure robustness", OPTIONS, others);
  const { effort, seed, timeLimit, now, width, perExample, onFooled } = options as typeof options & {
    effort: Effort;
    seed: number;
    perExample: boolean;
  };
  if (timeLimit !== undefined && !now) {
    throw new InputError("option", "measure robustness with timeLimit", "it needs a clock, as option now");
  }
  const epsilons = [...new Set(options.epsilons as readonly number[])].sort((a, b) => a - b);
  if (epsilons.length === 0) {
    throw new InputError("value", "measure robustness", "epsilons must not be empty");
  }
  const within = { norm, bounds, fixed, grid, oneHot };
  const end = timeLimit === undefined ? Infinity : now!() + 1000 * timeLimit;
  const limits = (epsilon: number) =>
    constraint(model.inputs, { epsilon, ...within }, "measure robustness") as Constraint & {
      epsilon: number;
    };
  // what cannot be a constraint is told before the work begins
  limits(epsilons.at(-1)!);
  const { certify } = options;
  const form = certify === "none" ? undefined : certifiableForm(model);
  const uncertified = typeof form === "string" ? form : undefined;
  return {
    epsilons,
    within,
    limits,
    stages: stagesOf(effort, { norm, gradients: model.inputGradient !== undefined, width }),
    method: uncertified !== undefined || certify === "none" ? undefined : certify ?? "auto",
    // nobody expects certificates of what only gives scores
    uncertified: certify === undefined && !("graph" in model) ? undefined : uncertified,
    effort,
    seed,
    perExample,
    now,
    onFooled,
    late: () => now !== undefined && now() >= end,
    timed: () => {
      const start = now?.();
      return () => now ? (now() - start!) / 1000 : null;
    },
  };
}

/** The examples, which fit `model`. @throws {InputError} if there are none */
export function searched(model: Subject, batch: Examples): Batch {
  const examples = checkExamples("measure robustness", model, batch);
  if (examples.labels.length > 0) return examples;
  throw new InputError("shape", "measure robustness", "there are no examples");
}
