/** Recipes of the naive maxout networks. @module */

import { perturbation } from "../../attacks/perturbations.ts";
import { fgsm } from "../../attacks/fgsm.ts";
import { type Batch, slice } from "../../data/batch.ts";
import { predict } from "../../predict.ts";
import type { Family } from "../../models/family.ts";
import { maxout, type MaxoutOptions } from "../../models/maxout.ts";
import type { Differentiable } from "../../models/classifier.ts";
import { PUBLISHED_RECIPE } from "../../models/recipe.ts";
import { epochs } from "../budgets.ts";
import { EPSILON } from "../experiment.ts";
import type { RecipeContext, Recipes } from "./training.ts";

/** The maxout network of the paper's experiments, in the size of the budget. */
export function network(
  { train: trainSet, budget }: RecipeContext,
  { head, width = budget.units, initialRange = budget.initialRange }: {
    head?: MaxoutOptions["head"];
    /** Units of each of its two layers. */
    width?: number;
    initialRange?: number;
  } = {},
): Family {
  const { classes, x: { cols: inputs } } = trainSet;
  return maxout({ inputs, classes, units: [width, width], initialRange, head });
}

/** All examples there are; in a quick run those that it learns from. */
export function everything({ all, train: trainSet, budget }: RecipeContext): Batch {
  return budget.name === "quick" ? trainSet : all;
}

/** The attack of the paper's experiments, to train against. */
export const ATTACK = perturbation(fgsm, { epsilon: EPSILON });

/** Held-out examples on which models in training are watched. */
const WATCHED = 2000;

/** What is measured after each epoch of a model that has not learnt from `validation`. */
export function watch(validation: Batch): (model: Differentiable) => Record<string, number> {
  const examples = slice(validation, 0, WATCHED);
  const errorOn = (model: Differentiable, x: Batch["x"]) =>
    predict(model, x).predicted.filter((answer, i) => answer !== examples.labels[i]).length / x.rows;
  return (model) => ({
    clean: errorOn(model, examples.x),
    attacked: errorOn(model, ATTACK.apply(model, examples, 0)),
  });
}

/** The epoch at which the published network was best on held-out examples. */
export const PUBLISHED_BEST = 243;

/** Epochs that the published network was trained for. */
export const PUBLISHED_LONGEST = 343;

/**
 * Maxout networks trained on clean examples: for as long as the published one until its best epoch, or in a full run until
 * it was stopped.
 */
export const naive: Recipes = (context) => {
  const { budget, validation } = context;
  const quick = budget.name === "quick";
  const options = {
    ...PUBLISHED_RECIPE,
    epochs: epochs(budget, { quick: 15, standard: PUBLISHED_BEST, full: PUBLISHED_LONGEST }),
  };
  return {
    maxout: {
      family: network(context),
      data: everything(context),
      // elsewhere it learns from those examples too
      options: { ...options, ...(quick && { monitor: watch(validation) }) },
      cost: 50,
    },
    ...(budget.name === "full" && {
      largeMaxout: {
        family: network(context, { width: LARGE }),
        data: everything(context),
        options,
        cost: 1000,
      },
    }),
  };
};

/** Units of each layer of the paper's larger network. */
export const LARGE = 1600;
