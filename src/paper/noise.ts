/** Experiment, section 6: is it the noise, and not its direction, that teaches? @module */

import { errorsFigure } from "./errors_figure.ts";
import { EPSILON, type Experiment } from "./experiment.ts";
import { attackedInFloat32, cleanAndAttacked } from "./measures.ts";

/** Name in measurements, name in the figure, trained name. */
const MODELS = [
  ["naive", "none", "maxout"],
  ["sign", "random ±ε", "signNoiseMaxout"],
  ["uniform", "uniform in ±ε", "uniformNoiseMaxout"],
  ["adversarial", "the attack", "adversarialMaxout"],
] as const;

/** Section 6: is it the noise, and not its direction, that teaches? */
export const noiseExperiment: Experiment = {
  id: "noise",
  title: "Noise in the place of the attack",
  explains:
    "If any perturbation made a network robust, training on noise would do. Random signs move every pixel " +
    "exactly as far as the attack does, uniform noise up to as far. The paper found that networks trained " +
    "on noise fall to the attack nearly as the naive one does.",
  models: () => MODELS.map(([, , trained]) => trained),
  async run(context) {
    const measurements: Record<string, number | null> = {};
    for (const [i, [name, , trained]] of MODELS.entries()) {
      const model = await context.model(trained);
      const measured = { ...cleanAndAttacked(model, context), ...attackedInFloat32(model, context) };
      for (const [quantity, value] of Object.entries(measured)) measurements[`${name}.${quantity}`] = value;
      context.progress((i + 1) / MODELS.length);
    }
    const error = (name: string) => measurements[`${name}.fgsm.error`]!;
    measurements["distance from naive"] = Math.max(
      ...["sign", "uniform"].map((name) => Math.abs(error(name) - error("naive"))),
    );
    measurements["advantage of the attack"] = Math.min(error("sign"), error("uniform")) -
      error("adversarial");
    return {
      measurements,
      figures: [errorsFigure(MODELS, measurements, {
        title: "Maxout networks, by what they were trained against",
        caption:
          `Error on test images, clean and after one step of ±${EPSILON} a pixel against the network itself.`,
        label: "Trained against",
      })],
    };
  },
};
