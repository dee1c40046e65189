/** What every attack is: a perturbation within a constraint, and the model's answer to it. @module */

import { InputError } from "../errors.ts";
import type {
  Constraint,
  ConstraintOptions,
  Distance,
  Epsilon,
  Violation,
} from "../constraints/constraint.ts";
import { checkEpsilon, constraint, normConstraint } from "../constraints/mod.ts";
import { type Batch, checkRange, type Examples, slice, wholeLabels } from "../data/batch.ts";
import { predictedClasses, type Predictions } from "../loss.ts";
import { type Matrix, matrix } from "../matrix.ts";
import { checkAllFinite, checkExamples } from "../models/answers.ts";
import type { AsyncClassifier, Classifier, Differentiable, Perturbation } from "../models/classifier.ts";
import { kernels } from "../runtime/variants.ts";
import {
  any,
  checkFunction,
  checkList,
  checkObject,
  choice,
  integer,
  integers,
  isList,
  oneOf,
  resolve,
  type Resolved,
  type Schema,
  shown,
} from "../schema.ts";
import { type Criterion, misclassified, targeted } from "./criteria.ts";
import { driveInputs, driveLater, driveNow, driveSteps, type Outcome, type Plan } from "./drive.ts";
import type { Chunk, Walk } from "./query.ts";

/** What every attack takes beside its size: what else bounds it, and how it runs. */
export interface AttackOptions extends Omit<ConstraintOptions, "epsilon"> {
  /** All of what bounds it, as one object, in place of `epsilon`, `norm`, `bounds`, `fixed`, `grid` and `oneHot`. */
  constraint?: Constraint;
  /** Class that the model is to predict: one for all, or one each, (B); default any wrong one. */
  target?: number | Int32Array;
  /** What counts as fooled; default a class that is not the label, or that is the target if there is one. */
  criterion?: Criterion;
  /** Seed of what is random; default 0. */
  seed?: number;
  /** Place of the first example in a set that is attacked run by run, each example of which has random numbers of its own; default 0. */
  first?: number;
  /** Called often, with the fraction done. */
  onProgress?: (fraction: number) => void;
  /** Stops the attack, which then throws the signal's reason. */
  signal?: AbortSignal;
}

/** The size of an attack, unless its constraint is given whole. */
export type Sized = { epsilon: Epsilon } | { constraint: Constraint; epsilon?: undefined };

/** How an attack was made. */
export interface Conditions {
  /** Name of the attack. */
  readonly attack: string;
  /** The attack's own options. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What bounded it. */
  readonly constraint: Constraint;
  /** The class aimed at, if it was one for all; the classes, if one each. */
  readonly target?: number | Int32Array;
  /** Seed of the random numbers. */
  readonly seed: number;
  /** Build of the kernels. */
  readonly kernels: string;
}

/** Attacked examples, with the model's answer to the very bytes in `x`. */
export interface Adversarial extends Batch, Predictions {
  /** Adversarial inputs, (B, D). */
  readonly x: Matrix;
  /** What they were made from, (B, D). */
  readonly original: Matrix;
  /** Name of the attack. */
  readonly attack: string;
  /** Its size. */
  readonly epsilon: Epsilon;
  /** 1 for each example whose predicted class is not its label, or is the target if there is one; else 0. */
  readonly fooled: Uint8Array;
  /** Questions that the attack asked the model about each example, (B). */
  readonly queries: Int32Array;
  /** Examples whose gradient was 0 in every input when it was asked: an attack that follows gradients is blind to them. */
  readonly zeroGradients: number;
  /** How it was made. */
  readonly conditions: Conditions;
}

/** What an attack asks of a model; each word includes those before it. */
export type Needs = "labels" | "scores" | "gradients";

/** An attack on models of type `M`. */
export interface Attack<O extends object = object, M = Differentiable> {
  /** The adversarial examples of one size. */
  (model: M, batch: Examples, options: O & AttackOptions & Sized): Adversarial;
  /** Registry key. */
  readonly name: string;
  /** One line of what it does, without a period. */
  readonly summary: string;
  /** What it asks of the model. */
  readonly needs: Needs;
  /** Whether it uses the size it is given, or looks for the nearest inputs and leaves those that need more as they are. */
  readonly goal: "within" | "nearest";
  /** What its size may be measured by, the default first. */
  readonly norms: readonly Distance[];
  /** Its own options. */
  readonly options: Schema<O>;
  /** The adversarial examples of each of several sizes; what they have in common is done once. */
  readonly sweep: (
    model: M,
    batch: Examples,
    options: O & AttackOptions & { epsilons: readonly number[] },
  ) => Adversarial[];
  /**
   * The same as `sweep`, in steps: yields the fraction done before each question to the model, so that the caller may show
   * it, wait or stop. A question is about `chunk` examples at most; default 250.
   */
  readonly steps: (
    model: M,
    batch: Examples,
    options: O & AttackOptions & { epsilons: readonly number[]; chunk?: number },
  ) => Generator<number, Adversarial[]>;
  /**
   * The adversarial examples run by run of `batchSize` (default 500), made as they are asked for: a whole test set in the
   * memory of one run.
   */
  readonly stream: (
    model: M,
    batch: Examples,
    options: O & AttackOptions & Sized & { batchSize?: number },
  ) => Generator<Adversarial>;
  /** The same on a classifier whose answers may be promises; for attacks that need no gradient. */
  readonly async: (
    model: AsyncClassifier,
    batch: Examples,
    options: O & AttackOptions & Sized,
  ) => Promise<Adversarial>;
  /** Adversarial inputs alone, (B, D), unchecked and not judged, written to `out`: what training calls at each step. */
  readonly perturb: (
    model: Differentiable,
    batch: Batch,
    options: O & AttackOptions & Sized,
    out?: Matrix,
  ) => Matrix;
  /** How a gradient goes back through the attack to the loss's gradient it followed; nothing if it cannot. */
  readonly pullback?: (options: O & AttackOptions & { epsilon: number }) => Pullback | undefined;
}

/**
 * The vector-Jacobian product, (D), of one adversarial input as a function of the loss's `gradient` at `x`, with the
 * gradient `dX` in that input.
 */
export type Pullback = (
  at: { x: Float64Array; gradient: Float64Array; dX: Float64Array },
) => Float64Array;

/** What makes an attack. */
export interface Definition<O extends object, S> {
  /** Registry key. */
  name: string;
  /** One line on what it does, without a period. */
  summary: string;
  /** What it asks of the model. */
  needs: Needs;
  /** `"nearest"` if it looks for the smallest perturbation; default `"within"`, which uses the whole size. */
  goal?: "within" | "nearest";
  /** Norms that may measure its size, the default first; default L∞ alone. */
  norms?: readonly Distance[];
  /** What makes its constraints; default any but angles, which take `constraint`. */
  constrain?: (inputs: number, options: ConstraintOptions, action: string) => Constraint;
  /** Its own options. */
  options: S & NoInfer<Schema<O>>;
  /** Its steps on a chunk of examples, with its options complete. */
  run: (chunk: Chunk, options: Resolved<NoInfer<O>, S>) => Walk;
  /** Its options as they take effect on a model, which the result's conditions tell; default as they are. */
  adapt?: (
    options: Resolved<NoInfer<O>, S>,
    model: Pick<Classifier, "classes">,
  ) => Resolved<NoInfer<O>, S>;
  /** Vector-Jacobian product through the attack; see {@linkcode Attack.pullback}. */
  pullback?: NoInfer<Attack<O>["pullback"]>;
}

/** The options of every attack, which no attack has to state. */
const COMMON = {
  epsilon: any("Size of the perturbation"),
  norm: choice("What measures the size", ["Linf", "L2", "L1", "L0", "angle"]),
  bounds: any("Least and greatest value of an input"),
  fixed: integers("Places of the features that stay", { min: 0 }),
  grid: any("Steps a unit that features are whole numbers of"),
  oneHot: any("Groups of features of which one is 1"),
  constraint: any("All of what bounds it"),
  target: any("Class that the model is to predict"),
  criterion: any("What counts as fooled"),
  seed: integer("Seed of what is random", { min: 0, default: 0 }),
  first: integer("Place of the first example", { min: 0, default: 0 }),
  onProgress: any("Called with the fraction done"),
  signal: any("Stops it"),
} as const;

/** Options that any attack is given. */
type Given = AttackOptions & { epsilon?: Epsilon; epsilons?: readonly number[] };

/**
 * The attack that a definition makes: its steps ask the model through `yield`, and one loop does the rest.
 *
 * @example
 * ```ts
 * import { batch, makeAttack, matrix, model, softmaxLinear } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * /** Moves every input up by the whole size, and asks nothing. *\/
 * const lift = makeAttack({
 *   name: "lift",
 *   summary: "Adds the size to every input",
 *   needs: "labels",
 *   options: {},
 *   *run({ x, region, matrix }) {
 *     const out = matrix("out");
 *     out.data.fill(1);
 *     region.step(out, x, { direction: out });
 *     return out;
 *   },
 * });
 * const fresh = model(softmaxLinear({ inputs: 1, classes: 2 }));
 * const examples = batch({ x: matrix(2, 1, [0, 0.5]), labels: [0, 1] });
 * assertEquals([...lift(fresh, examples, { epsilon: 0.25 }).x.data], [0.25, 0.75]);
 * ```
 */
export function makeAttack<
  O extends object,
  const S,
  const N extends Needs,
>(
  {
    name,
    summary,
    needs,
    goal = "within",
    norms = ["Linf"],
    constrain = normConstraint,
    options: schema,
    run,
    adapt,
    pullback,
  }:
    & Definition<O, S>
    & { needs: N },
): Attack<O, N extends "gradients" ? Differentiable : Classifier> {
  const action = `attack by ${name}`;
  const fields = { ...COMMON, ...schema } as unknown as Schema<Given & O>;

  /** What the options alone settle. */
  interface Settings {
    readonly all: Given & { readonly seed: number; readonly first: number };
    readonly own: Record<string, unknown>;
    readonly constraints: readonly Constraint[];
  }

  function settingsOf(
    model: Pick<Classifier, "inputs" | "classes">,
    options: Given & O,
    sizes: readonly (Epsilon | undefined)[],
  ): Settings {
    const all = resolve(action, fields, options) as unknown as Settings["all"];
    const given: Record<string, unknown> = {};
    for (const key of Object.keys(schema as object)) {
      given[key] = (all as unknown as Record<string, unknown>)[key];
    }
    const own = adapt ? adapt(given as Resolved<O, S>, model) as typeof given : given;
    return { all, own, constraints: sizes.map((epsilon) => constraintOf(model.inputs, all, epsilon)) };
  }

  let kept: { inputs: number; classes: number; options: object; settings: Settings } | undefined;
  /** What is to be done to `batch`, all of it checked. */
  function prepare(
    model: Pick<Classifier, "inputs" | "classes">,
    examples: Examples,
    options: Given & O,
    sizes: readonly (Epsilon | undefined)[],
  ): Prepared {
    const batch = checkExamples("attack", model, examples, { finite: false });
    const { inputs, classes } = model;
    // whoever attacks one example after another asks for the same each time
    const again = kept?.inputs === inputs && kept.classes === classes && sizes.length === 1 &&
      arePlainAndSame(options, kept.options);
    const settings = again ? kept!.settings : settingsOf(model, options, sizes);
    if (!again && sizes.length === 1) {
      // a copy of the pair too, which the caller may write to
      const { bounds } = options;
      kept = { inputs, classes, options: { ...options, ...(bounds && { bounds: [...bounds] }) }, settings };
    }
    const { all, own, constraints } = settings;
    const target = targets(action, model, batch, all.target);
    const [first] = constraints;
    const [least, greatest] = first?.box ?? [-Infinity, Infinity];
    // whoever is within finite bounds is finite
    if (!(greatest - least < Infinity)) checkAllFinite("attack", batch.x);
    if (first) refuse(action, first.checkOriginal(batch.x));
    return {
      own,
      name,
      run: (chunk) => run(chunk, own as Resolved<O, S>),
      nearest: goal === "nearest",
      constraints,
      batch,
      target,
      criterion: all.criterion ?? (target ? targeted : misclassified),
      seed: all.seed,
      first: all.first,
      onProgress: all.onProgress,
      signal: all.signal,
    };
  }

  function constraintOf(inputs: number, options: Given, epsilon: Epsilon | undefined): Constraint {
    const { constraint: whole, norm = norms[0], bounds, fixed, grid, oneHot } = options;
    const own = { epsilon: epsilon!, norm, bounds, fixed, grid, oneHot };
    const distance = whole?.norm ?? norm;
    if (!norms.includes(distance)) {
      throw new InputError("value", `${action} in norm ${distance}`, `expected ${oneOf(norms)}`);
    }
    return whole ? checkWhole(action, whole, inputs, options) : constrain(inputs, own, action);
  }

  function result(prepared: Prepared, outcome: Outcome, i: number, options: Given): Adversarial {
    const { batch, constraints, own, seed } = prepared;
    const constraint = constraints[i];
    return {
      ...outcome,
      labels: batch.labels,
      classes: batch.classes,
      original: batch.x,
      attack: name,
      epsilon: options.epsilon ?? options.epsilons?.[i] ?? constraint.epsilon,
      conditions: {
        attack: name,
        options: own,
        constraint,
        target: options.target,
        seed,
        kernels: kernels(),
      },
    };
  }

  type Options = O & AttackOptions & Sized;
  function attack(model: Classifier, batch: Examples, options: Options): Adversarial {
    const prepared = prepare(model, batch, options, [options?.epsilon]);
    return result(prepared, driveNow(model, prepared)[0], 0, options);
  }

  function checkSizes<T extends { epsilons: readonly number[] }>(given: T): T {
    checkObject(action, given);
    checkList(action, given.epsilons, "epsilons");
    const epsilons = Array.from(given.epsilons);
    for (const epsilon of epsilons) checkEpsilon(epsilon, action);
    return { ...given, epsilons };
  }

  function sweep(
    model: Classifier,
    batch: Examples,
    given: O & AttackOptions & { epsilons: readonly number[] },
  ): Adversarial[] {
    const { epsilons, ...options } = checkSizes(given);
    const prepared = prepare(model, batch, options as Given & O, epsilons);
    return driveNow(model, prepared).map((outcome, i) =>
      result(prepared, outcome, i, { ...options, epsilons })
    );
  }

  function* steps(
    model: Classifier,
    batch: Examples,
    given: O & AttackOptions & { epsilons: readonly number[]; chunk?: number },
  ): Generator<number, Adversarial[]> {
    const { epsilons, chunk, ...options } = checkSizes(given);
    const prepared = prepare(model, batch, options as unknown as Given & O, epsilons);
    const outcomes = yield* driveSteps(model, { ...prepared, chunk });
    return outcomes.map((outcome, i) => result(prepared, outcome, i, { ...options, epsilons }));
  }

  function* stream(
    model: Classifier,
    given: Examples,
    how: Options & { batchSize?: number },
  ): Generator<Adversarial> {
    checkObject(action, how);
    const { batchSize = 500, ...options } = how;
    if (!Number.isSafeInteger(batchSize) || batchSize < 1) {
      throw new InputError(
        "value",
        `${action} with batchSize ${shown(batchSize)}`,
        "must be a whole number ≥ 1",
      );
    }
    const { target, first = 0 } = options as AttackOptions;
    const batch = checkExamples("attack", model, given, { finite: false });
    for (let from = 0; from < batch.labels.length; from += batchSize) {
      const own = typeof target === "object" && target !== null
        ? Array.prototype.slice.call(target, from, from + batchSize)
        : target;
      const run = { ...options, target: own, first: first + from } as unknown as Options;
      yield attack(model, slice(batch, from, from + batchSize), run);
    }
  }

  async function later(model: AsyncClassifier, batch: Examples, options: Options): Promise<Adversarial> {
    if (needs === "gradients" || needs === "scores" && !model.scores) {
      throw new InputError(
        "value",
        `${action}`,
        `it needs ${needs}, which the classifier does not give`,
      );
    }
    const prepared = prepare(model, batch, options, [options?.epsilon]);
    return result(prepared, (await driveLater(model, prepared))[0], 0, options);
  }

  function perturb(model: Differentiable, batch: Batch, options: Options, out?: Matrix): Matrix {
    const { constraint: whole, epsilon, seed = 0, first = 0, target } = options as Given;
    const own: Record<string, unknown> = {};
    for (
      const [key, { default: value }] of Object.entries(schema as object) as [string, { default?: unknown }][]
    ) {
      own[key] = (options as Record<string, unknown>)[key] ?? value;
    }
    const into = out ?? matrix(batch.x.rows, batch.x.cols);
    driveInputs(model, {
      name,
      run: (chunk) => run(chunk, own as Resolved<O, S>),
      nearest: goal === "nearest",
      constraints: [whole ?? constraintOf(model.inputs, options as Given, epsilon)],
      batch,
      target: typeof target === "number" ? new Int32Array(batch.labels.length).fill(target) : target,
      criterion: target === undefined ? misclassified : targeted,
      seed,
      first,
    }, into);
    return into;
  }

  const made = Object.assign(attack, {
    summary,
    needs,
    goal,
    norms,
    options: schema,
    sweep,
    steps,
    stream,
    async: later,
    perturb,
    pullback,
  });
  return Object.defineProperty(made, "name", { value: name }) as unknown as ReturnType<
    typeof makeAttack<O, S, N>
  >;
}

/** Whether two records hold the same numbers, words and pairs of bounds, and nothing that could change unseen. */
function arePlainAndSame(options: object, others: object): boolean {
  const [a, b] = [options, others] as Readonly<Record<string, unknown>>[];
  let [count, left] = [0, 0];
  for (const name in a) {
    count++;
    const [own, other] = [a[name], b[name]];
    if (name === "bounds" && Array.isArray(own) && Array.isArray(other)) {
      if (own.length !== 2 || typeof own[0] !== "number" || own[0] !== other[0] || own[1] !== other[1]) {
        return false;
      }
    } else if (own !== other || typeof own === "object" || typeof own === "function") return false;
  }
  for (const _ in b) left++;
  return count === left;
}

/** A plan, and the attack's own options. */
interface Prepared extends Plan {
  readonly own: Record<string, unknown>;
}

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
function targets(
  action: string,
  { classes }: Pick<Classifier, "classes">,
  { labels }: Batch,
  target: number | ArrayLike<number> | undefined,
): Int32Array | undefined {
  if (target === undefined) return undefined;
  const one = typeof target === "number";
  const aims = wholeLabels(action, one ? [target] : target, { what: "target" });
  checkRange(action, aims, classes, "target");
  if (one) return new Int32Array(labels.length).fill(target);
  if (aims.length === labels.length) return aims;
  throw new InputError("shape", action, `${labels.length} examples but ${aims.length} targets`);
}

function checkWhole(action: string, whole: Constraint, inputs: number, options: Given): Constraint {
  const both = (["epsilon", "norm", "bounds", "fixed", "grid", "oneHot"] as const)
    .find((key) => options[key] !== undefined);
  if (both) {
    throw new InputError("option", action, `${both} does not go with a constraint, which has its own`);
  }
  if (whole.inputs === inputs) return whole;
  throw new InputError(
    "shape",
    action,
    `the constraint is of ${whole.inputs} features, the model takes ${inputs}`,
  );
}

function refuse(action: string, violation: Violation | undefined): void {
  if (!violation) return;
  const { row, feature, problem } = violation;
  throw new InputError("value", action, `input ${feature} of example ${row} ${problem}`);
}

/**
 * An attack as what training perturbs its examples with. With `labels: "predicted"`, whatever the attack, it is told the
 * model's own predictions in place of the labels, so that no perturbed input leaks a label (Kurakin et al. 2017).
 *
 * @example
 * ```ts
 * import { fgsm, perturbation } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(perturbation(fgsm, { epsilon: 0.25 }).name, 'fgsm {"epsilon":0.25}');
 * ```
 *
 * @throws {InputError} if ε is negative or not finite
 */
export function perturbation<O extends object>(
  attack: Attack<O>,
  options: O & AttackOptions & { epsilon: number; labels?: "true" | "predicted" },
): Perturbation {
  checkFunction("perturb", attack?.perturb, "the attack's perturb");
  const action = `attack by ${attack.name}`;
  checkObject(action, options);
  checkEpsilon(options.epsilon, action);
  const cached: { made?: Constraint } = {};
  /** Room for what it gives, by rows: all batches but the last have as many. */
  const room = new Map<number, Matrix>();
  const { epsilon, norm = attack.norms[0], bounds, fixed, grid, oneHot, labels, ...rest } = options;
  // as it would be for one input
  if (bounds && !isList(bounds[0])) constraint(1, { epsilon: 0, bounds }, action);
  return {
    name: `${attack.name} ${JSON.stringify(options)}`,
    apply(model, batch, key) {
      // the same at each step
      if (cached.made?.inputs !== model.inputs) {
        cached.made = constraint(model.inputs, { epsilon, norm, bounds, fixed, grid, oneHot });
      }
      const { rows, cols } = batch.x;
      let out = room.get(rows);
      if (out?.cols !== cols) room.set(rows, out = matrix(rows, cols));
      return attack.perturb(
        model,
        // what else it does with labels, such as when it ends, leaks nothing either
        labels === "predicted" ? { ...batch, labels: predictedClasses(model, model.scores(batch.x)) } : batch,
        { ...rest, constraint: cached.made, seed: key } as unknown as O & AttackOptions & Sized,
        out,
      );
    },
  };
}
