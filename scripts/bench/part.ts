/** What a part of the benchmark is. @module */

import { type Batch, digits, fillUniform, matrix, rng } from "../../src/mod.ts";
import type { Heap } from "../../src/runtime/heap.ts";
import { type Config, ready } from "./configs.ts";
import { repeated, type Subject } from "./measure.ts";
import { type Case, prepareVerified } from "./verify.ts";

/** What the parts are given. */
export interface Setting {
  /** Kernels to measure. */
  readonly configs: readonly Config[];
  /** Whether to use smaller sizes. */
  readonly quick: boolean;
}

/** A part: the subjects that are measured together, verified. */
export type Part = (setting: Setting) => Subject[] | Promise<Subject[]>;

/**
 * `make`'s subjects for each of the configurations, in the order of the first one's. They are made anew when their
 * kernels start again: starting others ends the threads of those that ran.
 */
export async function forEachConfig(
  { configs }: Setting,
  make: (config: Config, heap: Heap) => Subject[] | Promise<Subject[]>,
): Promise<Subject[]> {
  const all: Subject[][] = [];
  for (const config of configs) {
    const begin = async () => await make(config, await ready(config));
    let made = await begin();
    const restart = async () => void (made = await begin());
    all.push(made.map((one, i) => ({ ...one, sample: (calls) => made[i].sample(calls), restart })));
  }
  return all[0].flatMap((_, i) => {
    const row = all.map((subjects) => subjects[i]);
    // results of several threads are shown beside those of one
    row.forEach((one, j) => {
      const { kernels, threads } = configs[j];
      const single = configs.findIndex((config) => config.kernels === kernels && config.threads === 1);
      if (threads > 1 && single >= 0) row[j] = { ...one, against: row[single] };
    });
    return row;
  });
}

/** A verified case as a subject. */
export function subjectOf(one: Case, config: Config, heap: Heap): Subject {
  const { name, unit, amount } = one;
  return { name, unit, amount, config, sample: repeated(prepareVerified(one, heap).call) };
}

let seed = 0;

/** `n` numbers uniform in [lo, hi). */
export function uniformFloats(n: number, lo = -1, hi = 1): Float32Array {
  const values = matrix(1, n);
  fillUniform(values, rng(seed++), { lo, hi });
  return values.data;
}

/** `n` whole numbers below `most`. */
export function randomIntegers(n: number, most: number): Int32Array {
  const from = rng(seed++);
  return Int32Array.from({ length: n }, () => from.below(most));
}

const drawn = new Map<number, Batch>();

/** `count` of the built-in digits: a fifth of their pixels is not 0. */
export function images(count: number): Batch {
  const batch = drawn.get(count) ?? digits({ train: 0, test: count }).test;
  drawn.set(count, batch);
  return batch;
}
