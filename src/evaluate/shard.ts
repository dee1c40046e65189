/** Parts of the data on which the worst case is looked for apart, and what is known of one of them. @module */

import type { Batch } from "../data/batch.ts";
import { predictRows } from "../predict.ts";
import type { Model } from "../models/model.ts";
import { stageSteps } from "./cascade.ts";
import { firstStanding, isFooled, openRows, type Standing, type Subject } from "./standing.ts";
import { certifiedSteps, WITNESS } from "./certified.ts";
import { scaleProgress } from "./progress.ts";
import type { Search } from "./search.ts";
import type { Finding } from "./warnings.ts";

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
        const result = yield* scaleProgress(steps, done / work, 1 / work);
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
      const result = yield* scaleProgress(steps, done / work, 1 / work);
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
