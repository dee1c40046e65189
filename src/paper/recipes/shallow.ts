/** Recipes of models without a hidden layer. @module */

import { logistic } from "../../models/logistic.ts";
import { softmaxLinear } from "../../models/softmax_linear.ts";
import type { TrainOptions } from "../../train/mod.ts";
import { epochs } from "../budgets.ts";
import { threesAndSevens } from "../examples.ts";
import { averagePool } from "../examples.ts";
import { ATTACK } from "./maxout.ts";
import type { Recipes } from "./training.ts";

/** Coefficients of L1 decay in logistic regression: ε, at which it is the worst case of the attack, and less. */
export const DECAYS = [0.25, 0.025, 0.0025] as const;

/** The name of the logistic regression with that coefficient. */
export function decayedLogistic(coefficient: number): string {
  return `l1Logistic-${coefficient}`;
}

/** Sides of the squares of pixels that softmax regressions of fewer inputs see as one. */
export const POOLS = [4, 2] as const;

/** The name of the softmax regression on images pooled so. */
export function pooledSoftmax(side: number): string {
  return `pooledSoftmax-${side}`;
}

/** Models without a hidden layer. */
export const shallow: Recipes = ({ train: trainSet, budget }) => {
  const { classes, x: { cols: inputs } } = trainSet;
  const passes = { epochs: epochs(budget, { quick: 20, standard: 20, full: 20 }) };
  const twoClass = {
    family: logistic({ inputs }),
    data: threesAndSevens(trainSet),
    options: { epochs: epochs(budget, { quick: 30, standard: 30, full: 30 }) },
    cost: 1,
  };
  // ‖w‖₁ has a kink where a weight is 0, about which steps of one size jump to and fro
  const settling: TrainOptions = {
    epochs: epochs(budget, { quick: 60, standard: 30, full: 30 }),
    optimizer: {
      name: "sgd",
      learningRate: 0.1,
      momentum: 0.5,
      learningRateDecay: 1.002,
      minLearningRate: 1e-4,
    },
  };
  return {
    softmax: { family: softmaxLinear({ inputs, classes }), data: trainSet, options: passes, cost: 1 },
    ...Object.fromEntries(POOLS.map((side) => {
      const data = averagePool(trainSet, side);
      const family = softmaxLinear({ inputs: data.x.cols, classes });
      return [pooledSoftmax(side), { family, data, options: passes, cost: 1 }];
    })),
    logistic: twoClass,
    // on attacked examples alone the attack's exactness makes this the closed form
    adversarialLogistic: {
      ...twoClass,
      options: { ...settling, perturbation: ATTACK, alpha: 0 },
      cost: 3,
    },
    ...Object.fromEntries(DECAYS.map((l1) => [
      decayedLogistic(l1),
      { ...twoClass, options: { ...settling, l1 } },
    ])),
  };
};
