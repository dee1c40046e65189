import { perturbation } from "../../attacks/attack.ts";
import { fgsm } from "../../attacks/fgsm.ts";
import { PUBLISHED } from "../../models/recipe.ts";
import { EPSILON } from "../experiment.ts";
import { atMost, best, network } from "./maxout.ts";
import type { RecipeContext, Recipes, Training } from "./training.ts";

/** The larger networks of section 6, of 1600 units a layer, in the full budget alone. */
export const wide: Recipes = (context) => context.budget.name === "full" ? networks(context) : {};

function networks(context: RecipeContext): Record<string, Training> {
  const { all, learn, validation, budget } = context;
  const family = network(context, { units: 1600 });
  const attack = perturbation(fgsm, { epsilon: EPSILON });
  const plain = { ...PUBLISHED, epochs: atMost(budget) };
  const against = { ...plain, alpha: 0.5, perturbation: attack };
  const watched = { validation, patience: 100 };
  const [cost, adversarialCost] = [1000, 3000];
  return {
    wideValidated: { family, data: learn, options: { ...plain, ...watched }, cost },
    wide: { family, data: all, options: plain, cost, after: best("wideValidated") },
    wideAdversarialValidated: {
      family,
      data: learn,
      options: { ...against, ...watched, validationPerturbation: attack },
      cost: adversarialCost,
    },
    wideAdversarial: {
      family,
      data: all,
      options: against,
      cost: adversarialCost,
      after: best("wideAdversarialValidated"),
    },
  };
}
