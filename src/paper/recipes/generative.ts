/** Recipes of generative models. @module */

import { classRbm } from "../../models/class_rbm.ts";
import { mpDbm } from "../../models/mp_dbm.ts";
import { epochs } from "../budgets.ts";
import type { Recipes } from "./training.ts";

/** Models trained to generate, not to classify. */
export const generative: Recipes = ({ train: trainSet, budget }) => {
  const { classes, x: { cols: inputs } } = trainSet;
  const quick = budget.name === "quick";
  return {
    mpDbm: {
      family: mpDbm({ inputs, classes, ...(quick && { units: [100, 100] }) }),
      data: trainSet,
      options: {
        epochs: epochs(budget, { quick: 6, standard: 20, full: 20 }),
        // the rate falls to about a twentieth, however short the training
        ...(quick && { optimizer: { name: "adam", learningRate: 0.01, learningRateDecay: 1.003 } }),
      },
      cost: quick ? 50 : 450,
    },
    classRbm: {
      family: classRbm({ inputs, classes, ...(quick && { hidden: 100 }) }),
      data: trainSet,
      options: { epochs: epochs(budget, { quick: 6, standard: 15, full: 15 }) },
      cost: quick ? 18 : 55,
    },
  };
};
