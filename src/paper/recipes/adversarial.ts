import { perturbation } from "../../attacks/attack.ts";
import { fgsm } from "../../attacks/fgsm.ts";
import { PUBLISHED } from "../../models/recipe.ts";
import { epochs } from "../budgets.ts";
import { EPSILON } from "../experiment.ts";
import { atMost, best, network } from "./maxout.ts";
import type { Recipes } from "./training.ts";

/**
 * Maxout networks trained against the attack: one with examples held out, whose error under attack says when to stop, and
 * one on all examples for as many epochs (paper, section 6).
 */
export const adversarial: Recipes = (context) => {
  const { all, learn, validation, budget } = context;
  const family = network(context);
  const attack = perturbation(fgsm, { epsilon: EPSILON });
  const against = { ...PUBLISHED, alpha: 0.5, perturbation: attack };
  // where training is cut short, the accidents of a curve that still falls are not to decide
  const least = epochs(budget, { quick: 10, standard: 80, full: 1 });
  // an adversarial step is some three plain ones
  const cost = 140;
  return {
    adversarialValidated: {
      family,
      data: learn,
      options: {
        ...against,
        epochs: atMost(budget),
        validation,
        validationPerturbation: attack,
        patience: 100,
      },
      cost,
    },
    adversarialMaxout: {
      family,
      data: all,
      options: { ...against, epochs: atMost(budget) },
      cost,
      after: best("adversarialValidated", least),
    },
  };
};
