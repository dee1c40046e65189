/** How each family is trained in the page. @module */

import { type Batch, type Family, fgsm, perturbation, type TrainOptions } from "../../mod.ts";
import { EPSILON } from "../../paper/experiment.ts";
import type { OptionValues, Plan } from "../messages.ts";
import { familyOf } from "./catalog.ts";

/** Options of a family and of its training that differ from the library's. */
interface PageRecipe {
  readonly family?: OptionValues;
  readonly training?: TrainOptions;
}

/**
 * Small enough for seconds in a browser: one layer in place of the paper's two, and Adam. On 2,000 of the built-in
 * digits the published recipe needs many more epochs, and adversarially trained fails to learn at all.
 */
const RECIPES: Readonly<Record<string, PageRecipe>> = {
  maxout: {
    family: { units: [64], pieces: 3, initialRange: 0.05 },
    training: {
      optimizer: { name: "adam", learningRate: 0.002 },
      batchSize: 50,
      maxNorm: undefined,
      dropout: { input: { keep: 0.8, scale: 1.25 } },
    },
  },
  mlp: {
    family: { units: [64] },
    training: { optimizer: { name: "adam", learningRate: 0.002 }, batchSize: 50 },
  },
  rbf: { training: { optimizer: { name: "adam", learningRate: 0.02 }, batchSize: 50 } },
};

/** The options of the page for a family, before a visitor changes them. */
export function pageOptions(family: string): OptionValues {
  return RECIPES[family]?.family ?? {};
}

/** What to train on `data` by `plan`, and how. */
export function recipeOf(plan: Plan, { x, classes }: Batch): { family: Family; options: TrainOptions } {
  const { seed, epochs, adversarial } = plan;
  const sizes = { inputs: x.cols, classes };
  const family = familyOf(plan.family, sizes, { ...pageOptions(plan.family), ...plan.options });
  const against = adversarial ? { perturbation: perturbation(fgsm, { epsilon: EPSILON }) } : {};
  return { family, options: { ...RECIPES[plan.family]?.training, ...against, seed, epochs } };
}
