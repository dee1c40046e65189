/** The worst case over many attacks, with certificates beside it: what is known of each example, and what is not. @module */

import { anyAttacks } from "../attacks/mod.ts";
import { METHODS } from "../certify/certify.ts";
import type { CertifyOptions } from "../certify/certify.ts";
import type { Constraint, ConstraintOptions, Norm } from "../constraints/constraint.ts";
import { constraint } from "../constraints/mod.ts";
import type { Examples } from "../data/batch.ts";
import { InputError } from "../errors.ts";
import { predictRows } from "../loss.ts";
import { checkExamples } from "../models/answers.ts";
import type { Classifier, Differentiable } from "../models/classifier.ts";
import type { Model } from "../models/model.ts";
import {
  any,
  boolean,
  checkObject,
  choice,
  integer,
  number,
  numbers,
  resolve,
  type Schema,
} from "../schema.ts";
import {
  attackSteps,
  errorAt,
  firstStanding,
  isFooled,
  openRows,
  stageSteps,
  type Standing,
  type Subject,
} from "./cascade.ts";
import { certifiedCount, certifiedSteps, certifierOf, WITNESS } from "./certified.ts";
import { type Effort, EFFORTS, stagesOf } from "./efforts.ts";
import { passesOf, runSteps } from "./outcomes.ts";
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
  seed: integer("Seed of what is random", { min: 0, default: 0 }),
  timeLimit: number("Seconds after which nothing further begins", { above: 0 }),
  width: integer("Columns of an image, row after row", { min: 1 }),
  now: any("A clock in milliseconds"),
  perExample: boolean("Tell of every example", { default: false }),
  onFooled: any("Called with each example that an attack fools"),
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
  /** Size of the smallest perturbation found that fools, in the norm; 0 if clean; null if none was found. */
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

/** The worst case as the report of a check holds it. */
export type WorstCase = Omit<RobustnessReport, "examples" | "perExample">;

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
  examples: Examples,
  options: RobustnessOptions & { onProgress?: (fraction: number) => void; signal?: AbortSignal },
): RobustnessReport {
  checkObject("measure robustness", options);
  const { onProgress, signal, ...rest } = options;
  return runSteps(robustnessSteps(model, examples, rest), (fraction) => {
    signal?.throwIfAborted();
    onProgress?.(fraction);
  });
}

/** Examples that one call of the model takes, if it takes no more. */
const CHUNK = 250;

/**
 * The same, step by step: yields the fraction done between two questions to the model, of `chunk` examples each at most, so
 * that the caller may show it, wait or stop.
 */
export function* robustnessSteps(
  model: Classifier & Partial<Differentiable>,
  batch: Examples,
  given: RobustnessOptions,
  { chunk = CHUNK }: { chunk?: number } = {},
): Generator<number, RobustnessReport> {
  checkObject("measure robustness", given);
  const { norm = "Linf", bounds, fixed, grid, oneHot, ...others } = given;
  const options = resolve("measure robustness", OPTIONS, others);
  const { effort, seed, timeLimit, now, width, perExample, onFooled } = options as typeof options & {
    effort: Effort;
    seed: number;
  };
  const examples = checkExamples("measure robustness", model, batch);
  const { length } = examples.labels;
  if (length === 0) throw new InputError("shape", "measure robustness", "there are no examples");
  if (timeLimit !== undefined && !now) {
    throw new InputError("option", "measure robustness with timeLimit", "it needs a clock, as option now");
  }
  const epsilons = [...new Set(options.epsilons as readonly number[])].sort((a, b) => a - b);
  if (epsilons.length === 0) {
    throw new InputError("value", "measure robustness", "epsilons must not be empty");
  }
  const within = { norm, bounds, fixed, grid, oneHot };
  const limits = (epsilon: number) =>
    constraint(model.inputs, { epsilon, ...within }, "measure robustness") as Constraint & {
      epsilon: number;
    };
  const widest = limits(epsilons.at(-1)!);
  const end = timeLimit === undefined ? Infinity : now!() + 1000 * timeLimit;
  const late = () => now !== undefined && now() >= end;
  const timed = () => {
    const start = now?.();
    return () => now ? (now() - start!) / 1000 : null;
  };

  const clean = { predicted: new Int32Array(length), confidence: new Float32Array(length) };
  for (let first = 0; first < length; first += chunk) {
    yield 0;
    const found = predictRows(model, examples.x, first, Math.min(first + chunk, length));
    clean.predicted.set(found.predicted, first);
    clean.confidence.set(found.confidence, first);
  }
  const standing = firstStanding(clean.predicted, examples, widest);
  const stages = stagesOf(effort, { norm, gradients: model.inputGradient !== undefined, width });
  const method = certifierOf(model, options.certify);
  const work = epsilons.length * (stages.length + (method ? 1 : 0)) + 1;
  let done = 0;
  const findings: Finding[] = [];
  const found: Found[] = [];
  for (const epsilon of epsilons) {
    const byAttack: Found["byAttack"] = [];
    let [complete, certified]: [boolean, Found["certified"]] = [true, null];
    for (const stage of stages) {
      const open = openRows(standing, epsilon).length > 0;
      if (open && late()) complete = false;
      else if (open) {
        const seconds = timed();
        const steps = stageSteps(model, examples, {
          standing,
          stage,
          limits: limits(epsilon),
          seed,
          late,
          chunk,
          onFooled,
        });
        const result = yield* overall(steps, done / work, 1 / work);
        complete &&= result.complete;
        findings.push(result.finding);
        byAttack.push({ attack: stage.name, errorRate: errorAt(standing, epsilon), seconds: seconds() });
      }
      done++;
    }
    if (method) {
      const seconds = timed();
      const options = { epsilon, ...within, method, now };
      const steps = certifiedSteps(model as Model, examples, {
        standing,
        options,
        limits: limits(epsilon),
        late,
      });
      const result = yield* overall(steps, done / work, 1 / work);
      complete &&= result.complete;
      certified = { errorRate: (length - result.count) / length, method, seconds: seconds() };
      if (standing.by.some((by, i) => by === WITNESS && standing.size[i] === epsilon)) {
        byAttack.push({ attack: WITNESS, errorRate: errorAt(standing, epsilon), seconds: certified.seconds });
      }
      done++;
    }
    found.push({ epsilon, byAttack, certified, complete });
  }
  const warnings = runWarnings({
    model,
    examples,
    clean,
    findings,
    outside: length - standing.inside.length,
  });
  if (!late()) {
    const probes = probeWarnings({
      model,
      examples,
      findings,
      largest: epsilons.at(-1)!,
      seed,
      limits,
      attack: attackSteps,
      certified: method &&
        ((rows, epsilon) =>
          certifiedCount(model as Model, examples, rows, { epsilon, ...within, method, now })),
    });
    for (let step = probes.next();; step = probes.next()) {
      if (step.done) {
        warnings.push(...step.value);
        break;
      }
      yield done / work;
    }
  }
  return {
    examples: length,
    norm,
    bounds: bounds ?? null,
    constraint: widest.toJSON(),
    effort,
    seed,
    clean: { errorRate: errorAt(standing, 0) },
    at: found.map((each) => atSize(standing, each)),
    warnings,
    ...(perExample && { perExample: Array.from(standing.by, (_, i) => exampleOf(standing, i)) }),
  };
}

/** How often each example passes through the model at most, about, certificates aside; a gradient counts as three passes. */
export function passesOfWorstCase(
  { inputGradient }: Pick<Subject, "inputGradient">,
  { epsilons, effort = "standard", norm = "Linf" }: Pick<RobustnessOptions, "epsilons" | "effort" | "norm">,
): number {
  const stages = stagesOf(effort, { norm, gradients: inputGradient !== undefined });
  return stages.reduce(
    (sum, { attack, options }) => sum + passesOf({ attack: anyAttacks[attack], epsilons, options }),
    1,
  );
}

/** What the attacks and certificates at one size came to. */
interface Found extends Pick<RobustnessAt, "epsilon" | "certified" | "complete"> {
  readonly byAttack: { attack: string; errorRate: number; seconds: number | null }[];
}

/** What `steps` come to, which are `part` of the whole after the fraction `from` of it. */
function* overall<T>(steps: Generator<number, T>, from: number, part: number): Generator<number, T> {
  for (let step = steps.next();; step = steps.next()) {
    if (step.done) return step.value;
    yield from + part * step.value;
  }
}

/** What reports call perturbations that were looked for within a larger size, and needed less. */
const SHORTENED = "shortened";

/** What is known at one size when all are done. */
function atSize(standing: Standing, { epsilon, byAttack, certified, complete }: Found): RobustnessAt {
  const errorRate = errorAt(standing, epsilon);
  const last = byAttack.at(-1)?.errorRate ?? errorAt(standing, 0);
  const rows = Array.from(standing.by.keys());
  return {
    epsilon,
    attacked: {
      errorRate,
      byAttack: errorRate > last ? [...byAttack, { attack: SHORTENED, errorRate, seconds: null }] : byAttack,
    },
    certified,
    unresolved:
      rows.filter((i) => !isFooled(standing, i, epsilon) && !(standing.certified[i] >= epsilon)).length,
    complete,
  };
}

function exampleOf({ by, size, certified, queries }: Standing, i: number): ExampleRobustness {
  return {
    by: by[i],
    size: size[i] < Infinity ? size[i] : null,
    certified: certified[i] > 0 ? certified[i] : null,
    queries: queries[i],
  };
}
