/** Recipes of networks trained on noise. @module */

import { perturbation } from "../../attacks/perturbations.ts";
import { signNoise, uniformNoise } from "../../attacks/noise.ts";
import { PUBLISHED_RECIPE } from "../../models/recipe.ts";
import { epochs } from "../budgets.ts";
import { EPSILON } from "../experiment.ts";
import { everything, network, PUBLISHED_BEST, PUBLISHED_LONGEST } from "./maxout.ts";
import type { Recipes } from "./training.ts";

/** Maxout networks that see nothing but noisy examples; the paper does not say whether its see clean ones beside. */
export const noise: Recipes = (context) => {
  const noisy = (attack: typeof signNoise) => ({
    family: network(context),
    data: everything(context),
    options: {
      ...PUBLISHED_RECIPE,
      epochs: epochs(context.budget, { quick: 8, standard: PUBLISHED_BEST, full: PUBLISHED_LONGEST }),
      alpha: 0,
      perturbation: perturbation(attack, { epsilon: EPSILON }),
    },
    cost: 70,
  });
  return { signNoiseMaxout: noisy(signNoise), uniformNoiseMaxout: noisy(uniformNoise) };
};
