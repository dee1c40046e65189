/** Experiment, section 9: is it that models are never asked whether an input is a digit at all? @module */

import { errorsFigure } from "./errors_figure.ts";
import { MODEL_NAMES } from "./names.ts";
import { EPSILON, type Experiment } from "./experiment.ts";
import { attackedInFloat32, cleanAndAttacked } from "./measures.ts";

/** The generative models: trained name, which is that in measurements, and name in the figure. */
const MODELS = [
  ["mpDbm", MODEL_NAMES.mpDbm],
  ["classRbm", MODEL_NAMES.classRbm],
] as const;

/** Section 9: is it that models are never asked whether an input is a digit at all? */
export const generativeExperiment: Experiment = {
  id: "generative",
  title: "Does generative training protect?",
  explains:
    "A deep Boltzmann machine learns to fill in hidden pixels and labels; asked for the label of a whole " +
    "image, it classifies. The paper finds that the attack fools it as it fools others. A classification " +
    "RBM, trained on the joint probability of image and label, stands beside it; the paper has none.",
  models: () => MODELS.map(([name]) => name),
  async run(context) {
    const measurements: Record<string, number | null> = {};
    for (const [i, [name]] of MODELS.entries()) {
      const model = await context.model(name);
      const measured = { ...cleanAndAttacked(model, context), ...attackedInFloat32(model, context) };
      for (const [quantity, value] of Object.entries(measured)) measurements[`${name}.${quantity}`] = value;
      context.progress((i + 1) / MODELS.length);
    }
    return {
      measurements,
      figures: [errorsFigure(MODELS, measurements, {
        title: "Errors of generative models",
        caption:
          `Error on clean test images, and after one step of ±${EPSILON} a pixel against the model's own classification.`,
        label: "Model",
      })],
    };
  },
};
