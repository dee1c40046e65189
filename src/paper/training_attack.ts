/** Experiment, section 6: how the attack in training was made, which the paper leaves open. @module */

import { errorsFigure } from "./errors_figure.ts";
import { EPSILON, type Experiment } from "./experiment.ts";
import { attackedInFloat32, cleanAndAttacked } from "./measures.ts";

/** Name in measurements, name in the figure, trained name. */
const MODELS = [
  ["whole", "whole network", "adversarialMaxout"],
  ["dropped", "dropped units, then others", "droppedAttackMaxout"],
  ["both", "dropped units, then the same", "droppedBothMaxout"],
  ["float32", "float32 gradient", "float32AttackMaxout"],
] as const;

/** Section 6: how the attack in training was made, which the paper leaves open. */
export const trainingAttackExperiment: Experiment = {
  id: "trainingAttack",
  title: "How the attack in training was made",
  explains:
    "The paper does not say whether the attack in training met the whole network or the one that dropout leaves " +
    "at that step, nor whether its float32 gradient vanished where a probability rounds to 1. The same network is " +
    "trained each way for equally long.",
  budgets: ["standard", "full"],
  models: () => MODELS.map(([, , trained]) => trained),
  async run(context) {
    const measurements: Record<string, number | null> = {};
    for (const [i, [name, , trained]] of MODELS.entries()) {
      const model = await context.model(trained);
      const measured = { ...cleanAndAttacked(model, context), ...attackedInFloat32(model, context) };
      for (const [quantity, value] of Object.entries(measured)) measurements[`${name}.${quantity}`] = value;
      context.progress((i + 1) / MODELS.length);
    }
    return {
      measurements,
      figures: [errorsFigure(MODELS, measurements, {
        title: "Maxout networks, by how the attack in training was made",
        caption:
          `Error on test images, clean and after one step of ±${EPSILON} a pixel against the network itself.`,
        label: "Attack in training",
      })],
    };
  },
};
