/** Relations between measurements, in words and as rules. @module */

import type { BudgetName } from "./budgets.ts";
import type { Measurements } from "./experiment.ts";

/** A relation between measurements. */
export interface Ordering {
  /** In words. */
  readonly says: string;
  /** Ids of the measurements that it compares. */
  readonly of: readonly string[];
  /** Whether it holds of a run's measurements; it does not where one is missing. */
  readonly holds: (ours: Measurements, on: RunSize) => boolean;
}

/** How large a run was. */
export interface RunSize {
  /** Test images. */
  readonly images: number;
  /** Default any but quick. */
  readonly budget?: BudgetName;
}

/** Images that a measurement has time for: fewer in a quick run. */
export interface Sample {
  readonly quick: number;
  readonly other: number;
}

/** The images of `sample` in a run of that budget. */
export function imagesOf({ quick, other }: Sample, budget?: BudgetName): number {
  return budget === "quick" ? quick : other;
}

/** `a` is less than `b`. */
export function less(a: string, b: string): Ordering {
  return { says: `${a} < ${b}`, of: [a, b], holds: (ours) => (ours[a] ?? NaN) < (ours[b] ?? NaN) };
}

/**
 * The rate `a` in percent is less than the rate `b` by more than chance: by two standard errors of a difference of two
 * rates on `images` images each, by default the test images of the run.
 */
export function clearlyLess(
  a: string,
  b: string,
  { images: own }: { images?: number | Sample } = {},
): Ordering {
  const sample = typeof own === "number" ? { quick: own, other: own } : own;
  const onImages = sample
    ? ` on ${sample.quick} images${
      sample.other === sample.quick ? "" : ` in a quick run, else ${sample.other}`
    }`
    : "";
  return {
    says: `${a} < ${b} by two standard errors${onImages}`,
    of: [a, b],
    holds(ours, { images, budget }) {
      const [p, q] = [(ours[a] ?? NaN) / 100, (ours[b] ?? NaN) / 100];
      const n = sample ? imagesOf(sample, budget) : images;
      return q - p > 2 * Math.sqrt((p * (1 - p) + q * (1 - q)) / n);
    },
  };
}

/** `id` is at least `bound`. */
export function atLeast(id: string, bound: number): Ordering {
  return { says: `${id} ≥ ${bound}`, of: [id], holds: (ours) => (ours[id] ?? NaN) >= bound };
}

/** `id` is at most `bound`. */
export function atMost(id: string, bound: number): Ordering {
  return { says: `${id} ≤ ${bound}`, of: [id], holds: (ours) => (ours[id] ?? NaN) <= bound };
}

/** `a` equals `b`. */
export function same(a: string, b: string): Ordering {
  return { says: `${a} = ${b}`, of: [a, b], holds: (ours) => (ours[a] ?? NaN) === ours[b] };
}

/** All of `orderings` hold. */
export function every(...orderings: readonly Ordering[]): Ordering {
  return {
    says: orderings.map(({ says }) => says).join(" and "),
    of: orderings.flatMap(({ of }) => of),
    holds: (...at) => orderings.every(({ holds }) => holds(...at)),
  };
}
