import { fgsm } from "../attacks/fgsm.ts";
import { slice } from "../data/batch.ts";
import { measure } from "../measure/measure.ts";
import type { FamilyModel } from "../models/family.ts";
import { EPSILON, type Experiment, percent } from "./experiment.ts";
import { sampleOf } from "./lineup.ts";

/** Training examples on which a network's training error is measured. */
const SAMPLE = 5000;

/** Trained name, name in measurements, name in the figure. */
const MODELS = [
  ["plainControl", "plain", "nothing"],
  ["fgsmControl", "fgsm", "sign step"],
  ["rotationControl", "rotation", "rotation"],
  ["throughRotationControl", "through rotation", "rotation, differentiated"],
  ["throughGradientControl", "through gradient", "scaled gradient, differentiated"],
  ["hiddenControl", "hidden", "sign step, first hidden layer"],
  ["lastHiddenControl", "last hidden", "sign step, last hidden layer"],
  ["hiddenRotationControl", "hidden rotation", "rotation, first hidden layer"],
] as const;

/** Section 6: other perturbations to train against. */
export const controlsExperiment: Experiment = {
  id: "controls",
  title: "Why other perturbations do less",
  explains:
    "Training could follow the gradient through an attack that is smooth, a small rotation or a step along the scaled gradient: " +
    "the network then learns to bend the attack instead of resisting it. Or the perturbation could be of hidden units, which " +
    "have no bounds, so that a network answers by making them large; and beyond the last hidden layer nothing is left that " +
    "could learn to resist. Equal recipes and epochs for all; the step on the inputs does most.",
  models: () => MODELS.map(([name]) => name),
  async run(laboratory) {
    const { learn, test, trained, progress } = laboratory;
    const own = slice(learn, 0, SAMPLE);
    const measurements: Record<string, number | null> = {};
    for (const [i, [name, short]] of MODELS.entries()) {
      const model = await trained(name);
      const clean = measure(model, test);
      const attacked = measure(model, fgsm(model, test, { epsilon: EPSILON }));
      measurements[`${short}.training error`] = percent(measure(model, own).errorRate);
      measurements[`${short}.clean.error`] = percent(clean.errorRate);
      measurements[`${short}.fgsm.error`] = percent(attacked.errorRate);
      measurements[`${short}.fgsm.confidence`] = percent(attacked.confidenceOnErrors);
      measurements[`${short}.activation`] = activationOf(model, sampleOf(laboratory).x);
      progress((i + 1) / MODELS.length);
    }
    const bars = (quantity: string) =>
      MODELS.map(([, short, x]) => ({ x, value: measurements[`${short}.${quantity}`] ?? 0 }));
    return {
      measurements,
      figures: [{
        kind: "bars",
        id: "errors",
        title: "What small networks were trained against, and what it helped",
        caption: `Error on test images, clean and after one step of ±${EPSILON} a pixel.`,
        x: { label: "Trained against" },
        y: { label: "Error", unit: "%", domain: [0, 100] },
        groups: [
          { name: "clean", values: bars("clean.error") },
          { name: "attacked", values: bars("fgsm.error") },
        ],
      }, {
        kind: "bars",
        id: "activations",
        title: "How large the first hidden layer has become",
        caption:
          "Root mean square of the first hidden layer's outputs on test images. Against a perturbation of fixed size there, " +
          "a network can defend itself by being loud.",
        x: { label: "Trained against" },
        y: { label: "Activation" },
        groups: [{ name: "first hidden layer", values: bars("activation") }],
      }],
    };
  },
};

/** Root mean square of what the first hidden layer of a maxout network gives. */
function activationOf(model: FamilyModel, x: Parameters<FamilyModel["scores"]>[0]): number {
  const { family } = model;
  using network = family.network(model.tensors());
  const h = network.layers[0].forward(network.workspace.copy("x", x));
  return Math.sqrt(h.data.reduce((sum, value) => sum + value * value, 0) / h.data.length);
}
