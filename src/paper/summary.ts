/** Several seeds' outcomes in one. @module */

import type { Budget } from "./budgets.ts";
import { type Claim, judge, type Judged } from "./claim.ts";
import type { Experiment, ExperimentResult } from "./experiment.ts";

/** What one seed or more measured. */
export interface Measured {
  /** Over the seeds where it is defined; null if it is so nowhere. */
  readonly mean: number | null;
  /** Standard deviation of the seeds' figures; null of fewer than two. */
  readonly sd: number | null;
  readonly min: number | null;
  readonly max: number | null;
  /** By seed, in their order. */
  readonly values: readonly (number | null)[];
}

/** The measurements of each seed's outcomes, by experiment and then by name: `softmax.fgsm.error`. */
export function measured(
  bySeed: readonly Readonly<Record<string, ExperimentResult>>[],
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

/** Mean, standard deviation and range of `values` where they are defined. */
export function spread(values: readonly (number | null)[]): Measured {
  const defined = values.filter((value) => value !== null);
  const count = defined.length;
  if (count === 0) return { mean: null, sd: null, min: null, max: null, values };
  const mean = defined.reduce((sum, value) => sum + value, 0) / count;
  const squares = defined.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return {
    mean,
    sd: count > 1 ? Math.sqrt(squares / (count - 1)) : null,
    min: defined.reduce((a, b) => Math.min(a, b)),
    max: defined.reduce((a, b) => Math.max(a, b)),
    values,
  };
}

/** Every claim of those about `experiments`, judged by the means of what was measured on `images` test images. */
export function judgeAll(
  claims: readonly Claim[],
  all: Readonly<Record<string, Measured>>,
  { experiments, budget, images }: {
    experiments: readonly Pick<Experiment, "id">[];
    budget: Pick<Budget, "name">;
    images: number;
  },
): Judged[] {
  const measurements = Object.fromEntries(Object.entries(all).map(([id, { mean }]) => [id, mean]));
  return claims
    .filter(({ id }) => experiments.some((experiment) => id.startsWith(`${experiment.id}.`)))
    .map((claim) => judge(claim, { measurements, budget: budget.name, images }));
}
