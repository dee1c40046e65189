import { fgsm } from "../attacks/fgsm.ts";
import { measure } from "../measure/measure.ts";
import { EPSILON, type Experiment, percent } from "./experiment.ts";
import { standing } from "./softmax.ts";

/** Section 6: training against the attack, and what carries over between the two networks. */
export const adversarialTrainingExperiment: Experiment = {
  id: "adversarial",
  title: "Adversarial training resists, and regularises",
  models: ["maxout", "adversarialMaxout"],
  async run(laboratory) {
    const naive = await laboratory.trained("maxout");
    const hardened = await laboratory.trained("adversarialMaxout");
    const { test } = laboratory;
    const transfer = (from: typeof naive, to: typeof naive) =>
      percent(measure(to, fgsm(from, test, { epsilon: EPSILON })).errorRate);
    return {
      ...standing(hardened, laboratory),
      "transfer from naive.error": transfer(naive, hardened),
      "transfer to naive.error": transfer(hardened, naive),
    };
  },
};
