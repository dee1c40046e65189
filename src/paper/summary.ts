/** Several seeds' outcomes in one. @module */

import type { Budget } from "./budgets.ts";
import { type Claim, judge, type Judged } from "./claim.ts";
import type { Experiment, Measurements, Outcome } from "./experiment.ts";

/** What one seed or more measured. */
export interface Measured {
  /** Over the seeds where it is defined; null if it is so nowhere. */
  readonly mean: number | null;
  readonly min: number | null;
  readonly max: number | null;
  /** By seed, in their order. */
  readonly values: readonly (number | null)[];
}

/** The measurements of each seed's outcomes, by experiment and then by name: `softmax.fgsm.error`. */
export function measured(
  bySeed: readonly Readonly<Record<string, Outcome>>[],
): Readonly<Record<string, Measured>> {
  const all = bySeed.map((outcomes) =>
    Object.entries(outcomes).flatMap(([id, { measurements }]) =>
      Object.entries(measurements).map(([name, value]): [string, number | null] => [`${id}.${name}`, value])
    )
  );
  const values = new Map<string, (number | null)[]>();
  for (const [name] of all.flat()) values.set(name, new Array(bySeed.length).fill(null));
  all.forEach((each, seed) => each.forEach(([name, value]) => values.get(name)![seed] = value));
  return Object.fromEntries(Array.from(values, ([name, each]) => [name, spread(each)]));
}

function spread(values: readonly (number | null)[]): Measured {
  const defined = values.filter((value) => value !== null);
  if (defined.length === 0) return { mean: null, min: null, max: null, values };
  const mean = defined.reduce((sum, value) => sum + value, 0) / defined.length;
  return {
    mean,
    min: defined.reduce((a, b) => Math.min(a, b)),
    max: defined.reduce((a, b) => Math.max(a, b)),
    values,
  };
}

/** Every claim of those about `experiments`, judged by the means of what was measured. */
export function judgeAll(
  claims: readonly Claim[],
  all: Readonly<Record<string, Measured>>,
  { experiments, budget }: { experiments: readonly Experiment[]; budget: Budget },
): Judged[] {
  const means: Measurements = Object.fromEntries(Object.entries(all).map(([id, { mean }]) => [id, mean]));
  return claims
    .filter(({ id }) => experiments.some((experiment) => id.startsWith(`${experiment.id}.`)))
    .map((claim) => judge(claim, means, budget.name));
}
