import type { Experiment } from "./experiment.ts";
import { standing } from "./standing.ts";

/** Section 4 and appendix A: the shallow softmax. */
export const softmaxExperiment: Experiment = {
  id: "softmax",
  title: "A shallow softmax falls to the fast gradient sign method",
  explains:
    "Softmax regression has no hidden layer: its scores are sums of weighted pixels. Moving every pixel by a quarter of " +
    "the way from paper to ink, each in the direction that its weight dislikes, adds up over 784 pixels until hardly one " +
    'test image is classified right. What looks like noise is also classified with confidence, where "nothing" ' +
    "would be the answer.",
  models: () => ["softmax"],
  run: async (laboratory) => ({
    measurements: standing(await laboratory.trained("softmax"), laboratory),
  }),
};
