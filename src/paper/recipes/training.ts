/** How one of the models that experiments share comes about. @module */

import type { Batch } from "../../data/batch.ts";
import type { Family } from "../../models/family.ts";
import type { TrainOptions } from "../../train/mod.ts";
import type { Budget } from "../budgets.ts";
import type { Examples } from "../experiment.ts";

/** How one of the shared models comes about. */
export interface Training {
  readonly family: Family;
  readonly data: Batch;
  /** All but what the run settles: seed, progress, where to go on from. */
  readonly options: TrainOptions;
  /** Cost of an example in an epoch, relative to softmax regression's: for order and estimates alone. */
  readonly cost: number;
  /** Added to the run's seed, for models that differ in nothing else; default 0. */
  readonly seed?: number;
  /** A model whose training settles some of the options. */
  readonly after?: After;
}

/** What one training takes from another. */
export interface After {
  /** Name of the other model. */
  readonly model: string;
  /** Options in place of those above, from what the other's file says of its training. */
  options(record: Readonly<Record<string, string>>): TrainOptions;
}

/** What recipes are written from. */
export interface RecipeContext extends Omit<Examples, "test"> {
  readonly budget: Budget;
}

/** The trainings of a group of models, by name; what a budget does without need not be there. */
export type Recipes = (context: RecipeContext) => Readonly<Record<string, Training>>;
