import { fgsm } from "../attacks/fgsm.ts";
import { measure } from "../measure/measure.ts";
import { EPSILON, type Experiment, percent } from "./experiment.ts";
import { standing } from "./standing.ts";

/** Section 6: training against the attack, and what carries over between the two networks. */
export const adversarialTrainingExperiment: Experiment = {
  id: "adversarial",
  title: "Adversarial training resists, and regularises",
  explains:
    "Here half of the loss at each step is that of the batch as the attack would change it just then. The network " +
    "learns to withstand most of those steps, and comes to classify clean digits better as well. Examples made " +
    "against one network mislead the other too, though less.",
  models: () => ["maxout", "adversarialMaxout"],
  async run(laboratory) {
    const naive = await laboratory.trained("maxout");
    const hardened = await laboratory.trained("adversarialMaxout");
    const { test } = laboratory;
    const transfer = (from: typeof naive, to: typeof naive) =>
      percent(measure(to, fgsm(from, test, { epsilon: EPSILON })).errorRate);
    return {
      measurements: {
        ...standing(hardened, laboratory),
        "transfer from naive.error": transfer(naive, hardened),
        "transfer to naive.error": transfer(hardened, naive),
      },
    };
  },
};
