import type { Experiment } from "./experiment.ts";
import { standing } from "./standing.ts";

/** Section 7 and appendix A: a shallow RBF network loses its confidence where it errs. */
export const rbfExperiment: Experiment = {
  id: "rbf",
  title: "An RBF network knows when it does not know",
  explains:
    "Each class of an RBF network has a prototype, and its probability falls off with the distance to it: away" +
    " from all of them the network believes in no class. It classifies worse than the others and can be attacked too, but " +
    "where it errs it hardly believes itself, and it takes no noise for a digit.",
  models: () => ["rbf"],
  run: async (laboratory) => ({
    measurements: standing(await laboratory.trained("rbf"), laboratory),
  }),
};
