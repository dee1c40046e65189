import type { Family } from "../../models/family.ts";
import { maxout } from "../../models/maxout.ts";
import { PUBLISHED } from "../../models/recipe.ts";
import { type Budget, epochs } from "../budgets.ts";
import type { RecipeContext, Recipes } from "./training.ts";

/** The maxout network of the paper's experiments, in the size of the budget or another. */
export function network(
  { learn, budget }: RecipeContext,
  { units }: { units: number } = budget,
): Family {
  const { classes, x: { cols: inputs } } = learn;
  return maxout({ inputs, classes, units: [units, units], initialRange: budget.initialRange });
}

/** Passes that training may take where validation ends it: the full budget's is never reached. */
export function atMost(budget: Budget): number {
  return epochs(budget, { quick: 12, standard: 100, full: 1000 });
}

/**
 * Maxout networks trained on clean examples: one on all of them for as long as the published network's best epoch, and one
 * with examples held out, whose errors are watched. In the full budget the second settles how long the first is trained.
 */
export const naive: Recipes = (context) => {
  const { all, learn, validation, budget } = context;
  const family = network(context);
  const long = { ...PUBLISHED, epochs: epochs(budget, { quick: 15, standard: 243, full: 243 }) };
  return {
    maxoutValidated: {
      family,
      data: learn,
      options: { ...PUBLISHED, epochs: atMost(budget), validation, patience: 100 },
      cost: 50,
    },
    maxout: {
      family,
      data: all,
      options: long,
      cost: 50,
      after: budget.name === "full" ? best("maxoutValidated") : undefined,
    },
  };
};

/** The best epoch of another training as the length of this one, which is at least so many epochs. */
export function best(model: string, least = 1) {
  return {
    model,
    options: ({ epochs }: Readonly<Record<string, string>>) => ({ epochs: Math.max(Number(epochs), least) }),
  };
}
