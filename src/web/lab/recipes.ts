/** The models of the page, and how each is trained. @module */

import {
  type Batch,
  type Family,
  fgsm,
  maxout,
  perturbation,
  rbf,
  softmaxLinear,
  type TrainOptions,
} from "../../mod.ts";
import { EPSILON } from "../../paper/experiment.ts";
import type { Plan } from "./protocol.ts";

/**
 * Small enough for seconds in a browser: one layer in place of the paper's two, and Adam. On 2,000 of the built-in
 * digits the published recipe needs many more epochs, and adversarially trained fails to learn at all.
 */
const NETWORK = { units: [64], pieces: 3, initialRange: 0.05 };

type Recipe = (sizes: { inputs: number; classes: number }) => { family: Family; options: TrainOptions };

const RECIPES: Readonly<Record<Plan["family"], Recipe>> = {
  softmaxLinear: (sizes) => ({ family: softmaxLinear(sizes), options: {} }),
  maxout: (sizes) => ({
    family: maxout({ ...sizes, ...NETWORK }),
    options: {
      optimizer: { name: "adam", learningRate: 0.002 },
      batchSize: 50,
      maxNorm: undefined,
      dropout: { input: { keep: 0.8, scale: 1.25 } },
    },
  }),
  rbf: (sizes) => ({
    family: rbf(sizes),
    options: { optimizer: { name: "adam", learningRate: 0.02 }, batchSize: 50 },
  }),
};

/** What to train on `data` by `plan`, and how. */
export function recipeOf(plan: Plan, { x, classes }: Batch): { family: Family; options: TrainOptions } {
  const { family, options } = RECIPES[plan.family]({ inputs: x.cols, classes });
  const { seed, epochs } = plan;
  const against = plan.adversarial ? { perturbation: perturbation(fgsm, { epsilon: EPSILON }) } : {};
  return { family, options: { ...options, ...against, seed, epochs } };
}
