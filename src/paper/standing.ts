import { fgsm } from "../attacks/fgsm.ts";
import { rubbish } from "../attacks/rubbish.ts";
import { measure, measureRubbish } from "../measure/measure.ts";
import type { Model } from "../models/model.ts";
import { EPSILON, type Laboratory, type Measurements, percent } from "./experiment.ts";

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
    "fgsm.harm": percent(attacked.errorRate - clean.errorRate),
    "rubbish.error": percent(noise.errorRate),
    "rubbish.confidence": percent(noise.confidenceOnErrors),
  };
}
