/** Measures of a model on clean, attacked and rubbish examples. @module */

import { fgsm } from "../attacks/fgsm.ts";
import { rubbish } from "../attacks/rubbish.ts";
import { measure, measureRubbish } from "../evaluate/measure.ts";
import type { Differentiable } from "../models/classifier.ts";
import { EPSILON, type ExperimentContext, type Measurements, percent } from "./experiment.ts";

/** A model on clean examples and on its own adversarial ones. */
export function cleanAndAttacked(
  model: Differentiable,
  { test }: Pick<ExperimentContext, "test">,
): Measurements {
  const clean = measure(model, test);
  const attacked = measure(model, fgsm(model, test, { epsilon: EPSILON }));
  return {
    "clean.error": percent(clean.errorRate),
    "clean.confidence": percent(clean.confidence),
    "fgsm.error": percent(attacked.errorRate),
    "fgsm.confidence": percent(attacked.confidenceOnErrors),
  };
}

/** A model on its own adversarial examples, as the gradient of plain float32 arithmetic makes them. */
export function attackedInFloat32(
  model: Differentiable,
  { test }: Pick<ExperimentContext, "test">,
): Measurements {
  const attacked = measure(model, fgsm(model, test, { epsilon: EPSILON, gradient: "float32" }));
  return {
    "fgsm in float32.error": percent(attacked.errorRate),
    "fgsm in float32.confidence": percent(attacked.confidenceOnErrors),
  };
}

/** A model on clean, adversarial and rubbish examples. */
export function cleanAttackedAndRubbish(
  model: Differentiable,
  context: Pick<ExperimentContext, "test" | "seed">,
): Measurements {
  const noise = measureRubbish(rubbish(model, { seed: context.seed }));
  return {
    ...cleanAndAttacked(model, context),
    "rubbish.error": percent(noise.errorRate),
    "rubbish.confidence": percent(noise.confidenceOnErrors),
  };
}
