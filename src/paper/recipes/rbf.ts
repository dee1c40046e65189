/** Recipes of RBF networks. @module */

import { deepRbf } from "../../models/deep_rbf.ts";
import { rbf } from "../../models/rbf.ts";
import { epochs } from "../budgets.ts";
import type { Recipes } from "./training.ts";

/**
 * RBF networks. The paper gives no recipe. Inferred from its three figures are diagonal precisions that start at .04,
 * centers that start about the means of the classes, an independent probability of each class with the sum of their
 * cross-entropies as cost, and Adam; stochastic gradient descent leaves three to ten times the confidence on mistakes.
 */
export const radial: Recipes = ({ train: trainSet, budget }) => {
  const { classes, x: { cols: inputs } } = trainSet;
  const deep = {
    family: deepRbf({ inputs, classes, units: [budget.name === "quick" ? 40 : 100] }),
    data: trainSet,
    cost: budget.name === "quick" ? 30 : 75,
  };
  const passes = { epochs: epochs(budget, { quick: 8, standard: 12, full: 40 }) };
  return {
    rbf: {
      family: rbf({ inputs, classes, initialPrecision: 0.04, initialSpread: 0.3 }),
      data: trainSet,
      options: { epochs: epochs(budget, { quick: 60, standard: 12, full: 12 }) },
      cost: 8,
    },
    deepRbf: { ...deep, options: passes },
    deepRbfSgd: {
      ...deep,
      options: { ...passes, optimizer: { name: "sgd", learningRate: 0.1, momentum: 0.5 }, batchSize: 100 },
    },
  };
};
