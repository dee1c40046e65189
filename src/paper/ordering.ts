/** Relations between measurements, in words and as rules. @module */

import type { Measurements } from "./experiment.ts";

/** A relation between measurements. */
export interface Ordering {
  /** In words. */
  readonly says: string;
  /** Ids of the measurements that it compares. */
  readonly of: readonly string[];
  /** Whether it holds, of rates on so many test images; it does not where a measurement is missing. */
  readonly holds: (ours: Measurements, images: number) => boolean;
}

/** `a` is less than `b`. */
export function less(a: string, b: string): Ordering {
  return { says: `${a} < ${b}`, of: [a, b], holds: (ours) => (ours[a] ?? NaN) < (ours[b] ?? NaN) };
}

/**
 * The rate `a` in percent is less than the rate `b` by more than chance: by two standard errors of a difference of two
 * rates on `images` images each, by default the test images of the run.
 */
export function clearlyLess(a: string, b: string, { images: own }: { images?: number } = {}): Ordering {
  return {
    says: `${a} < ${b} by two standard errors${own ? ` on ${own} images` : ""}`,
    of: [a, b],
    holds(ours, images) {
      const [p, q] = [(ours[a] ?? NaN) / 100, (ours[b] ?? NaN) / 100];
      return q - p > 2 * Math.sqrt((p * (1 - p) + q * (1 - q)) / (own ?? images));
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
