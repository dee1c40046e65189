/** How much work a run may be. @module */

/** Names of the budgets. */
export type BudgetName = "quick" | "standard" | "full";

/** How much work a run may be; how long each model is trained, its recipe says (see {@linkcode epochs}). */
export interface Budget {
  /** Name on the command line. */
  readonly name: BudgetName;
  /** Examples to learn from, at most, without those for validation. */
  readonly examples: number;
  /** The last examples of the data, held out to choose by. */
  readonly validation: number;
  /** Runs that differ in their seed alone, unless asked for otherwise. */
  readonly seeds: number;
  /** Units of each of the maxout network's two layers. */
  readonly units: number;
  /** Maxout weights start uniform in ± this. */
  readonly initialRange: number;
  /** Passes over the data at most, for trials; default any. */
  readonly maxEpochs?: number;
}

/** All budgets by name. */
export const budgets: Readonly<Record<BudgetName, Budget>> = {
  // small enough for minutes; wider initial weights spare the epochs in which the published ones learn nothing
  quick: {
    name: "quick",
    examples: 10000,
    validation: 2000,
    seeds: 1,
    units: 120,
    initialRange: 0.05,
  },
  // the published recipe keeps the last 10,000 of MNIST for validation
  standard: {
    name: "standard",
    examples: 50000,
    validation: 10000,
    seeds: 1,
    units: 240,
    initialRange: 0.005,
  },
  full: {
    name: "full",
    examples: 50000,
    validation: 10000,
    seeds: 5,
    units: 240,
    initialRange: 0.005,
  },
};

/** Passes over the data in `budget`, of those for each. */
export function epochs(
  { name, maxEpochs = Infinity }: Budget,
  each: Readonly<Record<BudgetName, number>>,
): number {
  return Math.min(each[name], maxEpochs);
}
