/** What an experiment is, and what it works with. @module */

import type { Batch } from "../data/batch.ts";
import type { FamilyModel } from "../models/family.ts";

/** What was measured, by name, in the unit of its claim; null where it is undefined. */
export type Measurements = Readonly<Record<string, number | null>>;

/** The perturbation of all the paper's experiments on digits, in pixels of [0, 1]. */
export const EPSILON = 0.25;

/** What experiments are run with. */
export interface Laboratory {
  /** Examples to learn from, of ten classes. */
  readonly learn: Batch;
  /** Examples held out. */
  readonly test: Batch;
  /** Seed of every draw. */
  readonly seed: number;
  /** The trained model of that name (see `recipes.ts`), trained at first use. */
  trained(name: string): Promise<FamilyModel>;
}

/** One experiment of the paper. */
export interface Experiment {
  /** Name; its measurements begin with it. */
  readonly id: string;
  /** What it shows, in a few words. */
  readonly title: string;
  /** Names of the trained models that it needs. */
  readonly models: readonly string[];
  /** What was measured, without the experiment's name before it. */
  run(laboratory: Laboratory): Promise<Measurements>;
}

/** A fraction in percent. */
export function percent(fraction: number | null): number | null {
  return fraction === null ? null : 100 * fraction;
}
