/** Attacks made of their definitions. @module */

import type { Constraint, ConstraintOptions, Distance, Epsilon } from "../constraints/constraint.ts";
import { normConstraint } from "../constraints/mod.ts";
import { checkEpsilon } from "../constraints/options.ts";
import { type Batch, type Examples, slice } from "../data/batch.ts";
import { InputError } from "../errors.ts";
import { type Matrix, matrix } from "../matrix.ts";
import { checkAllFinite, checkExamples } from "../models/answers.ts";
import type { AsyncClassifier, Classifier, Differentiable } from "../models/classifier.ts";
import { kernels } from "../runtime/variants.ts";
import type { Resolved, Schema } from "../schema.ts";
import { checkList, checkObject, resolve } from "../checks.ts";
import { oneOf, shown } from "../wording.ts";
import type { Adversarial, Attack, AttackOptions, Needs, SizeOptions } from "./attack.ts";
import { misclassified, targeted } from "./criteria.ts";
import { driveAsync, driveInputs, driveSteps, driveSync, type Outcome, type Plan } from "./drive.ts";
import { areEqualData, checkedConstraint, COMMON, type Given, refuse, targets } from "./options.ts";
import type { AttackRun, Chunk } from "./query.ts";

/** What makes an attack. */
export interface AttackDefinition<O extends object, S> {
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
  run: (chunk: Chunk, options: Resolved<NoInfer<O>, S>) => AttackRun;
  /** Its options as they take effect on a model, which the result's conditions tell; default as they are. */
  adapt?: (
    options: Resolved<NoInfer<O>, S>,
    model: Pick<Classifier, "classes">,
  ) => Resolved<NoInfer<O>, S>;
  /** Vector-Jacobian product through the attack; see {@linkcode Attack.pullback}. */
  pullback?: NoInfer<Attack<O>["pullback"]>;
}

/** A plan, and the attack's own options. */
interface Prepared extends Plan {
  readonly own: Record<string, unknown>;
}

/**
 * The attack that a definition makes: its `run` yields queries, and one loop does the rest.
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
    & AttackDefinition<O, S>
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
    // callers that attack one example at a time repeat the same constraint
    const again = kept?.inputs === inputs && kept.classes === classes && sizes.length === 1 &&
      areEqualData(options, kept.options);
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
    // inputs within finite bounds are finite
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
    return whole ? checkedConstraint(action, whole, inputs, options) : constrain(inputs, own, action);
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

  type Options = O & AttackOptions & SizeOptions;
  function attack(model: Classifier, batch: Examples, options: Options): Adversarial {
    const prepared = prepare(model, batch, options, [options?.epsilon]);
    return result(prepared, driveSync(model, prepared)[0], 0, options);
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
    return driveSync(model, prepared).map((outcome, i) =>
      result(prepared, outcome, i, { ...options, epsilons })
    );
  }

  function lacking(): InputError {
    return new InputError("value", action, `it needs ${needs}, which the classifier does not give`);
  }

  function* steps(
    model: Classifier,
    batch: Examples,
    given: O & AttackOptions & { epsilons: readonly number[]; chunk?: number },
  ): Generator<number, Adversarial[]> {
    if (needs === "gradients" && !(model as Partial<Differentiable>).inputGradient) throw lacking();
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
    if (needs === "gradients" || needs === "scores" && !model.scores) throw lacking();
    const prepared = prepare(model, batch, options, [options?.epsilon]);
    return result(prepared, (await driveAsync(model, prepared))[0], 0, options);
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
