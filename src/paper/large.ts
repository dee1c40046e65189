/** Experiment, section 6: the larger network, in the full budget alone. @module */

import type { Experiment } from "./experiment.ts";
import { cleanAttackedAndRubbish } from "./measures.ts";

/** Section 6: the larger network, in the full budget alone. */
export const largeExperiment: Experiment = {
  id: "large",
  title: "A larger network, adversarially trained",
  explains:
    "The paper's adversarially trained network did not reach zero error on its adversarial training " +
    "examples, so it took a larger one: 1600 units a layer in place of 240. That one, trained against the " +
    "attack, gave the paper's best figure, the mean of five seeds.",
  budgets: ["full"],
  models: () => ["largeMaxout", "largeAdversarialMaxout"],
  async run(context) {
    const both = [["naive", "largeMaxout"], ["adversarial", "largeAdversarialMaxout"]] as const;
    const measurements: Record<string, number | null> = {};
    for (const [short, name] of both) {
      const measured = cleanAttackedAndRubbish(await context.model(name), context);
      for (const [quantity, value] of Object.entries(measured)) measurements[`${short}.${quantity}`] = value;
    }
    return { measurements };
  },
};
