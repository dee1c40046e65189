/** Recipes of adversarially trained networks. @module */

import { PUBLISHED_RECIPE } from "../../models/recipe.ts";
import type { TrainOptions } from "../../train/mod.ts";
import { epochs } from "../budgets.ts";
import { ATTACK, everything, LARGE, network, PUBLISHED_BEST, watch } from "./maxout.ts";
import type { RecipeContext, Recipes, Training } from "./training.ts";

/** Half of the loss is that under attack, as in all of the paper's. */
export const AGAINST_ATTACK: TrainOptions = { ...PUBLISHED_RECIPE, alpha: 0.5, perturbation: ATTACK };

/**
 * Maxout networks trained against the attack. As in the paper, in a full run the error under attack of held-out examples tells
 * at which epoch to stop, and networks are then trained anew on all examples for that long. A standard run, too short for
 * that search, trains on all examples for as long as the published network until its best epoch; a quick run keeps the first
 * network.
 */
export const adversarial: Recipes = (context) => ({
  ...stopped("adversarial", context, { width: context.budget.units, cost: 170 }),
  ...(context.budget.name === "full" && stopped("largeAdversarial", context, { width: LARGE, cost: 3400 })),
});

function stopped(
  name: string,
  context: RecipeContext,
  { width, cost }: { width: number; cost: number },
): Record<string, Training> {
  const { train: trainSet, validation, budget } = context;
  const family = network(context, { width });
  const whole: Training = {
    family,
    data: everything(context),
    options: { ...AGAINST_ATTACK, epochs: Math.min(PUBLISHED_BEST, budget.maxEpochs ?? Infinity) },
    cost,
  };
  if (budget.name === "standard") return { [`${name}Maxout`]: whole };
  const search: Training = {
    family,
    data: trainSet,
    options: {
      ...AGAINST_ATTACK,
      epochs: epochs(budget, { quick: 15, standard: 343, full: 343 }),
      validation,
      validationPerturbation: ATTACK,
      monitor: watch(validation),
    },
    cost,
  };
  if (budget.name === "quick") return { [`${name}Maxout`]: search };
  const settled = ({ epochs }: Readonly<Record<string, string>>) => ({ epochs: Number(epochs) });
  return {
    [`${name}Search`]: search,
    [`${name}Maxout`]: { ...whole, after: { model: `${name}Search`, options: settled } },
  };
}
