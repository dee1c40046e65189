import type { Experiment } from "./experiment.ts";
import { standing } from "./softmax.ts";

/** Section 4 and appendix A: the deep maxout network. */
export const maxoutExperiment: Experiment = {
  id: "maxout",
  title: "A deep maxout network falls too",
  models: ["maxout"],
  run: async (laboratory) => standing(await laboratory.trained("maxout"), laboratory),
};
