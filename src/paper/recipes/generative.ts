import { classRbm } from "../../models/class_rbm.ts";
import { mpDbm } from "../../models/mp_dbm.ts";
import { epochs } from "../budgets.ts";
import type { Recipes } from "./training.ts";

/** Models trained to generate, not to classify. */
export const generative: Recipes = ({ learn, budget }) => {
  const { classes, x: { cols: inputs } } = learn;
  const quick = budget.name === "quick";
  return {
    mpDbm: {
      family: mpDbm({ inputs, classes, ...(quick && { units: [100, 100], iterations: 3 }) }),
      data: learn,
      options: { epochs: epochs(budget, { quick: 8, standard: 25, full: 25 }) },
      cost: quick ? 20 : 500,
    },
    classRbm: {
      family: classRbm({ inputs, classes, ...(quick && { hidden: 100 }) }),
      data: learn,
      options: { epochs: epochs(budget, { quick: 10, standard: 30, full: 30 }) },
      cost: quick ? 10 : 50,
    },
  };
};
