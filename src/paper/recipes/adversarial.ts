/** Recipes of adversarially trained networks. @module */

import { PUBLISHED } from "../../models/recipe.ts";
import type { TrainOptions } from "../../train/mod.ts";
import { epochs } from "../budgets.ts";
import { ATTACK, everything, LARGE, network, PUBLISHED_BEST, watch } from "./maxout.ts";
import type { RecipeContext, Recipes, Training } from "./training.ts";

/** Half of the loss is that under attack, as in all of the paper's. */
export const AGAINST_ATTACK: TrainOptions = { ...PUBLISHED, alpha: 0.5, perturbation: ATTACK };

/**
 * Maxout networks trained against the attack. As in the paper, the error under attack of held-out examples tells at which
 * epoch to stop, and networks are then trained anew on all examples for that long, and at least as long as the published
 * network until its best epoch, since clean error falls with epochs too. The search of a standard run is shorter than that, and
 * so settles nothing: it shows how the error falls. A quick run keeps the first network.
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
  const least = epochs(budget, { quick: 15, standard: PUBLISHED_BEST, full: PUBLISHED_BEST });
  const search: Training = {
    family,
    data: trainSet,
    options: {
      ...AGAINST_ATTACK,
      epochs: epochs(budget, { quick: 15, standard: 40, full: 343 }),
      validation,
      validationPerturbation: ATTACK,
      monitor: watch(validation),
    },
    cost,
  };
  if (budget.name === "quick") return { [`${name}Maxout`]: search };
  return {
    [`${name}Search`]: search,
    [`${name}Maxout`]: {
      family,
      data: everything(context),
      options: { ...AGAINST_ATTACK, epochs: least },
      cost,
      after: {
        model: `${name}Search`,
        options: ({ epochs }) => ({ epochs: Math.max(Number(epochs), least) }),
      },
    },
  };
}
