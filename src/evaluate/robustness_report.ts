/** What is known of a model's worst case, ready for JSON. @module */

import type { ConstraintOptions, Norm } from "../constraints/constraint.ts";
import type { Batch } from "../data/batch.ts";
import type { Model } from "../models/model.ts";
import { attackSteps } from "./cascade.ts";
import { errorAt, isFooled, type Standing, type Subject } from "./standing.ts";
import { certifiedCount, WITNESS } from "./certified.ts";
import type { Effort } from "./efforts.ts";
import { probeWarnings } from "./probes.ts";
import type { Search } from "./search.ts";
import type { Shard, ShardAt } from "./shard.ts";
import { runWarnings, type Warning } from "./warnings.ts";

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
  /** Queries of the model for it. */
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
export type WorstCase = Omit<RobustnessReport, "perExample">;

/** The report on `examples` from what is known of them; yields while it looks for signs that they say less than they seem to. */
export function* reportSteps(
  model: Subject,
  examples: Batch,
  search: Search,
  { standing, sure, at, findings }: Shard,
): Generator<number, RobustnessReport> {
  const { epsilons, within, limits, stages, method, uncertified, effort, seed, perExample, now, late } =
    search;
  const { length } = examples.labels;
  const outside = length - standing.inside.length;
  const warnings = runWarnings({ model, examples, sure: sure / length, findings, outside, uncertified });
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
      yield 1;
    }
  }
  return {
    examples: length,
    norm: within.norm,
    bounds: within.bounds ?? null,
    constraint: limits(epsilons.at(-1)!).toJSON(),
    effort,
    seed,
    clean: { errorRate: errorAt(standing, 0) },
    at: at.map((each, i) => atSize(standing, epsilons[i], each, { stages, method })),
    warnings,
    ...(perExample && { perExample: Array.from(standing.by, (_, i) => exampleOf(standing, i)) }),
  };
}

/** What reports call perturbations that were looked for within a larger size, and needed less. */
const SHORTENED = "shortened";

/** What is known at one size when all are done. */
function atSize(
  standing: Standing,
  epsilon: number,
  { stages: tried, certified, witness, after, complete }: ShardAt,
  { stages, method }: Pick<Search, "stages" | "method">,
): RobustnessAt {
  const { length } = standing.by;
  const byAttack = stages.flatMap(({ name }, k) => {
    const found = tried[k];
    return found ? [{ attack: name, errorRate: found.count / length, seconds: found.seconds }] : [];
  });
  if (witness) {
    byAttack.push({ attack: WITNESS, errorRate: after / length, seconds: certified!.seconds });
  }
  const errorRate = errorAt(standing, epsilon);
  const last = byAttack.at(-1)?.errorRate ?? errorAt(standing, 0);
  const rows = Array.from(standing.by.keys());
  return {
    epsilon,
    attacked: {
      errorRate,
      byAttack: errorRate > last ? [...byAttack, { attack: SHORTENED, errorRate, seconds: null }] : byAttack,
    },
    certified: certified && {
      errorRate: (length - certified.count) / length,
      method: method!,
      seconds: certified.seconds,
    },
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
