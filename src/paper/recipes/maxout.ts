import type { Family } from "../../models/family.ts";
import { maxout } from "../../models/maxout.ts";
import { PUBLISHED } from "../../models/recipe.ts";
import { epochs } from "../budgets.ts";
import type { RecipeContext, Recipes } from "./training.ts";

/** The maxout network of the paper's experiments, in the size of the budget. */
export function network({ learn, budget: { units, initialRange } }: RecipeContext): Family {
  const { classes, x: { cols: inputs } } = learn;
  return maxout({ inputs, classes, units: [units, units], initialRange });
}

/** Maxout networks trained on clean examples. */
export const naive: Recipes = (context) => ({
  maxout: {
    family: network(context),
    data: context.learn,
    options: { ...PUBLISHED, epochs: epochs(context.budget, { quick: 15, standard: 25, full: 25 }) },
    cost: 50,
  },
});
