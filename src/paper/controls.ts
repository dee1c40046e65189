/** Experiment, section 6: other perturbations to train against. @module */

import { slice } from "../data/batch.ts";
import { measure } from "../evaluate/measure.ts";
import { executorOf, type Model } from "../models/model.ts";
import { errorsFigure } from "./errors_figure.ts";
import { EPSILON, type Experiment, percent } from "./experiment.ts";
import { testSample } from "./examples.ts";
import { cleanAndAttacked } from "./measures.ts";

/** Training examples on which a network's training error is measured. */
const SAMPLE = 5000;

/** Name in measurements, name in the figure, trained name. */
const MODELS = [
  ["plain", "nothing", "plainControl"],
  ["fgsm", "sign step", "fgsmControl"],
  ["rotation", "rotation", "rotationControl"],
  ["through rotation", "rotation, differentiated", "throughRotationControl"],
  ["through gradient", "scaled gradient, differentiated", "throughGradientControl"],
  ["hidden", "sign step, first hidden layer", "hiddenControl"],
  ["last hidden", "sign step, last hidden layer", "lastHiddenControl"],
  ["hidden rotation", "rotation, first hidden layer", "hiddenRotationControl"],
] as const;

/** Section 6: other perturbations to train against. */
export const controlsExperiment: Experiment = {
  id: "controls",
  title: "Other perturbations to train against",
  explains:
    "Training could follow the gradient through an attack that is smooth, a small rotation or a step " +
    "along the scaled gradient. Or the perturbation could be of hidden units, which have no bounds. The " +
    "paper says that all of these do less than a step on the inputs. Recipes and epochs are equal for all " +
    "here.",
  models: () => MODELS.map(([, , trained]) => trained),
  async run(context) {
    const { train: trainSet, model: trained, progress } = context;
    const sample = slice(trainSet, 0, SAMPLE);
    const measurements: Record<string, number | null> = {};
    for (const [i, [name, , key]] of MODELS.entries()) {
      const model = await trained(key);
      const standing = Object.entries(cleanAndAttacked(model, context));
      for (const [quantity, value] of standing) measurements[`${name}.${quantity}`] = value;
      measurements[`${name}.training error`] = percent(measure(model, sample).errorRate);
      measurements[`${name}.activation`] = activationOf(model, testSample(context).x);
      progress((i + 1) / MODELS.length);
    }
    return {
      measurements,
      figures: [
        errorsFigure(MODELS, measurements, {
          title: "Small networks, by what they were trained against",
          caption: `Error on test images, clean and after one step of ±${EPSILON} a pixel.`,
          label: "Trained against",
        }),
        {
          kind: "bars",
          id: "activations",
          title: "How large the first hidden layer is",
          caption:
            "Root mean square of the first hidden layer's outputs on test images. A network can answer a perturbation of fixed " +
            "size there by making them large.",
          x: { label: "Trained against" },
          y: { label: "Activation" },
          groups: [{
            name: "first hidden layer",
            values: MODELS.map(([name, x]) => ({ x, value: measurements[`${name}.activation`]! })),
          }],
        },
      ],
    };
  },
};

/** Root mean square of what the first hidden layer of a maxout network gives. */
function activationOf(model: Model, x: Parameters<Model["scores"]>[0]): number {
  using network = executorOf(model.family, model.tensors());
  network.forward(network.workspace.copy("x", x));
  const h = network.outputs("layer0");
  return Math.sqrt(h.data.reduce((sum, value) => sum + value * value, 0) / h.data.length);
}
