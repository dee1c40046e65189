import type { Experiment } from "./experiment.ts";
import { standing } from "./standing.ts";

/** Section 4 and appendix A: the deep maxout network. */
export const maxoutExperiment: Experiment = {
  id: "maxout",
  title: "A deep maxout network falls too",
  explains:
    "A maxout unit gives the greatest of several weighted sums, so the network is linear over wide ranges of its input, " +
    "which makes it easy to train. It errs on one clean digit in a hundred; but the same linearity lets the one step " +
    "of the fast gradient sign method mislead it on most digits, and with great confidence.",
  models: () => ["maxout"],
  run: async (laboratory) => ({
    measurements: standing(await laboratory.trained("maxout"), laboratory),
  }),
};
