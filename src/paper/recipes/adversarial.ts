/** Recipes of adversarially trained networks. @module */

import { fgsm } from "../../attacks/fgsm.ts";
import { perturbation } from "../../attacks/perturbations.ts";
import { PUBLISHED_RECIPE } from "../../models/recipe.ts";
import type { TrainOptions } from "../../train/mod.ts";
import { epochs } from "../budgets.ts";
import { EPSILON } from "../experiment.ts";
import { ATTACK, everything, LARGE, network, PUBLISHED_BEST, PUBLISHED_LONGEST, watch } from "./maxout.ts";
import type { RecipeContext, Recipes, Training } from "./training.ts";

/** Half of the loss is that under attack, as in all of the paper's. */
export const AGAINST_ATTACK: TrainOptions = { ...PUBLISHED_RECIPE, alpha: 0.5, perturbation: ATTACK };

/**
 * Maxout networks trained against the attack. As in the paper, in a full run the error under attack of held-out examples tells
 * at which epoch to stop, and networks are then trained anew on all examples for that long. A standard run goes without that
 * search, and trains on all examples for as long as the published network until its best epoch; a quick run keeps the first
 * network.
 */
export const adversarial: Recipes = (context) => ({
  ...(context.budget.name !== "quick" && otherwise(context)),
  ...stopped("adversarial", context, { width: context.budget.units, cost: 170 }),
  ...(context.budget.name === "full" && stopped("largeAdversarial", context, { width: LARGE, cost: 3400 })),
});

/**
 * The same network against the attack made otherwise, as the paper may have made it: through the network that dropout leaves,
 * with other units dropped afterwards or the same, and by the gradient of plain float32 arithmetic.
 */
export const OTHER_ATTACKS = {
  droppedAttackMaxout: { dropped: "attack" },
  droppedBothMaxout: { dropped: "both" },
  float32AttackMaxout: { gradient: "float32" },
} as const;

function otherwise(context: RecipeContext): Record<string, Training> {
  const { family, data, options, cost } = whole(context, { width: context.budget.units, cost: 170 });
  return Object.fromEntries(
    Object.entries(OTHER_ATTACKS).map(([name, how]) => {
      const against = perturbation(fgsm, { epsilon: EPSILON, ...how });
      return [name, { family, data, options: { ...options, perturbation: against }, cost }];
    }),
  );
}

/** Trained on all examples for as long as the published network until its best epoch. */
function whole(context: RecipeContext, { width, cost }: { width: number; cost: number }): Training {
  return {
    family: network(context, { width }),
    data: everything(context),
    options: { ...AGAINST_ATTACK, epochs: Math.min(PUBLISHED_BEST, context.budget.maxEpochs ?? Infinity) },
    cost,
  };
}

function stopped(
  name: string,
  context: RecipeContext,
  size: { width: number; cost: number },
): Record<string, Training> {
  const { train: trainSet, validation, budget } = context;
  const on = whole(context, size);
  if (budget.name === "standard") return { [`${name}Maxout`]: on };
  const { family, cost } = on;
  const search: Training = {
    family,
    data: trainSet,
    options: {
      ...AGAINST_ATTACK,
      epochs: epochs(budget, { quick: 15, standard: PUBLISHED_LONGEST, full: PUBLISHED_LONGEST }),
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
    [`${name}Maxout`]: { ...on, after: { model: `${name}Search`, options: settled } },
  };
}
