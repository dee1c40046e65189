/** The worst case over many attacks, with certificates beside it: what is known of each example, and what is not. @module */

import type { Adversarial, AttackOptions } from "../attacks/attack.ts";
import { anyAttacks } from "../attacks/mod.ts";
import { certificates, type CertifyOptions, METHODS } from "../certify/certify.ts";
import { formOf } from "../certify/form.ts";
import type { Constraint, ConstraintOptions, Norm } from "../constraints/constraint.ts";
import { constraint } from "../constraints/mod.ts";
import { type Batch, select, slice } from "../data/batch.ts";
import { InputError } from "../errors.ts";
import { predict } from "../loss.ts";
import { matrix, rowsOf } from "../matrix.ts";
import { checkFiniteInputs } from "../models/answers.ts";
import type { Classifier, Differentiable } from "../models/classifier.ts";
import type { Model } from "../models/model.ts";
import { any, boolean, choice, integer, number, numbers, resolve, type Schema } from "../schema.ts";
import { type Effort, EFFORTS, type Stage, stagesOf } from "./efforts.ts";
import { runSteps } from "./outcomes.ts";
import { type Finding, probeWarnings, runWarnings, type Warning } from "./warnings.ts";

/** How hard and within what the worst case is looked for. */
export interface RobustnessOptions extends Omit<ConstraintOptions, "epsilon" | "norm"> {
  /** Sizes, each > 0, in input units. */
  epsilons: readonly number[];
  /** Norm that bounds a perturbation; default `"Linf"`. */
  norm?: Norm;
  /** How hard to look; default `"standard"`. */
  effort?: Effort;
  /** Bounds that certify; `"none"` for none; default `"auto"` where the model has a form that can be certified, else none. */
  certify?: CertifyOptions["method"] | "none";
  /** Seed of what is random; default 0. */
  seed?: number;
  /** Seconds after which no further attack or certificate begins, by the clock `now`; default none. */
  timeLimit?: number;
  /** A clock in milliseconds, such as `() => performance.now()`; without it no times are given. */
  now?: () => number;
  /** Whether the answer tells of every example; default false. */
  perExample?: boolean;
}

const OPTIONS: Schema<Omit<RobustnessOptions, keyof ConstraintOptions>> = {
  epsilons: numbers("Sizes, in input units", { above: 0, required: true }),
  effort: choice("How hard to look", EFFORTS, { default: "standard" }),
  certify: choice("Bounds that certify", [...METHODS, "none"]),
  seed: integer("Seed of what is random", { min: 0, default: 0 }),
  timeLimit: number("Seconds after which nothing further begins", { above: 0 }),
  now: any("A clock in milliseconds"),
  perExample: boolean("Tell of every example", { default: false }),
};

/** What is known at one size. */
export interface RobustnessAt {
  /** The size, in input units. */
  readonly epsilon: number;
  /** What the attacks found: at least this is wrong in the worst case. */
  readonly attacked: {
    /** Share of all examples that are misclassified, clean or by some attack. */
    readonly errorRate: number;
    /** The same after each attack of the cascade, each of which saw only what the ones before had left. */
    readonly byAttack: readonly {
      readonly attack: string;
      readonly errorRate: number;
      readonly seconds: number | null;
    }[];
  };
  /** What certificates leave: at most this is wrong in the worst case; null where none were asked for or can be had. */
  readonly certified:
    | { readonly errorRate: number; readonly method: string; readonly seconds: number | null }
    | null;
  /** Examples that no attack fooled and no certificate settled: of them nothing is known. */
  readonly unresolved: number;
  /** Whether a time limit cut this short. */
  readonly complete: boolean;
}

/** What is known of one example. */
export interface ExampleRobustness {
  /** What fooled the model first: an attack of the cascade, or `"clean"`; null if nothing did. */
  readonly by: string | null;
  /** The smallest perturbation found that fools, in the norm; 0 if clean; null if none was found. */
  readonly size: number | null;
  /** The greatest size at which the example is certified; null if at none. */
  readonly certified: number | null;
  /** Questions that the attacks asked the model about it. */
  readonly queries: number;
}

/** The worst case that was found and the one that is excluded, ready for JSON. */
export interface RobustnessReport {
  /** Number of examples. */
  readonly examples: number;
  /** Norm that measures the sizes. */
  readonly norm: Norm;
  /** Bounds of the inputs; null for none. */
  readonly bounds: ConstraintOptions["bounds"] | null;
  /** What else the constraint holds, as JSON would hold it. */
  readonly constraint: Readonly<Record<string, unknown>>;
  /** How hard the attacks looked. */
  readonly effort: Effort;
  /** Seed of the random numbers. */
  readonly seed: number;
  /** On the examples as they are. */
  readonly clean: { readonly errorRate: number };
  /** One for each size, ascending. */
  readonly at: readonly RobustnessAt[];
  /** Signs that the evaluation shows less than it seems to. */
  readonly warnings: readonly Warning[];
  /** What is known of each example, if it was asked for. */
  readonly perExample?: readonly ExampleRobustness[];
}

/**
 * The worst case over many attacks: a cascade in which each sees only the examples that still stand, for each size, with
 * certificates of what none of them fooled. The true error of the worst case lies between `attacked` and `certified`; an
 * example that is neither fooled nor certified counts as unresolved, never as robust.
 *
 * @example
 * ```ts
 * import { batch, matrix, model, robustness, softmaxLinear } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const tensors = {
 *   W: { shape: [2, 1], data: new Float32Array([-1, 1]) },
 *   b: { shape: [2], data: new Float32Array(2) },
 * };
 * using linear = model(softmaxLinear({ inputs: 1, classes: 2 }), { tensors });
 * const examples = batch({ x: matrix(2, 1, [0.125, 0.5]), labels: [1, 1] });
 * const [{ attacked, certified, unresolved }] = robustness(linear, examples, { epsilons: [0.25], effort: "quick" }).at;
 * assertEquals([attacked.errorRate, certified?.errorRate, unresolved], [0.5, 0.5, 0]);
 * ```
 *
 * @throws {InputError} if there are no examples, or an option does not fit the model or the examples
 */
export function robustness(
  model: Classifier & Partial<Differentiable>,
  examples: Batch,
  options: RobustnessOptions & { onProgress?: (fraction: number) => void; signal?: AbortSignal },
): RobustnessReport {
  const { onProgress, signal, ...rest } = options;
  return runSteps(robustnessSteps(model, examples, rest), (fraction) => {
    signal?.throwIfAborted();
    onProgress?.(fraction);
  });
}

/** What reports call inputs that a certificate's counterexample led to. */
const WITNESS = "witness";

/** Rows that one call of an attack takes. */
const RUN = 250;

/** The same, step by step: yields the fraction done, so that the caller may show it, wait or stop. */
export function* robustnessSteps(
  model: Classifier & Partial<Differentiable>,
  examples: Batch,
  given: RobustnessOptions,
): Generator<number, RobustnessReport> {
  const { norm = "Linf", bounds, fixed, grid, oneHot, ...others } = given;
  const options = resolve("measure robustness", OPTIONS, others);
  const { effort, seed, timeLimit, now, perExample } = options as typeof options & {
    effort: Effort;
    seed: number;
  };
  checkFiniteInputs("measure robustness", model, examples.x);
  const { length } = examples.labels;
  if (length === 0) throw new InputError("shape", "measure robustness", "there are no examples");
  if (timeLimit !== undefined && !now) {
    throw new InputError("option", "measure robustness with timeLimit", "it needs a clock, as option now");
  }
  const epsilons = [...new Set(options.epsilons as readonly number[])].sort((a, b) => a - b);
  if (epsilons.length === 0) {
    throw new InputError("value", "measure robustness", "epsilons must not be empty");
  }
  const limits = (epsilon: number) =>
    constraint(model.inputs, { epsilon, norm, bounds, fixed, grid, oneHot }, "measure robustness");
  const widest = limits(epsilons.at(-1)!);
  const end = timeLimit === undefined ? Infinity : now!() + 1000 * timeLimit;
  const late = () => now !== undefined && now() >= end;

  const clean = predict(model, examples.x);
  const state: State = {
    by: Array.from(clean.predicted, (c, i) => c !== examples.labels[i] ? "clean" : null),
    at: Float64Array.from(clean.predicted, (c, i) => c !== examples.labels[i] ? 0 : Infinity),
    size: Float64Array.from(clean.predicted, (c, i) => c !== examples.labels[i] ? 0 : Infinity),
    certified: new Float64Array(length),
    queries: new Int32Array(length),
    inside: insideOf(widest, examples),
  };
  const gradients = model.inputGradient !== undefined;
  const stages = stagesOf(effort, { norm, gradients });
  const methods = certifierOf(model, options.certify);
  const work = epsilons.length * (stages.length + (methods ? 1 : 0)) + 1;
  let done = 0;
  const findings: Finding[] = [];
  const at: RobustnessAt[] = [];
  for (const epsilon of epsilons) {
    const byAttack: RobustnessAt["attacked"]["byAttack"][number][] = [];
    let complete = true;
    for (const stage of stages) {
      const open = unfooledRows(state, epsilon);
      if (open.length === 0 || late()) {
        complete &&= open.length === 0;
        done++;
        continue;
      }
      const start = now?.();
      let zero = 0;
      const newlyFooled: number[] = [];
      for (let first = 0; first < open.length; first += RUN) {
        yield (done + first / open.length) / work;
        if (late()) {
          complete = false;
          break;
        }
        const rows = open.slice(first, first + RUN);
        const found = attacked(model, select(examples, rows), stage, limits(epsilon), seed);
        zero += found.zeroGradients;
        rows.forEach((row, i) => {
          state.queries[row] += found.queries[i];
          if (!found.fooled[i]) return;
          newlyFooled.push(row);
          state.by[row] = stage.name;
          state.at[row] = epsilon;
          state.size[row] = sizeOf(found, i, norm);
        });
      }
      done++;
      findings.push({ stage, epsilon, open: open.length, newlyFooled, zeroGradients: zero });
      byAttack.push({
        attack: stage.name,
        errorRate: errorAt(state, epsilon),
        seconds: now ? (now() - start!) / 1000 : null,
      });
    }
    const certified = methods
      ? yield* certifiedAt(model as Model, examples, state, {
        options: { epsilon, norm, bounds, fixed, grid, oneHot, method: methods, now },
        limits: limits(epsilon),
        late,
        from: done / work,
        part: 1 / work,
      })
      : null;
    if (methods) done++;
    if (certified && !certified.complete) complete = false;
    if (state.by.some((by, i) => by === WITNESS && state.at[i] === epsilon)) {
      byAttack.push({
        attack: WITNESS,
        errorRate: errorAt(state, epsilon),
        seconds: certified?.seconds ?? null,
      });
    }
    const open = Array.from(state.at.keys()).filter((i) => !(state.at[i] <= epsilon)).length;
    const unresolved = open -
      Array.from(state.at.keys()).filter((i) => !(state.at[i] <= epsilon) && state.certified[i] >= epsilon)
        .length;
    at.push({
      epsilon,
      attacked: { errorRate: errorAt(state, epsilon), byAttack },
      certified: certified && {
        errorRate: (length - certified.count) / length,
        method: certified.method,
        seconds: certified.seconds,
      },
      unresolved,
      complete,
    });
  }
  const warnings = [
    ...runWarnings({ model, examples, clean, findings, outside: length - state.inside.length }),
    ...probeWarnings({
      model,
      examples,
      findings,
      largest: epsilons.at(-1)!,
      seed,
      limits,
      attack: attacked,
      certified: methods && ((rows, epsilon) => {
        const options = { epsilon, norm, bounds, fixed, grid, oneHot, method: methods, now };
        const found = certificates(model as Model, select(examples, rows), options);
        return [...found].filter((each) => each.certified).length;
      }),
    }),
  ];
  return {
    examples: length,
    norm,
    bounds: bounds ?? null,
    constraint: widest.toJSON(),
    effort,
    seed,
    clean: { errorRate: errorAt(state, 0) },
    at,
    warnings,
    ...(perExample && { perExample: Array.from(state.by, (by, i) => exampleOf(state, by, i)) }),
  };
}

/** What is known of each example so far. */
interface State {
  /** What fooled the model, and the size at which it was tried. */
  readonly by: (string | null)[];
  readonly at: Float64Array;
  /** The size that was needed. */
  readonly size: Float64Array;
  /** The greatest size at which it is certified; 0 if none. */
  readonly certified: Float64Array;
  readonly queries: Int32Array;
  /** Examples within the bounds: of the others nothing is tried. */
  readonly inside: readonly number[];
}

/** Examples that no attack has fooled, at this size or a smaller one. */
function unfooledRows(state: State, epsilon: number): number[] {
  return state.inside.filter((i) => !(state.at[i] <= epsilon));
}

function errorAt({ at }: State, epsilon: number): number {
  return at.reduce((sum, each) => sum + Number(each <= epsilon), 0) / at.length;
}

/** What a stage makes of some examples. */
function attacked(
  model: Classifier & Partial<Differentiable>,
  batch: Batch,
  { attack, options, role }: Stage,
  limits: Constraint,
  seed: number,
): Adversarial {
  const run = anyAttacks[attack] as (m: unknown, b: Batch, o: AttackOptions) => Adversarial;
  const allowed = role === "noise" ? noiseLimits(limits) : limits;
  return run(model, batch, { ...options, constraint: allowed, seed });
}

/** The L∞ constraint in which random signs have the size of `limits` in its own norm. */
function noiseLimits(limits: Constraint): Constraint {
  if (limits.norm === "Linf") return limits;
  const { norm, epsilon, ...rest } = limits.toJSON() as unknown as ConstraintOptions & { epsilon: number };
  const spread = norm === "L2" ? Math.sqrt(limits.inputs) : limits.inputs;
  return constraint(limits.inputs, { ...rest, norm: "Linf", epsilon: epsilon / spread });
}

/** The size of the perturbation of example `i`. */
function sizeOf({ x, original }: Adversarial, i: number, norm: Norm): number {
  const [a, b] = [x, original].map((m) => rowsOf(m, i, i + 1).data);
  let sum = 0;
  for (let j = 0; j < a.length; j++) {
    const d = Math.abs(a[j] - b[j]);
    if (norm === "Linf") sum = Math.max(sum, d);
    else sum += norm === "L2" ? d * d : d;
  }
  return norm === "L2" ? Math.sqrt(sum) : sum;
}

function insideOf(limits: Constraint, { x }: Batch): number[] {
  const all = Array.from({ length: x.rows }, (_, i) => i);
  if (!limits.checkOriginal(x)) return all;
  return all.filter((i) => !limits.checkOriginal(matrix(1, x.cols, rowsOf(x, i, i + 1).data)));
}

/** How the model is certified, or nothing: only what has a graph of a known form can be. */
function certifierOf(
  model: unknown,
  wanted?: RobustnessOptions["certify"],
): typeof METHODS[number] | undefined {
  if (wanted === "none") return undefined;
  const { graph } = model as Partial<Model>;
  if (!graph) {
    if (wanted === undefined) return undefined;
    throw new InputError("value", `certify by ${wanted}`, "the model is not one whose operations are known");
  }
  try {
    formOf(model as Model);
  } catch (error) {
    // without being asked, what cannot be certified is left unresolved
    if (error instanceof InputError && wanted === undefined) return undefined;
    throw error;
  }
  return wanted ?? "auto";
}

/** Certifies what is not fooled at this size. */
function* certifiedAt(
  model: Model,
  examples: Batch,
  state: State,
  { options, limits, late, from, part }: {
    options: CertifyOptions & { epsilon: number };
    limits: Constraint;
    late: () => boolean;
    from: number;
    part: number;
  },
): Generator<number, { count: number; method: string; seconds: number | null; complete: boolean }> {
  const { epsilon, now } = options;
  const start = now?.();
  const rows = unfooledRows(state, epsilon);
  const batch = select(examples, rows);
  let [i, complete] = [0, true];
  for (const { certified, witness } of certificates(model, batch, options)) {
    if (certified) state.certified[rows[i]] = epsilon;
    // a point of exact arithmetic: it counts once its float32 neighbour is seen to fool the model
    else if (witness && fools(model, slice(batch, i, i + 1), witness, limits)) {
      [state.by[rows[i]], state.at[rows[i]], state.size[rows[i]]] = [WITNESS, epsilon, epsilon];
    }
    i++;
    if (late()) {
      complete = i === rows.length;
      break;
    }
    yield from + part * i / rows.length;
  }
  const count = state.certified.reduce((sum, size) => sum + Number(size >= epsilon), 0);
  return { count, method: options.method ?? "auto", seconds: now ? (now() - start!) / 1000 : null, complete };
}

/** Whether the allowed float32 input nearest to `witness` is misclassified. */
function fools(model: Classifier, example: Batch, witness: readonly number[], limits: Constraint): boolean {
  const x = matrix(1, witness.length, Float32Array.from(witness));
  limits.project(x, example.x);
  return predict(model, x).predicted[0] !== example.labels[0];
}

function exampleOf(state: State, by: string | null, i: number): ExampleRobustness {
  return {
    by,
    size: state.size[i] < Infinity ? state.size[i] : null,
    certified: state.certified[i] > 0 ? state.certified[i] : null,
    queries: state.queries[i],
  };
}
