/** Parts of the data on which the worst case is looked for apart, and what is known of one of them. @module */

import { constraint } from "../constraints/mod.ts";
import type { Constraint, ConstraintOptions, Norm } from "../constraints/constraint.ts";
import { type CertifyOptions, METHODS } from "../certify/certify.ts";
import type { Batch, Examples } from "../data/batch.ts";
import { InputError } from "../errors.ts";
import { predictRows } from "../predict.ts";
import { checkExamples } from "../models/answers.ts";
import type { Model } from "../models/model.ts";
import { any, boolean, choice, integer, number, numbers, type Schema } from "../schema.ts";
import { checkObject, resolve } from "../checks.ts";
import { firstStanding, isFooled, openRows, stageSteps, type Standing, type Subject } from "./cascade.ts";
import { certifiableForm, certifiedSteps, WITNESS } from "./certified.ts";
import { type Effort, EFFORTS, type Stage, stagesOf } from "./efforts.ts";
import type { Finding } from "./warnings.ts";

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

/** What `given` says is to be looked for in `model`; its time runs from now on. */
export function searchOf(model: Subject, given: RobustnessOptions): Search {
  checkObject("measure robustness", given);
  const { norm = "Linf", bounds, fixed, grid, oneHot, ...others } = given;
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
export function searched(model: Subject, given: Examples): Batch {
  const examples = checkExamples("measure robustness", model, given);
  if (examples.labels.length > 0) return examples;
  throw new InputError("shape", "measure robustness", "there are no examples");
}

/** What is known of one part of the data. */
export interface Shard {
  readonly standing: Standing;
  /** Examples that the model is sure of: a probability rounds to 1. */
  readonly sure: number;
  /** One for each size, ascending. */
  readonly at: readonly ShardAt[];
  /** Of each stage that was tried, its rows counted from the first of this part. */
  readonly findings: readonly Finding[];
}

/** What is known of one part at one size. */
export interface ShardAt {
  /** Examples that were fooled before its first stage. */
  readonly before: number;
  /** After each stage; null for those that were not tried, because nothing was open or no time left. */
  readonly stages: readonly (Counted | null)[];
  /** Certificates; null where none were wanted. */
  readonly certified: Counted | null;
  /** Whether a certificate's counterexample fooled the model. */
  readonly witness: boolean;
  /** Examples that were fooled after its certificates. */
  readonly after: number;
  /** Whether nothing was cut short. */
  readonly complete: boolean;
}

/** How many examples are fooled, or certified, and how long that took. */
export interface Counted {
  readonly count: number;
  readonly seconds: number | null;
}

/** Examples that one call of the model takes, if it takes no more. */
const CHUNK = 250;

/**
 * What `search` finds on `examples`, of which the first is in place `from` of a greater set: the same whatever the parts are.
 * Yields the fraction done between two questions to the model, of `chunk` examples each at most.
 */
export function* shardSteps(
  model: Subject,
  examples: Batch,
  search: Search,
  { chunk = CHUNK, from = 0 }: { chunk?: number; from?: number } = {},
): Generator<number, Shard> {
  const { epsilons, within, limits, stages, method, seed, now, onFooled, late, timed } = search;
  const { length } = examples.labels;
  const predicted = new Int32Array(length);
  let sure = 0;
  for (let first = 0; first < length; first += chunk) {
    yield 0;
    const found = predictRows(model, examples.x, first, Math.min(first + chunk, length));
    predicted.set(found.predicted, first);
    sure += found.confidence.reduce((sum, p) => sum + Number(p === 1), 0);
  }
  const standing = firstStanding(predicted, examples, limits(epsilons.at(-1)!));
  const work = epsilons.length * (stages.length + (method ? 1 : 0)) + 1;
  let done = 0;
  const findings: Finding[] = [];
  const at: ShardAt[] = [];
  for (const epsilon of epsilons) {
    const tried: (Counted | null)[] = [], before = fooledCount(standing, epsilon);
    let [complete, certified, witness]: [boolean, Counted | null, boolean] = [true, null, false];
    for (const stage of stages) {
      const open = openRows(standing, epsilon).length > 0;
      if (!open || late()) {
        complete &&= !open;
        tried.push(null);
      } else {
        const seconds = timed();
        const steps = stageSteps(model, examples, {
          standing,
          stage,
          limits: limits(epsilon),
          seed,
          late,
          chunk,
          from,
          onFooled,
        });
        const result = yield* overall(steps, done / work, 1 / work);
        complete &&= result.complete;
        findings.push(result.finding);
        tried.push({ count: fooledCount(standing, epsilon), seconds: seconds() });
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
      certified = { count: result.count, seconds: seconds() };
      witness = standing.by.some((by, i) => by === WITNESS && standing.size[i] === epsilon);
      done++;
    }
    at.push({
      before,
      stages: tried,
      certified,
      witness,
      after: fooledCount(standing, epsilon),
      complete,
    });
  }
  return { standing, sure, at, findings };
}

/** Examples that are misclassified within `epsilon`, as far as is known. */
export function fooledCount(standing: Standing, epsilon: number): number {
  return standing.by.reduce((sum, _, i) => sum + Number(isFooled(standing, i, epsilon)), 0);
}

/** What `steps` come to, which are `part` of the whole after the fraction `from` of it. */
function* overall<T>(steps: Generator<number, T>, from: number, part: number): Generator<number, T> {
  for (let step = steps.next();; step = steps.next()) {
    if (step.done) return step.value;
    yield from + part * step.value;
  }
}

/** What is known of all parts together, in their order. */
export function joined(shards: readonly Shard[], { stages }: Pick<Search, "stages">): Shard {
  const order = stages.map(({ name }) => name);
  let examples = 0;
  const starts = shards.map(({ standing }) => {
    const start = examples;
    examples += standing.by.length;
    return start;
  });
  const all = <T>(of: (standing: Standing) => ArrayLike<T>): T[] =>
    shards.flatMap(({ standing }) => Array.from(of(standing)));
  const standing: Standing = {
    by: all(({ by }) => by),
    size: Float64Array.from(all(({ size }) => size)),
    certified: Float64Array.from(all(({ certified }) => certified)),
    queries: Int32Array.from(all(({ queries }) => queries)),
    inside: shards.flatMap(({ standing: { inside } }, k) => inside.map((row) => starts[k] + row)),
  };
  const findings = joinedFindings(shards, starts);
  return {
    standing,
    sure: shards.reduce((sum, { sure }) => sum + sure, 0),
    at: shards[0].at.map((_, i) => joinedAt(shards, i)),
    // a stage that had nothing to do on the first part stands last
    findings: findings.sort((a, b) =>
      a.epsilon - b.epsilon || order.indexOf(a.stage.name) - order.indexOf(b.stage.name)
    ),
  };
}

/** The same at the size in place `i`. */
function joinedAt(shards: readonly Shard[], i: number): ShardAt {
  const at = shards.map(({ at }) => at[i]);
  // what is fooled where a stage was not tried is what was fooled before it
  const fooled = at.map(({ before }) => before);
  const stages = at[0].stages.map((_, k) => {
    at.forEach(({ stages }, j) => fooled[j] = stages[k]?.count ?? fooled[j]);
    const tried = at.map(({ stages }) => stages[k]).filter((each) => each !== null);
    return tried.length > 0 ? { count: sumOf(fooled), seconds: secondsOf(tried) } : null;
  });
  const certified = at.map(({ certified }) => certified).filter((each) => each !== null);
  return {
    before: sumOf(at.map(({ before }) => before)),
    after: sumOf(at.map(({ after }) => after)),
    stages,
    certified: certified.length > 0
      ? { count: sumOf(certified.map(({ count }) => count)), seconds: secondsOf(certified) }
      : null,
    witness: at.some(({ witness }) => witness),
    complete: at.every(({ complete }) => complete),
  };
}

/** Findings of the same stage at the same size as one, in the order of the cascade. */
function joinedFindings(shards: readonly Shard[], starts: readonly number[]): Finding[] {
  const found = new Map<string, Finding>();
  shards.forEach(({ findings }, k) => {
    for (const { stage, epsilon, open, newlyFooled, zeroGradients } of findings) {
      const key = `${epsilon} ${stage.name}`, own = found.get(key);
      found.set(key, {
        stage,
        epsilon,
        open: (own?.open ?? 0) + open,
        newlyFooled: [...own?.newlyFooled ?? [], ...newlyFooled.map((row) => starts[k] + row)],
        zeroGradients: (own?.zeroGradients ?? 0) + zeroGradients,
      });
    }
  });
  return [...found.values()];
}

function sumOf(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

function secondsOf(parts: readonly Counted[]): number | null {
  return parts.every(({ seconds }) => seconds !== null) ? sumOf(parts.map(({ seconds }) => seconds!)) : null;
}
