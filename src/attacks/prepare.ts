/** From what a caller gives an attack to what the driver is to do: every check, and the defaults. @module */

import type { Constraint, ConstraintOptions, Distance, Epsilon } from "../constraints/constraint.ts";
import type { Examples } from "../data/batch.ts";
import { InputError } from "../errors.ts";
import { checkAllFinite, checkExamples } from "../models/answers.ts";
import type { Classifier } from "../models/classifier.ts";
import type { AnySchema, Schema } from "../schema.ts";
import { resolve } from "../checks.ts";
import { oneOf } from "../wording.ts";
import type { Needs } from "./attack.ts";
import { misclassified, targeted } from "./criteria.ts";
import type { Plan } from "./plan.ts";
import { areEqualData, checkConstraint, COMMON, refuse, type RunOptions, targets } from "./options.ts";
import type { AttackRun, Chunk } from "./query.ts";

/** An attack's own options, by name. */
export type OwnOptions = Readonly<Record<string, unknown>>;

/** What makes an attack, whatever its options are, with all defaults. */
export interface CompleteDefinition {
  readonly name: string;
  readonly needs: Needs;
  readonly goal: "within" | "nearest";
  readonly norms: readonly Distance[];
  readonly constrain: (inputs: number, options: ConstraintOptions, action: string) => Constraint;
  readonly options: AnySchema;
  readonly run: (chunk: Chunk, options: OwnOptions) => AttackRun;
  readonly adapt?: (options: OwnOptions, aim: Aim) => OwnOptions;
}

/** What an attack aims at: a class of so many, or any wrong one. */
export interface Aim {
  readonly classes: number;
  /** Whether it has a target. */
  readonly aimed: boolean;
}

/** A plan, with what its results tell. */
export interface Prepared extends Plan {
  /** The attack's own options as they take effect. */
  readonly options: OwnOptions;
  /** The size of each constraint, where it was not given whole. */
  readonly sizes: Sizes;
}

/** Sizes, or nothing for a constraint that is given whole. */
type Sizes = readonly (Epsilon | undefined)[];

/** The plan of an attack on `examples`, one constraint for each of `sizes`. */
export type Prepare = (
  model: ModelSize,
  examples: Examples,
  options: RunOptions,
  sizes: Sizes,
) => Prepared;

type ModelSize = Pick<Classifier, "inputs" | "classes">;

/** What the options alone determine. */
interface Settings {
  readonly common: RunOptions & { readonly seed: number; readonly first: number };
  readonly own: OwnOptions;
  readonly constraints: readonly Constraint[];
}

/** What the errors of an attack begin with. */
export function actionOf({ name }: { readonly name: string }): string {
  return `attack by ${name}`;
}

/** What checks all that a caller gives the attack and makes a plan of it. */
export function preparation(definition: CompleteDefinition): Prepare {
  const settingsFor = remembered(settingsOf(definition));
  return (model, examples, options, sizes) => {
    const batch = checkExamples("attack", model, examples, { finite: false });
    const { common, own, constraints } = settingsFor(model, options, sizes);
    const target = targets(actionOf(definition), model, batch, common.target);
    checkOriginals(definition, batch, constraints);
    const { criterion = target ? targeted : misclassified, seed, first, onProgress, signal } = common;
    return {
      ...planOf(definition, own),
      options: own,
      sizes,
      constraints,
      batch,
      target,
      criterion,
      seed,
      first,
      onProgress,
      signal,
    };
  };
}

/** The part of a plan that an attack and its own options determine. */
export function planOf(
  { name, run, goal }: CompleteDefinition,
  options: OwnOptions,
): Pick<Plan, "name" | "run" | "nearest"> {
  return { name, run: (chunk) => run(chunk, options), nearest: goal === "nearest" };
}

type SettingsFor = (
  model: ModelSize,
  options: RunOptions,
  sizes: Sizes,
) => Settings;

/** The same; for one size it answers as before where options repeat, as of callers that attack one example at a time. */
function remembered(settingsFor: SettingsFor): SettingsFor {
  let last: { inputs: number; classes: number; options: object; settings: Settings } | undefined;
  return (model, options, sizes) => {
    if (sizes.length !== 1) return settingsFor(model, options, sizes);
    const { inputs, classes } = model;
    if (last?.inputs === inputs && last.classes === classes && areEqualData(options, last.options)) {
      return last.settings;
    }
    const settings = settingsFor(model, options, sizes);
    // a copy of the pair too, which the caller may write to
    const { bounds } = options;
    last = { inputs, classes, options: { ...options, ...(bounds && { bounds: [...bounds] }) }, settings };
    return settings;
  };
}

function settingsOf(definition: CompleteDefinition): SettingsFor {
  const { options: schema, adapt = (options) => options } = definition;
  let all: Schema<RunOptions> | undefined;
  return (model, options, sizes) => {
    all ??= { ...COMMON, ...schema } as Schema<RunOptions>;
    const resolved = resolve(actionOf(definition), all, options) as Settings["common"] & OwnOptions;
    const values: Record<string, unknown> = {};
    for (const name in schema) values[name] = resolved[name];
    return {
      common: resolved,
      own: adapt(values, { classes: model.classes, aimed: resolved.target !== undefined }),
      constraints: sizes.map((epsilon) => constraintOf(definition, model, resolved, epsilon)),
    };
  };
}

/** The constraint of one size: the one that is given whole, or the one that the options make. */
export function constraintOf(
  definition: CompleteDefinition,
  { inputs }: Pick<Classifier, "inputs">,
  options: RunOptions,
  epsilon: Epsilon | undefined,
): Constraint {
  const { norms, constrain } = definition, action = actionOf(definition);
  const { constraint, bounds, fixed, grid, oneHot } = options;
  const norm = options.norm ?? norms[0], distance = constraint?.norm ?? norm;
  if (!norms.includes(distance)) {
    throw new InputError("value", `${action} in norm ${distance}`, `expected ${oneOf(norms)}`);
  }
  if (!constraint) return constrain(inputs, { epsilon: epsilon!, norm, bounds, fixed, grid, oneHot }, action);
  checkConstraint(action, constraint, inputs, options);
  return constraint;
}

/** @throws {InputError} unless the inputs are finite and lie within what the constraints allow around them */
function checkOriginals(
  definition: CompleteDefinition,
  { x }: Examples,
  [constraint]: readonly Constraint[],
): void {
  const [min, max] = constraint?.box ?? [-Infinity, Infinity];
  // inputs within finite bounds are finite
  if (!(max - min < Infinity)) checkAllFinite("attack", x);
  if (constraint) refuse(actionOf(definition), constraint.checkOriginal(x));
}
