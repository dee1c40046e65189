/** Recipes of maxout networks with sigmoids on top. @module */

import { rubbishClass } from "../../attacks/perturbations.ts";
import { PUBLISHED_RECIPE } from "../../models/recipe.ts";
import { epochs } from "../budgets.ts";
import { everything, network, PUBLISHED_BEST, PUBLISHED_LONGEST } from "./maxout.ts";
import type { Recipes } from "./training.ts";

/**
 * Maxout networks with an independent probability of each class on top: one trained on digits, and one that is taught
 * beside them that Gaussian noise is none of ten digits. The paper does not say how it taught that; a softmax could not
 * learn it, because its probabilities sum to 1.
 */
export const sigmoid: Recipes = (context) => {
  const family = network(context, { head: "sigmoid" });
  const data = everything(context);
  const options = {
    ...PUBLISHED_RECIPE,
    epochs: epochs(context.budget, { quick: 10, standard: PUBLISHED_BEST, full: PUBLISHED_LONGEST }),
  };
  return {
    sigmoidMaxout: { family, data, options, cost: 50 },
    rubbishMaxout: {
      family,
      data,
      options: { ...options, perturbation: rubbishClass(), alpha: 0.5 },
      cost: 110,
    },
  };
};
