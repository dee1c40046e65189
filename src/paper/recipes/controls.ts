/** Recipes of the small networks that are compared among themselves. @module */

import { atLayer, differentiable, perturbation, scaledGradient } from "../../attacks/perturbations.ts";
import { rotation } from "../../attacks/rotation.ts";
import { PUBLISHED_RECIPE } from "../../models/recipe.ts";
import type { Perturbation } from "../../models/classifier.ts";
import { epochs } from "../budgets.ts";
import { ATTACK, network, watch } from "./maxout.ts";
import type { Recipes, Training } from "./training.ts";

/**
 * The angle of small rotations, in radians: an image of usual norm, about 9, moves by nearly 1. Trained through 0.2, the
 * networks on MNIST diverge.
 */
export const ANGLE = 0.1;

/** What the gradient is multiplied by, about 2 where it is as large as it gets. Trained through 1, they diverge likewise. */
export const SCALE = 0.3;

/** Coefficients of L1 decay, the paper's first. */
export const COEFFICIENTS = [2.5e-3, 2.5e-4, 2.5e-5, 2.5e-6] as const;

/** The name of the network with that coefficient. */
export function decayed(coefficient: number): string {
  return `l1Maxout-${coefficient}`;
}

/**
 * Small maxout networks of equal recipes and epochs, each with another regulariser: for comparison among themselves, not
 * with the long trainings.
 */
export const controls: Recipes = (context) => {
  const { train: trainSet, validation, budget } = context;
  const quick = budget.name === "quick";
  const of = (cost: number, more: Training["options"] = {}): Training => ({
    // from the published ±.005 some would still answer the same to every input when the others have learnt
    family: network(
      context,
      quick ? { width: budget.units / 2, initialRange: 0.15 } : { initialRange: 0.05 },
    ),
    data: trainSet,
    options: {
      ...PUBLISHED_RECIPE,
      // with dropout, training against the attack would hardly have begun by then
      ...(quick && { dropout: {} }),
      epochs: epochs(budget, { quick: 5, standard: 10, full: 60 }),
      monitor: watch(validation),
      ...more,
    },
    cost: quick ? cost / 2 : cost,
  });
  const against = (cost: number, made: Perturbation) => of(cost, { perturbation: made, alpha: 0.5 });
  const turned = perturbation(rotation, { epsilon: ANGLE });
  return {
    plainControl: of(50),
    fgsmControl: against(170, ATTACK),
    rotationControl: against(170, turned),
    throughRotationControl: against(340, differentiable(rotation, { epsilon: ANGLE })),
    throughGradientControl: against(340, scaledGradient({ scale: SCALE })),
    hiddenControl: against(170, atLayer(ATTACK, 1)),
    lastHiddenControl: against(170, atLayer(ATTACK, 2)),
    hiddenRotationControl: against(170, atLayer(turned, 1)),
    ...Object.fromEntries(
      COEFFICIENTS.map((l1) => [decayed(l1), of(55, { l1: { "layer0.W": l1 } })]),
    ),
  };
};
