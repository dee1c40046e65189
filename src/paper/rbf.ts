import type { Experiment } from "./experiment.ts";
import { standing } from "./softmax.ts";

/** Section 7 and appendix A: a shallow RBF network loses its confidence where it errs. */
export const rbfExperiment: Experiment = {
  id: "rbf",
  title: "An RBF network knows when it does not know",
  models: ["rbf"],
  run: async (laboratory) => standing(await laboratory.trained("rbf"), laboratory),
};
