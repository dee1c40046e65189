import { perturbation } from "../../attacks/attack.ts";
import { fgsm } from "../../attacks/fgsm.ts";
import { PUBLISHED } from "../../models/recipe.ts";
import { epochs } from "../budgets.ts";
import { EPSILON } from "../experiment.ts";
import { network } from "./maxout.ts";
import type { Recipes } from "./training.ts";

/** Maxout networks trained against the attack. */
export const adversarial: Recipes = (context) => ({
  adversarialMaxout: {
    family: network(context),
    data: context.learn,
    options: {
      ...PUBLISHED,
      epochs: epochs(context.budget, { quick: 15, standard: 25, full: 25 }),
      alpha: 0.5,
      perturbation: perturbation(fgsm, { epsilon: EPSILON }),
    },
    // an adversarial step is some three plain ones
    cost: 170,
  },
});
