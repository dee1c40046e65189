/** Recipes of the ensemble. @module */

import { PUBLISHED_RECIPE } from "../../models/recipe.ts";
import { epochs } from "../budgets.ts";
import { everything, network, PUBLISHED_BEST } from "./maxout.ts";
import type { Recipes, Training } from "./training.ts";

/** Networks that vote, as in the paper. */
const MEMBERS = 12;

/** Names of the members. */
export const members: readonly string[] = Array.from({ length: MEMBERS }, (_, i) => `member${i + 1}`);

/** Members of one run and of another must not have a seed in common. */
const STRIDE = 1000;

/** Maxout networks that differ in their seed alone: in initial weights, order of the examples, and dropout. */
export const ensemble: Recipes = (context) => {
  const { budget } = context;
  const quick = budget.name === "quick";
  const member: Training = {
    family: network(context, { width: quick ? budget.units / 2 : budget.units }),
    data: everything(context),
    options: {
      ...PUBLISHED_RECIPE,
      epochs: epochs(budget, { quick: 4, standard: PUBLISHED_BEST, full: PUBLISHED_BEST }),
    },
    cost: quick ? 25 : 50,
  };
  return Object.fromEntries(members.map((name, i) => [name, { ...member, seed: STRIDE * (i + 1) }]));
};
