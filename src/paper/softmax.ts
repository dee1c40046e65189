import { fgsm } from "../attacks/fgsm.ts";
import { rubbish } from "../attacks/rubbish.ts";
import { measure, measureRubbish } from "../measure/measure.ts";
import { EPSILON, type Experiment, type Measurements, percent } from "./experiment.ts";
import type { Laboratory } from "./experiment.ts";
import type { Model } from "../models/model.ts";

/** A model on clean examples, on its own adversarial ones, and on Gaussian rubbish. */
export function standing(model: Model, { test, seed }: Pick<Laboratory, "test" | "seed">): Measurements {
  const clean = measure(model, test);
  const attacked = measure(model, fgsm(model, test, { epsilon: EPSILON }));
  const noise = measureRubbish(rubbish(model, { seed }));
  return {
    "clean.error": percent(clean.errorRate),
    "clean.confidence": percent(clean.confidence),
    "fgsm.error": percent(attacked.errorRate),
    "fgsm.confidence": percent(attacked.confidenceOnErrors),
    "rubbish.error": percent(noise.errorRate),
    "rubbish.confidence": percent(noise.confidenceOnErrors),
  };
}

/** Section 4 and appendix A: the shallow softmax. */
export const softmaxExperiment: Experiment = {
  id: "softmax",
  title: "A shallow softmax falls to the fast gradient sign method",
  models: ["softmax"],
  run: async (laboratory) => standing(await laboratory.trained("softmax"), laboratory),
};
