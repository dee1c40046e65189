import { logistic } from "../../models/logistic.ts";
import { softmaxLinear } from "../../models/softmax_linear.ts";
import { epochs } from "../budgets.ts";
import { pair } from "../pair.ts";
import type { Recipes } from "./training.ts";

/** Models without a hidden layer. */
export const shallow: Recipes = ({ learn, budget }) => {
  const { classes, x: { cols: inputs } } = learn;
  return {
    softmax: {
      family: softmaxLinear({ inputs, classes }),
      data: learn,
      options: { epochs: epochs(budget, { quick: 20, standard: 20, full: 20 }) },
      cost: 1,
    },
    logistic: {
      family: logistic({ inputs }),
      data: pair(learn),
      options: { epochs: epochs(budget, { quick: 30, standard: 30, full: 30 }) },
      cost: 1,
    },
  };
};
