import { fgsm } from "../attacks/fgsm.ts";
import { rubbish } from "../attacks/rubbish.ts";
import { measure, measureRubbish } from "../evaluate/measure.ts";
import type { Model } from "../models/model.ts";
import { EPSILON, type Laboratory, type Measurements, percent } from "./experiment.ts";

/** A model on clean examples and on its own adversarial ones. */
export function attackedStanding(model: Model, { test }: Pick<Laboratory, "test">): Measurements {
  const clean = measure(model, test);
  const attacked = measure(model, fgsm(model, test, { epsilon: EPSILON }));
  return {
    "clean.error": percent(clean.errorRate),
    "clean.confidence": percent(clean.confidence),
    "fgsm.error": percent(attacked.errorRate),
    "fgsm.confidence": percent(attacked.confidenceOnErrors),
    "fgsm.harm": percent(attacked.errorRate - clean.errorRate),
  };
}

/** A model on its own adversarial examples, as the gradient of plain float32 arithmetic makes them. */
export function float32Standing(model: Model, { test }: Pick<Laboratory, "test">): Measurements {
  const attacked = measure(model, fgsm(model, test, { epsilon: EPSILON, gradient: "float32" }));
  return {
    "fgsm in float32.error": percent(attacked.errorRate),
    "fgsm in float32.confidence": percent(attacked.confidenceOnErrors),
  };
}

/** A model on clean, adversarial and rubbish examples. */
export function standing(model: Model, laboratory: Pick<Laboratory, "test" | "seed">): Measurements {
  const noise = measureRubbish(rubbish(model, { seed: laboratory.seed }));
  return {
    ...attackedStanding(model, laboratory),
    "rubbish.error": percent(noise.errorRate),
    "rubbish.confidence": percent(noise.confidenceOnErrors),
  };
}
