import { rbf } from "../../models/rbf.ts";
import { epochs } from "../budgets.ts";
import type { Recipes } from "./training.ts";

/** RBF networks. */
export const radial: Recipes = ({ learn, budget }) => {
  const { classes, x: { cols: inputs } } = learn;
  return {
    rbf: {
      family: rbf({ inputs, classes }),
      data: learn,
      options: { epochs: epochs(budget, { quick: 100, standard: 12, full: 12 }) },
      cost: 8,
    },
  };
};
